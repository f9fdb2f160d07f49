//! A file's text and the places in it.

use crate::finding::Place;
use kanister_api::document::Position;

/// A file.
#[derive(Debug, Clone)]
pub struct Source {
    /// How messages call it.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

impl Source {
    /// A line, from 1.
    pub(crate) fn line(&self, line: usize) -> Option<&str> {
        self.text.lines().nth(line.checked_sub(1)?)
    }

    /// The word that begins at a position.
    pub(crate) fn word(&self, at: Position) -> Place {
        let Position { line, column } = at;
        let rest = self.line(line).unwrap_or_default().chars();
        let rest = rest.skip(column.saturating_sub(1));
        let inside = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$');
        Place {
            line,
            column,
            width: rest.take_while(inside).count().max(1),
        }
    }

    /// The place of a position in a text that stands in the file from `start` on, block or inline.
    ///
    /// Found by the text of its line: how a scalar is folded and indented is the parser's secret.
    pub(crate) fn inside(&self, start: Position, text: &str, line: usize, column: usize) -> Place {
        let wanted = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let trimmed = wanted.trim();
        let indent = wanted.chars().take_while(|c| c.is_whitespace()).count();
        let from = start.line.saturating_sub(1);
        // Equal lines before it are passed over, so that each of them has its own place.
        let before = text.lines().take(line.saturating_sub(1));
        let mut skip = before.filter(|other| other.trim() == trimmed).count();
        for (index, candidate) in self.text.lines().enumerate().skip(from) {
            if trimmed.is_empty() {
                break;
            }
            let Some(at) = candidate.find(trimmed) else {
                continue;
            };
            if skip > 0 {
                skip = skip.saturating_sub(1);
                continue;
            }
            let before = candidate.get(..at).unwrap_or_default().chars().count();
            let offset = column.saturating_sub(indent).max(1);
            let at = Position {
                line: index.saturating_add(1),
                column: before.saturating_add(offset),
            };
            return self.word(at);
        }
        self.word(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_blocks_and_inline() {
        let source = Source {
            name: String::new(),
            text: "a: x\nb: |\n    one\n      two three\n    one\nc: \"quoted {{ .A }}\"\n"
                .to_owned(),
        };
        let at = |line, column| Position { line, column };
        let text = "one\n  two three\none\n";
        let found = |line, column| {
            let place = source.inside(at(2, 4), text, line, column);
            (place.line, place.column)
        };
        assert_eq!(found(1, 1), (3, 5));
        assert_eq!(found(2, 7), (4, 11));
        assert_eq!(found(3, 1), (5, 5));
        let place = source.inside(at(6, 4), "quoted {{ .A }}", 1, 11);
        assert_eq!((place.line, place.column, place.width), (6, 15, 2));
    }
}
