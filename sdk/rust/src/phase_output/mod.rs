//! What a command hands to later phases: lines that `kando output` prints.
//!
//! A line may hold the marker `###Phase-output###:` and after it a JSON object with `key` and
//! `value`; whatever stands before the marker, and every other line, is log. Kanister's own
//! format: any program may print it.

mod payload;
mod syntax;

use crate::failure::Result;
use crate::output::Output;
use crate::types::Failure;
use payload::pair;
use serde_json::{Map, Value};

const MARKER: &[u8] = b"###Phase-output###:";

/// A line of log longer than this is cut.
const LONGEST_LOG_LINE: usize = 64 * 1024;

/// The most bytes of all outputs of a phase; they are stored in the status of an ActionSet,
/// which has no room for more.
const MOST_OUTPUT: usize = 1 << 20;

/// Takes outputs from a stream that arrives in pieces, wherever those end.
#[derive(Debug, Default)]
pub struct PhaseOutput {
    line: Vec<u8>,
    /// How much of `line` cannot hold the begin of a marker any more.
    searched: usize,
    in_payload: bool,
    size: usize,
    outputs: Map<String, Value>,
}

impl PhaseOutput {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece. `log` gets every line that is no output, without its end.
    ///
    /// # Errors
    /// The text after a marker is not such an object; there is too much of it.
    pub fn push(&mut self, piece: &[u8], log: &mut dyn FnMut(&str)) -> Result<()> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, after) = rest.split_at(end);
            self.take(line, log)?;
            self.end_line(log)?;
            rest = after.get(1..).unwrap_or_default();
        }
        self.take(rest, log)
    }

    /// The outputs, once the stream has ended. Of several with one key, the last.
    ///
    /// # Errors
    /// As [`PhaseOutput::push`], for the last line.
    pub fn finish(mut self, log: &mut dyn FnMut(&str)) -> Result<Output> {
        self.end_line(log)?;
        Ok(Output(self.outputs))
    }

    /// Adds to the line.
    fn take(&mut self, text: &[u8], log: &mut dyn FnMut(&str)) -> Result<()> {
        self.line.extend_from_slice(text);
        if !self.in_payload {
            self.search(log);
        }
        if self.in_payload && self.size.saturating_add(self.line.len()) > MOST_OUTPUT {
            let message = format!("the outputs have more than {MOST_OUTPUT} bytes");
            return Err(Failure::permanent(message).with_code("output-too-large"));
        }
        Ok(())
    }

    fn search(&mut self, log: &mut dyn FnMut(&str)) {
        let unsearched = self.line.get(self.searched..).unwrap_or_default();
        let found = unsearched
            .windows(MARKER.len())
            .position(|window| window == MARKER);
        if let Some(at) = found {
            let at = self.searched + at;
            let payload = self.line.split_off(at + MARKER.len());
            self.line.truncate(at);
            write(&self.line, log);
            self.line = payload;
            self.in_payload = true;
            self.searched = 0;
            return;
        }
        self.searched = self.line.len().saturating_sub(MARKER.len() - 1);
        if self.line.len() > LONGEST_LOG_LINE {
            let rest = self.line.split_off(self.searched);
            write(&self.line, log);
            self.line = rest;
            self.searched = 0;
        }
    }

    fn end_line(&mut self, log: &mut dyn FnMut(&str)) -> Result<()> {
        let line = std::mem::take(&mut self.line);
        self.searched = 0;
        if !std::mem::take(&mut self.in_payload) {
            write(&line, log);
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            return Ok(());
        }
        self.size = self.size.saturating_add(line.len());
        let (key, value) = pair(text.trim()).map_err(|message| {
            let message = format!("Failed to unmarshal key-value pair: {message}");
            Failure::permanent(message).with_code("output-invalid")
        })?;
        if key.is_empty() {
            log("an output without a key was ignored");
            return Ok(());
        }
        self.outputs.insert(key, Value::String(value));
        Ok(())
    }
}

