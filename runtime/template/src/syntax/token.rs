//! Tokens of an action and the text between actions.

/// What a token is; its text is a slice of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    LeftDelim,
    RightDelim,
    Space,
    Dot,
    Field,
    Variable,
    Identifier,
    Keyword(Keyword),
    Bool,
    Nil,
    Number,
    Complex,
    Char,
    String,
    RawString,
    Pipe,
    LeftParen,
    RightParen,
    Declare,
    Assign,
    Other,
    Error(Problem),
    Eof,
}

/// What the lexer cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    UnclosedComment,
    OpenComment,
    UnclosedParen,
    UnclosedAction,
    NoDeclare,
    RawQuote,
    Quote,
    Char,
    BadCharacter,
    ExtraParen,
    Unrecognized,
    Number,
}

impl Problem {
    /// Go's words for it; for some the text of the token follows.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Problem::UnclosedComment => "unclosed comment",
            Problem::OpenComment => "comment ends before closing delimiter",
            Problem::UnclosedParen => "unclosed left paren",
            Problem::UnclosedAction => "unclosed action",
            Problem::NoDeclare => "expected :=",
            Problem::RawQuote => "unterminated raw quoted string",
            Problem::Quote => "unterminated quoted string",
            Problem::Char => "unterminated character constant",
            Problem::BadCharacter => "bad character",
            Problem::ExtraParen => "unexpected right paren",
            Problem::Unrecognized => "unrecognized character in action",
            Problem::Number => "bad number syntax",
        }
    }
}

/// The words that are no function names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

impl Keyword {
    pub(crate) fn of(word: &str) -> Option<Keyword> {
        Some(match word {
            "block" => Keyword::Block,
            "break" => Keyword::Break,
            "continue" => Keyword::Continue,
            "define" => Keyword::Define,
            "else" => Keyword::Else,
            "end" => Keyword::End,
            "if" => Keyword::If,
            "range" => Keyword::Range,
            "template" => Keyword::Template,
            "with" => Keyword::With,
            _ => return None,
        })
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Keyword::Block => "block",
            Keyword::Break => "break",
            Keyword::Continue => "continue",
            Keyword::Define => "define",
            Keyword::Else => "else",
            Keyword::End => "end",
            Keyword::If => "if",
            Keyword::Range => "range",
            Keyword::Template => "template",
            Keyword::With => "with",
        }
    }
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    pub(crate) text: &'s str,
    pub(crate) at: usize,
}
