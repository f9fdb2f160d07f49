//! From a position in a scalar to the position in the file.

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// After `|` or `>`.
    Block,
}

/// Where a scalar begins, and how its content is written there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Byte offset of its first character in the file.
    start: usize,
    style: Style,
}

impl Place {
    /// A scalar that the parser reports at a line, from 1, and column, from 0: a quoted one with its quote, a
    /// block with its header or with its first line.
    pub(super) fn new(source: &str, line: usize, column: usize, style: Style) -> Place {
        let lines = source.split_inclusive('\n');
        let before: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
        let rest = source.get(before..).unwrap_or_default();
        let width = |count: usize| rest.chars().take(count).map(char::len_utf8).sum::<usize>();
        let start = match style {
            Style::Plain => width(column),
            Style::SingleQuoted | Style::DoubleQuoted => width(column + 1),
            Style::Block => {
                let first = rest.split_inclusive('\n').next().unwrap_or_default();
                if is_header(first) { first.len() } else { 0 }
            }
        };
        Place {
            start: before + start,
            style,
        }
    }

    /// Line and column in the file, from 1, of the character at a line and column of the scalar, from 1. Both texts
    /// are walked side by side: what the file has more is escapes, indentation and line breaks.
    pub(super) fn locate(
        self,
        source: &str,
        scalar: &str,
        line: usize,
        column: usize,
    ) -> (usize, usize) {
        let mut reader = Reader {
            rest: source.get(self.start..).unwrap_or_default(),
            style: self.style,
        };
        let (mut at_line, mut at_column) = (1, 1);
        for c in scalar.chars() {
            if !c.is_whitespace() {
                reader.skip_space();
            }
            if (at_line, at_column) >= (line, column) {
                break;
            }
            reader.pass(c);
            if c == '\n' {
                (at_line, at_column) = (at_line + 1, 1);
            } else {
                at_column += 1;
            }
        }
        crate::error::position(source, source.len() - reader.rest.len())
    }
}

/// A line that ends with the header of a block: `|` or `>`, perhaps with indicators and a comment.
fn is_header(line: &str) -> bool {
    let text = line.split(" #").next().unwrap_or_default().trim_end();
    text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'))
        .ends_with(['|', '>'])
}

/// What is left of the file.
struct Reader<'s> {
    rest: &'s str,
    style: Style,
}

impl Reader<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Passes space that stands before the next visible character, escaped line breaks too.
    fn skip_space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.strip_prefix('\\') {
                Some(after)
                    if self.style == Style::DoubleQuoted && after.starts_with(['\n', '\r']) =>
                {
                    self.rest = after;
                }
                _ => return,
            }
        }
    }

    /// Passes what stands for the character `c` of the scalar.
    fn pass(&mut self, c: char) {
        let Some(next) = self.rest.chars().next() else {
            return;
        };
        match (self.style, next) {
            (Style::DoubleQuoted, '\\') => {
                let escape = self.rest.chars().nth(1);
                self.skip(match escape {
                    Some('x') => 4,
                    Some('u') => 6,
                    Some('U') => 10,
                    escape => 1 + escape.map_or(0, char::len_utf8),
                });
            }
            (Style::SingleQuoted, '\'') => self.skip(2),
            // A break of the file may stand for the space, and may be passed with what is around it already.
            _ if c.is_whitespace() && !next.is_whitespace() => {}
            _ => self.skip(next.len_utf8()),
        }
    }
}
