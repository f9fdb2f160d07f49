//! What can be wrong with a manifest, a grant or a pattern.

/// Why a text is not the pattern, size or reference that its place asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: {hint}")]
pub struct PatternError {
    what: &'static str,
    text: Box<str>,
    hint: Box<str>,
}

impl PatternError {
    pub(super) fn new(what: &'static str, text: &str, hint: impl Into<Box<str>>) -> Self {
        // A message is shown to people; a megabyte of text would bury what it says.
        let text = text.chars().take(120).collect::<String>().into();
        Self {
            what,
            text,
            hint: hint.into(),
        }
    }
}

/// Why a file with a manifest or with grants was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The text is not YAML, or has a field, word or pattern that does not belong there.
    #[error("{file}:{line}:{column}: {message}")]
    Yaml {
        /// What was read, as its reader called it.
        file: String,
        /// The line, counted from 1; 0 if it is not known.
        line: u64,
        /// The column, counted from 1; 0 if it is not known.
        column: u64,
        /// What is wrong, and what is valid there.
        message: String,
    },
    /// The fields are valid one by one but not together.
    #[error("{file}: {object}: {message}")]
    Object {
        /// What was read, as its reader called it.
        file: String,
        /// Which object: `FunctionGrant shop/dumps`.
        object: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// The file is too large to be what it should be.
    #[error("{file} has {size} bytes, more than the {limit} that such a file may have")]
    Size {
        /// What was read, as its reader called it.
        file: String,
        /// Its length in bytes.
        size: usize,
        /// The most bytes allowed.
        limit: usize,
    },
}

impl FileError {
    pub(super) fn yaml(file: &str, error: &serde_saphyr::Error) -> Self {
        let plain = error.without_snippet();
        let (line, column) = plain
            .location()
            .map_or((0, 0), |at| (at.line(), at.column()));
        Self::Yaml {
            file: file.to_owned(),
            line,
            column,
            message: plain.to_string(),
        }
    }
}
