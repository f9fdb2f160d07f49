//! What was found, and where.

use crate::rule::{Level, Rule};
use serde::Serialize;
use serde::ser::SerializeStruct;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// By which rule.
    pub rule: &'static Rule,
    /// The name of the file.
    pub file: String,
    /// Where in the file; none in JSON that is no YAML.
    pub place: Option<Place>,
    /// Where in the object, such as `actions.backup.phases[0].args.command[2]`; empty for the file.
    pub path: String,
    /// What is wrong, in this case.
    pub message: String,
}

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters; at least 1.
    pub width: usize,
}

impl Finding {
    /// How bad it is.
    #[must_use]
    pub fn level(&self) -> Level {
        self.rule.level
    }
}

impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            rule,
            file,
            place,
            path,
            message,
        } = self;
        let mut object = serializer.serialize_struct("Finding", 9)?;
        object.serialize_field("rule", rule.id)?;
        object.serialize_field("level", &rule.level)?;
        object.serialize_field("file", file)?;
        object.serialize_field("line", &place.map(|place| place.line))?;
        object.serialize_field("column", &place.map(|place| place.column))?;
        object.serialize_field("path", path)?;
        object.serialize_field("message", message)?;
        object.serialize_field("reason", rule.reason)?;
        object.serialize_field("remedy", rule.remedy)?;
        object.end()
    }
}
