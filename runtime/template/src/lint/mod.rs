//! What can be said about a Blueprint without running it: templates that do not parse, functions and fields that do
//! not exist, outputs used before they are set. Every finding has its place in the YAML file.

mod blueprint;
mod place;
mod references;
mod template;
mod yaml;

pub use blueprint::lint_blueprint;
pub use references::{Reference, Target, references};

/// Something that is wrong with a Blueprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in that line, in characters, from 1.
    pub column: usize,
    /// Where in the Blueprint, such as `actions.backup.phases[0].args.command[2]`.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// The file is no YAML.
    Yaml,
    /// A template does not parse.
    Syntax,
    /// A template calls a function that does not exist.
    UnknownFunction,
    /// A template uses a variable that is not declared.
    UnknownVariable,
    /// A field that the parameters do not have.
    UnknownField,
    /// An output, or anything else of a phase, before it is there.
    NotYetSet,
}

#[cfg(test)]
mod tests;
