//! Names of objects, namespaces and containers.

use std::fmt;
use std::str::FromStr;

use super::super::error::PatternError;
use super::{text_serde, write_literal};

/// Names of objects: `*`, the beginning of a name with `*` behind it, or one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamePattern {
    /// `*`.
    Any,
    /// `backup-*`: every name that begins so.
    Prefix(Box<str>),
    /// This one name.
    Exact(Box<str>),
}

impl NamePattern {
    /// Whether the pattern stands for `name`.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Prefix(prefix) => name.starts_with(&**prefix),
            Self::Exact(exact) => **exact == *name,
        }
    }

    /// Whether the pattern stands for every name that begins with `start`.
    #[must_use]
    pub fn matches_all_with(&self, start: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Prefix(prefix) => start.starts_with(&**prefix),
            Self::Exact(_) => false,
        }
    }

    /// The names that both stand for, if there are any.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Any, rest) | (rest, Self::Any) => Some(rest.clone()),
            (Self::Prefix(a), Self::Prefix(b)) => {
                let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
                long.starts_with(&**short)
                    .then(|| Self::Prefix(long.clone()))
            }
            (exact @ Self::Exact(name), rest) | (rest, exact @ Self::Exact(name)) => {
                rest.matches(name).then(|| exact.clone())
            }
        }
    }
}

impl FromStr for NamePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let error = |hint: &str| Err(PatternError::new("name pattern", text, hint));
        if let Some(literal) = text.strip_prefix('\\') {
            return Ok(Self::Exact(literal.into()));
        }
        if text.is_empty() {
            return error("write a name, the beginning of one with * behind it, or *");
        }
        match text.strip_suffix('*') {
            Some("") => Ok(Self::Any),
            Some(prefix) if !prefix.contains('*') => Ok(Self::Prefix(prefix.into())),
            None if !text.contains('*') => Ok(Self::Exact(text.into())),
            _ => error("* can only stand at the end"),
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Prefix(prefix) => write!(f, "{prefix}*"),
            Self::Exact(name) => write_literal(f, name),
        }
    }
}

text_serde!(
    NamePattern,
    "a name, the beginning of one with * behind it, or *"
);

/// Namespaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamespacePattern {
    /// `*`: every namespace.
    Any,
    /// `$subject`: the namespace of what the ActionSet acts on.
    Subject,
    /// `$controller`: the namespace of the controller.
    Controller,
    /// `$cluster`: requests outside of any namespace.
    Cluster,
    /// This one namespace.
    Exact(Box<str>),
}

impl FromStr for NamespacePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if let Some(literal) = text.strip_prefix('\\') {
            return Ok(Self::Exact(literal.into()));
        }
        match text {
            "*" => Ok(Self::Any),
            "$subject" => Ok(Self::Subject),
            "$controller" => Ok(Self::Controller),
            "$cluster" => Ok(Self::Cluster),
            _ if text.is_empty() || text.starts_with('$') || text.contains('*') => {
                Err(PatternError::new(
                    "namespace pattern",
                    text,
                    "write the name of a namespace, $subject, $controller, $cluster or *",
                ))
            }
            name => Ok(Self::Exact(name.into())),
        }
    }
}

impl fmt::Display for NamespacePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Subject => f.write_str("$subject"),
            Self::Controller => f.write_str("$controller"),
            Self::Cluster => f.write_str("$cluster"),
            Self::Exact(name) => write_literal(f, name),
        }
    }
}

text_serde!(
    NamespacePattern,
    "a namespace, $subject, $controller, $cluster or *"
);

/// Containers of a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerPattern {
    /// `*`: any container, the default one included.
    Any,
    /// `$default`: the container that Kubernetes chooses if none is named.
    Default,
    /// This one container.
    Exact(Box<str>),
}

impl ContainerPattern {
    /// Whether the pattern stands for `container`; `None` is the pod's default one.
    #[must_use]
    pub fn matches(&self, container: Option<&str>) -> bool {
        match self {
            Self::Any => true,
            Self::Default => container.is_none(),
            Self::Exact(exact) => container == Some(exact),
        }
    }

    /// The containers that both stand for, if there are any.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Any, rest) | (rest, Self::Any) => Some(rest.clone()),
            (a, b) => (a == b).then(|| a.clone()),
        }
    }
}

impl FromStr for ContainerPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if let Some(literal) = text.strip_prefix('\\') {
            return Ok(Self::Exact(literal.into()));
        }
        match text {
            "*" => Ok(Self::Any),
            "$default" => Ok(Self::Default),
            _ if text.is_empty() || text.starts_with('$') || text.contains('*') => {
                Err(PatternError::new(
                    "container pattern",
                    text,
                    "write the name of a container, $default or *",
                ))
            }
            name => Ok(Self::Exact(name.into())),
        }
    }
}

impl fmt::Display for ContainerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Default => f.write_str("$default"),
            Self::Exact(name) => write_literal(f, name),
        }
    }
}

text_serde!(ContainerPattern, "the name of a container, $default or *");
