//! Cuts the source into tokens. An error is a token too, and the last one.

use super::token::{Keyword, Kind, Problem, Token};

const LEFT: &str = "{{";
const RIGHT: &str = "}}";

/// Reads tokens from a source on demand.
pub(crate) struct Lexer<'s> {
    source: &'s str,
    at: usize,
    inside: bool,
    parens: u32,
    done: bool,
}

/// Space inside an action, and what trimming removes.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && c.is_alphanumeric())
}

/// `- ` after a left delimiter.
fn trims_left(rest: &str) -> bool {
    rest.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(is_space))
}

fn is_space_byte(byte: u8) -> bool {
    is_space(char::from(byte))
}

/// Where the next left delimiter stands.
fn find_left(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'{', bytes).find(|at| bytes.get(at + 1) == Some(&b'{'))
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s str) -> Lexer<'s> {
        Lexer {
            source,
            at: 0,
            inside: false,
            parens: 0,
            done: false,
        }
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, text: &'s str) -> &'s str {
        self.at += text.len();
        text
    }

    /// Takes bytes as long as they are of the set, which is one of ASCII.
    fn take_ascii(&mut self, keep: impl Fn(u8) -> bool) {
        let rest = self.source.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest
            .iter()
            .position(|byte| !keep(*byte))
            .unwrap_or(rest.len());
    }

    fn take_word(&mut self) {
        self.take_ascii(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        while let Some(c) = self.rest().chars().next().filter(|c| is_word(*c)) {
            self.at += c.len_utf8();
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    fn take_bytes(&mut self, count: usize) -> &'s str {
        let rest = self.rest();
        self.skip(rest.get(..count).unwrap_or(rest))
    }

    fn fail(&mut self, problem: Problem, at: usize) -> Token<'s> {
        self.done = true;
        let text = self.source.get(at..).unwrap_or_default();
        Token {
            kind: Kind::Error(problem),
            text,
            at,
        }
    }

    pub(crate) fn next(&mut self) -> Token<'s> {
        if self.done {
            return Token {
                kind: Kind::Eof,
                text: "",
                at: self.source.len(),
            };
        }
        if self.inside {
            self.action()
        } else {
            self.outside()
        }
    }

    fn outside(&mut self) -> Token<'s> {
        loop {
            let at = self.at;
            let rest = self.rest();
            if rest.is_empty() {
                return Token {
                    kind: Kind::Eof,
                    text: "",
                    at,
                };
            }
            let Some(open) = find_left(rest.as_bytes()) else {
                self.skip(rest);
                return Token {
                    kind: Kind::Text,
                    text: rest,
                    at,
                };
            };
            let (before, delimiter) = rest.split_at(open);
            let inner = delimiter.get(LEFT.len()..).unwrap_or_default();
            let trim = trims_left(inner);
            if !before.is_empty() {
                self.skip(before);
                let text = if trim {
                    before.trim_end_matches(is_space)
                } else {
                    before
                };
                if !text.is_empty() {
                    return Token {
                        kind: Kind::Text,
                        text,
                        at,
                    };
                }
            }
            let start = self.at;
            let body = inner.get(if trim { 2 } else { 0 }..).unwrap_or_default();
            self.at = self.source.len() - body.len();
            if !body.starts_with("/*") {
                self.inside = true;
                self.parens = 0;
                return Token {
                    kind: Kind::LeftDelim,
                    text: LEFT,
                    at: start,
                };
            }
            let Some(end) = body.get(2..).and_then(|body| body.find("*/")) else {
                return self.fail(Problem::UnclosedComment, start);
            };
            self.take_bytes(end + 4);
            if !self.at_right() {
                return self.fail(Problem::OpenComment, start);
            }
            self.close();
        }
    }

    /// At `}}` or ` -}}`.
    fn at_right(&self) -> bool {
        match self.byte(0) {
            Some(b'}') => self.byte(1) == Some(b'}'),
            _ => self.at_trimming_right(),
        }
    }

    fn at_trimming_right(&self) -> bool {
        self.byte(1) == Some(b'-')
            && self.byte(0).is_some_and(is_space_byte)
            && self.byte(2) == Some(b'}')
            && self.byte(3) == Some(b'}')
    }

    fn close(&mut self) {
        if self.at_trimming_right() {
            self.take_bytes(2 + RIGHT.len());
            self.take_ascii(is_space_byte);
        } else {
            self.take_bytes(RIGHT.len());
        }
    }

    fn at_terminator(&self) -> bool {
        match self.byte(0) {
            None | Some(b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.byte(1) == Some(b'}'),
            Some(byte) => is_space_byte(byte),
        }
    }

    fn action(&mut self) -> Token<'s> {
        let at = self.at;
        if self.at_right() {
            if self.parens > 0 {
                return self.fail(Problem::UnclosedParen, at);
            }
            self.close();
            self.inside = false;
            return Token {
                kind: Kind::RightDelim,
                text: RIGHT,
                at,
            };
        }
        let rest = self.rest();
        let Some(c) = rest.chars().next() else {
            return self.fail(Problem::UnclosedAction, at);
        };
        let token = |kind, text| Token { kind, text, at };
        match c {
            c if is_space(c) => {
                // The last space before `-}}` belongs to it.
                while self.byte(0).is_some_and(is_space_byte) && !self.at_trimming_right() {
                    self.at += 1;
                }
                token(
                    Kind::Space,
                    self.source.get(at..self.at).unwrap_or_default(),
                )
            }
            '=' => token(Kind::Assign, self.take_bytes(1)),
            ':' if rest.starts_with(":=") => token(Kind::Declare, self.take_bytes(2)),
            ':' => self.fail(Problem::NoDeclare, at),
            '|' => token(Kind::Pipe, self.take_bytes(1)),
            '"' => self.quoted('"', Kind::String, Problem::Quote),
            '\'' => self.quoted('\'', Kind::Char, Problem::Char),
            '`' => match rest.get(1..).and_then(|rest| rest.find('`')) {
                Some(end) => token(Kind::RawString, self.take_bytes(end + 2)),
                None => self.fail(Problem::RawQuote, at),
            },
            // A point before a digit, or before nothing at all, begins a number.
            '$' | '.' if c == '$' || self.byte(1).is_some_and(|b| !b.is_ascii_digit()) => {
                self.take_bytes(1);
                let bare = if c == '$' { Kind::Variable } else { Kind::Dot };
                if self.at_terminator() {
                    return token(bare, if c == '$' { "$" } else { "." });
                }
                self.take_word();
                if !self.at_terminator() {
                    return self.fail(Problem::BadCharacter, self.at);
                }
                let kind = if c == '$' {
                    Kind::Variable
                } else {
                    Kind::Field
                };
                token(kind, self.source.get(at..self.at).unwrap_or_default())
            }
            '(' => {
                self.parens += 1;
                token(Kind::LeftParen, self.take_bytes(1))
            }
            ')' => {
                let text = self.take_bytes(1);
                match self.parens.checked_sub(1) {
                    Some(left) => {
                        self.parens = left;
                        token(Kind::RightParen, text)
                    }
                    None => self.fail(Problem::ExtraParen, at),
                }
            }
            '+' | '-' | '.' | '0'..='9' => self.number(),
            c if is_word(c) => self.word(),
            c if c.is_ascii_graphic() => token(Kind::Other, self.take_bytes(1)),
            _ => self.fail(Problem::Unrecognized, at),
        }
    }

    fn quoted(&mut self, quote: char, kind: Kind, problem: Problem) -> Token<'s> {
        let at = self.at;
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, c)) if c != '\n' => {}
                    _ => break,
                },
                '\n' => break,
                c if c == quote => {
                    return Token {
                        kind,
                        text: self.take_bytes(i + 1),
                        at,
                    };
                }
                _ => {}
            }
        }
        self.fail(problem, at)
    }

    fn word(&mut self) -> Token<'s> {
        let at = self.at;
        self.take_word();
        if !self.at_terminator() {
            return self.fail(Problem::BadCharacter, self.at);
        }
        let text = self.source.get(at..self.at).unwrap_or_default();
        let kind = match text {
            "true" | "false" => Kind::Bool,
            "nil" => Kind::Nil,
            word => Keyword::of(word).map_or(Kind::Identifier, Kind::Keyword),
        };
        Token { kind, text, at }
    }

    fn number(&mut self) -> Token<'s> {
        let at = self.at;
        let mut ok = self.scan_number();
        let mut kind = Kind::Number;
        if ok && self.rest().starts_with(['+', '-']) {
            // A complex constant: 1+2i.
            kind = Kind::Complex;
            ok = self.scan_number()
                && self
                    .source
                    .get(at..self.at)
                    .is_some_and(|text| text.ends_with('i'));
        }
        let text = self.source.get(at..self.at).unwrap_or_default();
        if !ok {
            return Token {
                text,
                ..self.fail(Problem::Number, at)
            };
        }
        Token { kind, text, at }
    }

    fn accept(&mut self, set: &str) -> bool {
        let hit = self.rest().starts_with(|c| set.contains(c));
        self.at += usize::from(hit);
        hit
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        let of_base = |byte| digits.as_bytes().contains(&byte);
        self.take_ascii(of_base);
        if self.accept(".") {
            self.take_ascii(of_base);
        }
        let exponent = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if !exponent.is_empty() && self.accept(exponent) {
            self.accept("+-");
            self.take_ascii(|byte| byte.is_ascii_digit() || byte == b'_');
        }
        self.accept("i");
        if self.rest().starts_with(is_word) {
            self.take_bytes(self.rest().chars().next().map_or(0, char::len_utf8));
            return false;
        }
        true
    }
}
