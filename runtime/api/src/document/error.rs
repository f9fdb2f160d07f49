//! What can be wrong with a manifest.

use std::fmt;

use super::node::Position;
use crate::resource::API_VERSION;

/// What is wrong, in which object and where in the text.
///
/// It reads like `Blueprint "mysql", actions.backup.phases[0].timeout (line 12, column 18): …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The kind of the object, as far as known.
    pub kind: Option<String>,
    /// The name of the object, as far as known.
    pub name: Option<String>,
    /// The path of the field in the object, for example `spec.actions[0].name`; empty for the
    /// object itself and for what is wrong with the text as such.
    pub path: String,
    /// Where it stands.
    pub position: Option<Position>,
    /// What is wrong.
    pub problem: Box<Problem>,
}

/// What is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text is no YAML or JSON.
    #[error("{0}")]
    Syntax(String),
    /// A part of YAML that Kubernetes objects cannot have.
    #[error("{0}")]
    Unsupported(String),
    /// A limit is exceeded.
    #[error("{0}")]
    TooLarge(String),
    /// The document is not a map.
    #[error("expected an object with apiVersion and kind, found {0}")]
    NotAnObject(&'static str),
    /// `apiVersion`, `kind` or both are missing or no text.
    #[error("{0} is missing or no text; a Kubernetes object needs apiVersion and kind")]
    NoHeader(&'static str),
    /// A kind that is not of this group.
    #[error(
        "unknown kind {kind:?} of {api_version:?}; \
         expected ActionSet, Blueprint or Profile of {API_VERSION:?}"
    )]
    UnknownKind {
        /// The object's `apiVersion`.
        api_version: String,
        /// The object's `kind`.
        kind: String,
    },
    /// A field has a value that its type does not have.
    #[error("{0}")]
    Field(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = Vec::new();
        match (&self.kind, &self.name) {
            (Some(kind), Some(name)) => place.push(format!("{kind} {name:?}")),
            (Some(kind), None) => place.push(format!("{kind} without a name")),
            (None, Some(name)) => place.push(format!("object {name:?}")),
            (None, None) => {}
        }
        if !self.path.is_empty() {
            place.push(self.path.clone());
        }
        let place = place.join(", ");
        match (&self.position, place.is_empty()) {
            (Some(position), true) => write!(f, "{position}: ")?,
            (Some(position), false) => write!(f, "{place} ({position}): ")?,
            (None, true) => {}
            (None, false) => write!(f, "{place}: ")?,
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for ParseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl ParseError {
    /// An error of the text, not of a field.
    pub(super) fn at(position: Position, problem: Problem) -> Self {
        Self {
            kind: None,
            name: None,
            path: String::new(),
            position: position.known(),
            problem: Box::new(problem),
        }
    }
}
