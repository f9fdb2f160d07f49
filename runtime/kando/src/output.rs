//! `kando output`: a line that the controller finds in the output of a command.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;

use kanister_flags::UsageError;

use crate::cli::Output;
use crate::error::Error;
use crate::{log, stdio};

/// What such a line begins with.
const MARKER: &str = "###Phase-output###:";

/// Prints the line. `argv` is the whole command line.
pub(crate) fn run(args: Output, argv: &[OsString]) -> Result<(), Error> {
    let mut values = without_terminator(args.values, argv);
    let verbosity = verbosity_behind(&mut values);
    if let Some(level) = verbosity {
        log::check(&level)?;
    }
    let given = values.len();
    let Ok([key, value]) = <[_; 2]>::try_from(values) else {
        return Err(UsageError::new(format!(
            "Command accepts 2 arguments, received {given} arguments"
        ))
        .into());
    };
    let key = key.to_string_lossy();
    check(&key)?;
    stdio::print(&line(&key, value.as_bytes()))
}

/// A value may begin with a dash, and so the end of flags, `--`, may be taken for one: if all of them
/// are among the values, the first is not a value.
fn without_terminator(mut values: Vec<OsString>, argv: &[OsString]) -> Vec<OsString> {
    let is = |word: &&OsString| *word == "--";
    if values.iter().filter(is).count() == argv.iter().filter(is).count()
        && let Some(index) = values.iter().position(|word| word == "--")
    {
        values.remove(index);
    }
    values
}

/// Flags may stand behind the value, where they are taken for values too. The one that this command has
/// says nothing here but whether its level exists.
fn verbosity_behind(values: &mut Vec<OsString>) -> Option<String> {
    let behind = values.get(2..)?;
    let words: Vec<&str> = behind.iter().filter_map(|word| word.to_str()).collect();
    let level = match *words.as_slice() {
        ["-v" | "--verbosity", level] => level,
        [word] => ["--verbosity=", "-v="]
            .into_iter()
            .find_map(|flag| word.strip_prefix(flag))?,
        _ => return None,
    };
    let level = level.to_owned();
    values.truncate(2);
    Some(level)
}

fn check(key: &str) -> Result<(), Error> {
    if key.is_empty() {
        return Err(Error::Argument("Key should not be empty".into()));
    }
    match key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        true => Ok(()),
        false => Err(Error::Argument(
            "Key should contain only alphanumeric characters and underscore".into(),
        )),
    }
}

/// The line. As Go writes JSON, the characters that matter in HTML are escaped, and each byte that is
/// no UTF-8 is written as the escape of U+FFFD.
fn line(key: &str, value: &[u8]) -> String {
    let value: String = value
        .utf8_chunks()
        .map(|chunk| json(chunk.valid()) + &"\\ufffd".repeat(chunk.invalid().len()))
        .collect();
    format!(
        "{MARKER} {{\"key\":\"{}\",\"value\":\"{value}\"}}\n",
        json(key)
    )
}

/// The inside of a JSON text.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inside = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
    inside
        .unwrap_or_default()
        .chars()
        .fold(String::new(), |mut out, c| {
            match c {
                '<' => out.push_str("\\u003c"),
                '>' => out.push_str("\\u003e"),
                '&' => out.push_str("\\u0026"),
                '\u{2028}' => out.push_str("\\u2028"),
                '\u{2029}' => out.push_str("\\u2029"),
                c => out.push(c),
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use super::{line, verbosity_behind, without_terminator};
    use std::ffi::OsString;

    #[test]
    fn bytes_that_are_no_text() {
        let line = line("k", b"a\xff\xfeb\xef\xbf\xbd");
        assert!(line.contains("\"a\\ufffd\\ufffdb\u{fffd}\""), "{line}");
    }

    #[test]
    fn the_end_of_flags_is_no_value() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let values = words(&["k", "--"]);
        assert_eq!(
            without_terminator(values.clone(), &words(&["output", "k", "--"])),
            words(&["k"])
        );
        assert_eq!(
            without_terminator(values.clone(), &words(&["output", "--", "k", "--"])),
            values
        );
    }

    #[test]
    fn a_flag_behind_the_value() {
        for (behind, found, left) in [
            (&["-v", "debug"][..], Some("debug"), 2),
            (&["--verbosity=info"], Some("info"), 2),
            (&["-v"], None, 3),
            (&["more"], None, 3),
        ] {
            let words = [&["key", "value"], behind].concat();
            let mut values = words.iter().map(OsString::from).collect();
            assert_eq!(verbosity_behind(&mut values).as_deref(), found);
            assert_eq!(values.len(), left, "{behind:?}");
        }
    }

    #[test]
    fn written_as_go_writes_it() {
        assert_eq!(
            line("k", b"a<b>&c \"q\"\\\n"),
            "###Phase-output###: {\"key\":\"k\",\"value\":\"a\\u003cb\\u003e\\u0026c \\\"q\\\"\\\\\\n\"}\n"
        );
    }
}
