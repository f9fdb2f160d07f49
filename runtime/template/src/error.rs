//! Errors of parsing and rendering, with Go's kinds and the place in the user's own text.

use crate::fmt::quote;

/// What kind of error it is; the kinds are those that Go's `text/template` tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is no template.
    Syntax,
    /// A function that does not exist in this dialect.
    UndefinedFunction,
    /// A variable that is not declared here.
    UndefinedVariable,
    /// A function reported an error.
    Call,
    /// A map has no such key.
    MissingKey,
    /// A struct has no such field, or the value has no fields.
    NoField,
    /// An argument of the wrong type.
    ArgumentType,
    /// Too many or too few arguments.
    ArgumentCount,
    /// A field of something that is not set.
    NilPointer,
    /// A named template that is not defined.
    UndefinedTemplate,
    /// A limit of [`Limits`](crate::Limits) was reached.
    Limit,
    /// Anything else that fails while rendering.
    Other,
}

impl ErrorKind {
    /// A short name, stable across versions: `parse:syntax`, `exec:missing_key` and so on.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Syntax => "parse:syntax",
            ErrorKind::UndefinedFunction => "parse:undefined_function",
            ErrorKind::UndefinedVariable => "parse:undefined_variable",
            ErrorKind::Call => "exec:call",
            ErrorKind::MissingKey => "exec:missing_key",
            ErrorKind::NoField => "exec:no_field",
            ErrorKind::ArgumentType => "exec:arg_type",
            ErrorKind::ArgumentCount => "exec:arg_count",
            ErrorKind::NilPointer => "exec:nil_pointer",
            ErrorKind::UndefinedTemplate => "exec:undefined_template",
            ErrorKind::Limit => "exec:limit",
            ErrorKind::Other => "exec:other",
        }
    }
}

/// Why a template could not be parsed or rendered. It displays as Go's `text/template` words it; the text holds
/// no secret value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct TemplateError {
    kind: ErrorKind,
    line: usize,
    column: usize,
    missing_key: Option<String>,
    text: String,
}

impl TemplateError {
    pub(crate) fn parse(kind: ErrorKind, source: &str, at: usize, message: &str) -> TemplateError {
        TemplateError::read(kind, source, at, at, message)
    }

    /// An error of the parser at `at`, whose text names the line of `named`.
    pub(crate) fn read(
        kind: ErrorKind,
        source: &str,
        at: usize,
        named: usize,
        message: &str,
    ) -> TemplateError {
        let (line, column) = position(source, at);
        let (named, _) = position(source, named);
        let text = format!("template: config:{named}: {message}");
        TemplateError {
            kind,
            line,
            column,
            missing_key: None,
            text,
        }
    }

    pub(crate) fn execute(source: &str, failure: Failure) -> TemplateError {
        let Failure {
            kind,
            at,
            template,
            context,
            message,
            missing_key,
        } = failure;
        let (line, column) = position(source, at);
        let byte = source.get(..at).map_or(0, |before| {
            before.len() - before.rfind('\n').map_or(0, |nl| nl + 1)
        });
        let text = format!(
            "template: config:{line}:{byte}: executing {} at <{context}>: {message}",
            quote(template.as_bytes())
        );
        TemplateError {
            kind,
            line,
            column,
            missing_key,
            text,
        }
    }

    /// An error of an engine that knows only the line.
    pub(crate) fn foreign(kind: ErrorKind, line: usize, text: String) -> TemplateError {
        TemplateError {
            kind,
            line,
            column: 1,
            missing_key: None,
            text,
        }
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The line in the template, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in that line, in characters, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The key that a map lacks, for [`ErrorKind::MissingKey`].
    pub fn missing_key(&self) -> Option<&str> {
        self.missing_key.as_deref()
    }

    /// The text that upstream's controller reports: a missing key is worded by its name alone.
    pub fn controller_message(&self) -> String {
        match &self.missing_key {
            Some(key) => format!("Failed to render template: \"{key}\" not found"),
            None => format!("Failed to render template: {}", self.text),
        }
    }
}

/// An error of the evaluator before its place is worked out.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) at: usize,
    pub(crate) template: String,
    pub(crate) context: String,
    pub(crate) message: String,
    pub(crate) missing_key: Option<String>,
}

/// Line and column (in characters), both from 1, of a byte offset.
pub(crate) fn position(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at.min(source.len())).unwrap_or(source);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (line, column)
}
