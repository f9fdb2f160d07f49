//! For people: each finding with the line that it is about.

use super::Counts;
use crate::finding::{Finding, Place};
use crate::rule::Level;
use crate::source::Source;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Letters only.
    Plain,
    /// For a terminal.
    Colour,
}

/// Characters of a line that are shown; what is longer is cut around the place.
const WIDEST: usize = 110;

/// Writes findings for people. The reason and the remedy of a rule are told once.
#[must_use]
pub fn text(sources: &[Source], findings: &[Finding], style: Style) -> String {
    let mut out = String::new();
    let mut told = BTreeSet::new();
    for found in findings {
        let first = told.insert(found.rule.id);
        one(&mut out, sources, found, first, style);
    }
    let Counts {
        errors,
        warnings,
        notes,
    } = Counts::of(findings);
    let files = number(sources.len(), "file");
    let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| number(count, word))
        .collect();
    let _ = match counts.is_empty() {
        true => writeln!(out, "Nothing wrong in {files}."),
        false => writeln!(out, "{} in {files}.", counts.join(", ")),
    };
    out
}

fn number(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

fn one(out: &mut String, sources: &[Source], found: &Finding, first: bool, style: Style) {
    let Finding {
        rule,
        file,
        place,
        path,
        message,
    } = found;
    let colour = match rule.level {
        Level::Error => "1;31",
        Level::Warning => "1;33",
        Level::Note => "1;36",
    };
    let head = paint(&format!("{}[{}]", rule.level, rule.id), colour, style);
    let _ = writeln!(out, "{head}: {}", paint(&visible(message), "1", style));
    let gutter = place.map_or(1, |place| place.line.to_string().len());
    let pad = " ".repeat(gutter);
    let bar = paint("|", "1;34", style);
    let arrow = paint("-->", "1;34", style);
    match place {
        Some(Place { line, column, .. }) => {
            let _ = writeln!(out, "{pad}{arrow} {file}:{line}:{column}");
        }
        None => {
            let _ = writeln!(out, "{pad}{arrow} {file}");
        }
    }
    if let Some(place) = place
        && let Some(source) = sources.iter().find(|source| source.name == *file)
        && let Some(line) = source.line(place.line)
    {
        let (shown, before) = cut(line, *place);
        let number = paint(&place.line.to_string(), "1;34", style);
        let room = shown.chars().count().saturating_sub(before).max(1);
        let mark = paint(&"^".repeat(place.width.min(room)), colour, style);
        let _ = writeln!(out, "{pad} {bar}");
        let _ = writeln!(out, "{number} {bar} {shown}");
        let _ = writeln!(out, "{pad} {bar} {}{mark}", " ".repeat(before));
    }
    let equals = paint("=", "1;34", style);
    if !path.is_empty() {
        let _ = writeln!(out, "{pad} {equals} in: {path}");
    }
    if first {
        let _ = writeln!(out, "{pad} {equals} why: {}", rule.reason);
        let _ = writeln!(out, "{pad} {equals} do: {}", rule.remedy);
    }
    out.push('\n');
}

/// The part of a line around a place, and how many characters of it lie before the place.
fn cut(line: &str, place: Place) -> (String, usize) {
    let chars: Vec<char> = visible(line).chars().collect();
    let before = place.column.saturating_sub(1).min(chars.len());
    if chars.len() <= WIDEST {
        return (chars.into_iter().collect(), before);
    }
    let from = before.saturating_sub(WIDEST / 3);
    let part: String = chars.iter().skip(from).take(WIDEST).collect();
    let head = if from > 0 { "…" } else { "" };
    let tail = if from + WIDEST < chars.len() {
        "…"
    } else {
        ""
    };
    let shift = usize::from(from > 0);
    (format!("{head}{part}{tail}"), before - from + shift)
}

/// Characters that would move the cursor are shown as one that does not: files are a stranger's.
fn visible(text: &str) -> String {
    let plain = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(plain).collect()
}

fn paint(text: &str, colour: &str, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Colour => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let line = format!("{}X{}", "a".repeat(300), "b".repeat(300));
        let place = Place {
            line: 1,
            column: 301,
            width: 1,
        };
        let (shown, before) = cut(&line, place);
        assert_eq!(shown.chars().nth(before), Some('X'));
        assert!(shown.chars().count() <= WIDEST + 2);
    }

    #[test]
    fn a_file_cannot_write_to_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb\tc"), "a\u{fffd}[2Jb c");
    }
}
