//! The end of what a command printed, for messages.

/// As many bytes as ten lines may sensibly have.
const BYTES: usize = 16 * 1024;
const LINES: usize = 10;

/// The last lines of a stream.
#[derive(Debug, Default)]
pub struct Tail(Vec<u8>);

impl Tail {
    /// Takes the next piece; of what came before, the beginning is forgotten.
    pub fn push(&mut self, piece: &[u8]) {
        self.0.extend_from_slice(piece);
        // Cut now and then, not for each piece.
        if self.0.len() > 2 * BYTES {
            self.0.drain(..self.0.len() - BYTES);
        }
    }

    /// The last ten lines, with the line ends that users know from messages.
    #[must_use]
    pub fn text(&self) -> String {
        let start = self.0.len().saturating_sub(BYTES);
        let text = String::from_utf8_lossy(self.0.get(start..).unwrap_or_default());
        let lines: Vec<&str> = text
            .trim()
            .split('\n')
            .map(|line| line.trim_end_matches('\r'))
            .collect();
        let start = lines.len().saturating_sub(LINES);
        lines.get(start..).unwrap_or_default().join("\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ten_lines_are_kept() {
        let mut tail = Tail::default();
        assert_eq!(tail.text(), "");
        for line in 0..12 {
            tail.push(format!("line {line}\n").as_bytes());
        }
        let text = tail.text();
        assert!(
            text.starts_with("line 2\r\nline 3\r\n") && text.ends_with("line 11"),
            "{text}"
        );
    }

    #[test]
    fn line_ends_of_either_kind_are_told_as_one() {
        let mut tail = Tail::default();
        tail.push(b"one\r\ntwo\nthree\r\n");
        assert_eq!(tail.text(), "one\r\ntwo\r\nthree");
    }

    #[test]
    fn a_stream_without_end_does_not_fill_the_memory() {
        let mut tail = Tail::default();
        for _ in 0..1_000 {
            tail.push(&[b'x'; 1_000]);
            assert!(tail.0.len() <= 2 * BYTES + 1_000);
        }
        assert_eq!(tail.text().len(), BYTES);
    }
}
