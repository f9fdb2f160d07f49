//! What users see on standard output and error.

use clap::ValueEnum;
use serde::Serialize;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document.
    Json,
}

/// Prints text as it is.
pub fn text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    ends_quietly(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints one JSON document.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    self::text(&format!("{text}\n"))
}

/// A reader that leaves early (`| head`) is no error.
fn ends_quietly(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Columns as wide as they need to be; the last one is not padded.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(head.get(column).map_or(0, |name| name.chars().count()))
    };
    let widths: Vec<_> = (0..N).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<_> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut table = line(head.to_vec());
    for row in rows {
        table.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    table
}

/// The first sentence of a text, which is its summary, in one line.
pub fn first_sentence(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let ends = |word: &&str| word.ends_with('.') && !word.ends_with("..");
    let count = words.iter().position(ends).map_or(words.len(), |at| at + 1);
    words.get(..count).unwrap_or_default().join(" ")
}

/// How a value is called in JSON: `string-list`.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Prints an error with its causes, each once.
pub fn error(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors repeat their source in their own text.
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    let mark = if io::stderr().is_terminal() {
        "\u{1b}[1;31merror:\u{1b}[0m"
    } else {
        "error:"
    };
    // Nothing can be done if standard error is gone.
    let _ = writeln!(io::stderr(), "{mark} {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_a_whole_sentence() {
        let text = "Runs a command. What\nit prints is kept.";
        assert_eq!(first_sentence(text), "Runs a command.");
        let folded = "Changes one by a patch, or deletes\n  one and waits";
        let whole = "Changes one by a patch, or deletes one and waits";
        assert_eq!(first_sentence(folded), whole);
        assert_eq!(first_sentence(""), "");
    }
}
