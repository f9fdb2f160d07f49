//! From a position in a scalar to the position in the file.

/// Where a scalar stands, and how its content lies in the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// A literal block: its lines are lines of the file, moved to the right.
    Lines { line: usize, indent: usize },
    /// On one line of the file.
    Inline { line: usize, column: usize },
    /// Folded over several lines: only its beginning is known.
    Folded { line: usize, column: usize },
}

impl Place {
    /// A literal block whose header or first line is on `line` of the file.
    pub(super) fn literal(source: &str, line: usize) -> Place {
        let header = |text: &str| {
            let text = text.split(" #").next().unwrap_or_default().trim_end();
            text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'))
                .ends_with('|')
        };
        let at = |line: usize| {
            source
                .lines()
                .nth(line.saturating_sub(1))
                .unwrap_or_default()
        };
        let first = if header(at(line)) { line + 1 } else { line };
        let content = source
            .lines()
            .skip(first.saturating_sub(1))
            .find(|line| !line.trim().is_empty());
        let indent = content.map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
        Place::Lines {
            line: first,
            indent,
        }
    }

    pub(super) fn inline(line: usize, column: usize, folded: bool) -> Place {
        if folded {
            Place::Folded { line, column }
        } else {
            Place::Inline { line, column }
        }
    }

    /// Line and column in the file, from 1, of a position in the scalar, from 1.
    pub(super) fn locate(self, line: usize, column: usize) -> (usize, usize) {
        match self {
            Place::Lines {
                line: first,
                indent,
            } => (first + line - 1, indent + column),
            Place::Inline {
                line: at,
                column: start,
            } => (at, start + column),
            Place::Folded { line, column } => (line, column + 1),
        }
    }
}