fn write(line: &[u8], log: &mut dyn FnMut(&str)) {
    let text = String::from_utf8_lossy(line);
    if !text.trim().is_empty() {
        log(text.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(pieces: &[&[u8]]) -> (Result<Output>, Vec<String>) {
        let mut logged = Vec::new();
        let mut log = |line: &str| logged.push(line.to_owned());
        let mut parser = PhaseOutput::new();
        let mut result = Ok(());
        for piece in pieces {
            result = result.and_then(|()| parser.push(piece, &mut log));
        }
        let outputs = result.and_then(|()| parser.finish(&mut log));
        (outputs, logged)
    }

    fn outputs(text: &str) -> Value {
        let Output(outputs) = parse(&[text.as_bytes()]).0.unwrap();
        Value::Object(outputs)
    }

    #[test]
    fn outputs_are_found_wherever_the_marker_stands_and_the_rest_is_log() {
        let text = "starting\nprogress 50% ###Phase-output###: {\"key\":\"half\",\"value\":\"yes\"}\n\
                    ###Phase-output###:{\"key\":\"tight\",\"value\":\"1\"}   \r\n\n\
                    ###Phase-output###: {\"key\":\"noeol\",\"value\":\"a\\nb \\u003c\"}";
        let (found, logged) = parse(&[text.as_bytes()]);
        let Output(found) = found.unwrap();
        assert_eq!(
            Value::Object(found),
            serde_json::json!({"half": "yes", "tight": "1", "noeol": "a\nb <"})
        );
        assert_eq!(logged, ["starting", "progress 50%"]);
    }

    #[test]
    fn odd_payloads_are_read_as_users_know_it() {
        assert_eq!(
            outputs("###Phase-output###: {\"key\":\"k\"}"),
            serde_json::json!({"k": ""})
        );
        assert_eq!(outputs("###Phase-output###:  \n"), serde_json::json!({}));
        assert_eq!(
            outputs("###Phase-output###: {\"value\":\"v\"}"),
            serde_json::json!({})
        );
        let twice = "###Phase-output###: {\"key\":\"k\",\"value\":\"1\",\"more\":true}\n\
                     ###Phase-output###: {\"Key\":\"k\",\"VALUE\":\"2\"}\n";
        assert_eq!(outputs(twice), serde_json::json!({"k": "2"}));
    }

    #[test]
    fn a_payload_that_is_no_pair_fails_in_the_words_users_know() {
        let message = |text: &str| match parse(&[text.as_bytes()]).0 {
            Err(Failure::Permanent(cause)) => cause.message,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            message("###Phase-output###: {\"key\":\"n\",\"value\":7}"),
            "Failed to unmarshal key-value pair: json: cannot unmarshal number into Go struct \
             field Output.value of type string"
        );
        for text in [
            "###Phase-output###: {",
            "###Phase-output###: ###Phase-output###: {}",
        ] {
            assert!(message(text).starts_with("Failed to unmarshal key-value pair: "));
        }
    }

    #[test]
    fn lines_without_end_do_not_fill_the_memory() {
        let mut parser = PhaseOutput::new();
        let mut logged = 0;
        for _ in 0..1_000 {
            parser
                .push(&[b'x'; 1024], &mut |line| logged += line.len())
                .unwrap();
            assert!(parser.line.len() <= LONGEST_LOG_LINE + 1024);
        }
        parser
            .push(b"###Phase-output###: {\"key\":\"", &mut |_| ())
            .unwrap();
        let endless = (0..2_000).try_for_each(|_| parser.push(&[b'x'; 1024], &mut |_| ()));
        assert!(
            matches!(endless, Err(Failure::Permanent(cause)) if cause.code == "output-too-large")
        );
        assert!(logged > 900 * 1024);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_pieces_end(
            words in proptest::collection::vec(
                prop_oneof![
                    Just("\n".to_owned()),
                    Just("#".to_owned()),
                    Just("###Phase-output###:".to_owned()),
                    Just("{\"key\":\"a\",\"value\":\"1\"}".to_owned()),
                    Just("\n###Phase-output###: {\"key\":\"b\",\"value\":\"ü\"}\n".to_owned()),
                    "[a-z#: ]{0,12}",
                ],
                0..12,
            ),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let text = words.concat().into_bytes();
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            ends.extend([0, text.len()]);
            ends.sort_unstable();
            let pieces: Vec<&[u8]> = ends.windows(2).map(|ends| &text[ends[0]..ends[1]]).collect();
            prop_assert_eq!(parse(&[&text]), parse(&pieces));
        }
    }
}
