//! From texts to objects.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::compose::compose;
use super::error::{ParseError, Problem};
use super::json;
use super::limits::Limits;
use super::node::{Content, Node, Position};
use super::path::{self, Step};
use crate::resource::API_VERSION;
use crate::{ActionSet, Blueprint, Profile};

/// An object of this API group.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// An ActionSet.
    ActionSet(Box<ActionSet>),
    /// A Blueprint.
    Blueprint(Box<Blueprint>),
    /// A Profile.
    Profile(Box<Profile>),
}

/// One Kubernetes object of a manifest, of any kind, that knows where its fields stand.
#[derive(Clone, Debug)]
pub struct Document {
    root: Node,
    api_version: String,
    kind: String,
    name: Option<String>,
}

impl Document {
    /// The object's `apiVersion`.
    #[must_use]
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// The object's `kind`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The object's `metadata.name`, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where the object begins, if known: not in JSON that is no YAML.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.root.at.known()
    }

    /// Where a field stands: its key if `key`, else its value. Of a field that is not there, the
    /// nearest thing around it. None if no place is known.
    #[must_use]
    pub fn place(&self, path: &[Step<'_>], key: bool) -> Option<Position> {
        path::place(&self.root, path, key).known()
    }

    /// The object as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.root.to_json()
    }

    /// The object as a type, whatever its kind.
    ///
    /// # Errors
    /// [`ParseError`] with the path and the place of the first field that does not fit.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, ParseError> {
        serde_path_to_error::deserialize(self.root.to_json()).map_err(|error| {
            let node = path::locate(&self.root, error.path());
            let mut problem = error.inner().to_string();
            // `force: yes` and `version: 1.10` are the mistakes that YAML invites.
            if problem.ends_with("expected a string")
                && matches!(node.content, Content::Bool(_) | Content::Number(_))
            {
                problem.push_str("; write it in quotes if a text is meant");
            }
            if let Some((found, _)) = problem.split_once("expected struct ") {
                problem = format!("{found}expected an object");
            }
            ParseError {
                kind: Some(self.kind.clone()),
                name: self.name.clone(),
                path: path::write(error.path()),
                position: node.at.known(),
                problem: Box::new(Problem::Field(problem)),
            }
        })
    }

    /// The object as one of the types of this API group.
    ///
    /// # Errors
    /// [`ParseError`] if it is of another kind, or if a field does not fit.
    pub fn object(&self) -> Result<Object, ParseError> {
        match (self.api_version.as_str(), self.kind.as_str()) {
            (API_VERSION, "ActionSet") => self.decode().map(Object::ActionSet),
            (API_VERSION, "Blueprint") => self.decode().map(Object::Blueprint),
            (API_VERSION, "Profile") => self.decode().map(Object::Profile),
            (api_version, kind) => Err(ParseError {
                kind: None,
                name: self.name.clone(),
                path: String::new(),
                position: self.root.at.known(),
                problem: Box::new(Problem::UnknownKind {
                    api_version: api_version.to_owned(),
                    kind: kind.to_owned(),
                }),
            }),
        }
    }

    fn new(root: Node) -> Result<Self, ParseError> {
        let found = match &root.content {
            Content::Map(_) => None,
            Content::Null => Some("nothing"),
            Content::Bool(_) => Some("a boolean"),
            Content::Number(_) => Some("a number"),
            Content::Text(_) => Some("a text"),
            Content::List(_) => Some("a list"),
        };
        if let Some(found) = found {
            return Err(ParseError::at(root.at, Problem::NotAnObject(found)));
        }
        let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
        let name = text(
            root.field("metadata")
                .and_then(|metadata| metadata.field("name")),
        );
        let kind = text(root.field("kind"));
        let api_version = text(root.field("apiVersion"));
        match (api_version, kind) {
            (Some(api_version), Some(kind)) => Ok(Self {
                root,
                api_version,
                kind,
                name,
            }),
            (api_version, kind) => {
                let missing = match (&api_version, &kind) {
                    (None, None) => "apiVersion and kind",
                    (None, Some(_)) => "apiVersion",
                    _ => "kind",
                };
                let problem = Box::new(Problem::NoHeader(missing));
                let (position, path) = (root.at.known(), String::new());
                Err(ParseError {
                    kind,
                    name,
                    path,
                    position,
                    problem,
                })
            }
        }
    }

    /// Puts the items of a list in place of the list.
    fn flatten(self, documents: &mut Vec<Document>) -> Result<(), ParseError> {
        let items = match &self.root.content {
            Content::Map(entries) if self.kind.ends_with("List") => {
                entries.iter().find(|entry| entry.key == "items")
            }
            _ => None,
        };
        match items.map(|entry| &entry.value.content) {
            Some(Content::List(items)) => {
                for item in items {
                    documents.push(Document::new(item.clone())?);
                }
            }
            _ => documents.push(self),
        }
        Ok(())
    }
}

/// Reads a stream of YAML documents, or JSON, into objects of any kind. Empty documents are left
/// out; a list (`kind: List`, `BlueprintList`, …) gives its items.
///
/// # Errors
/// [`ParseError`] for the first thing that is wrong.
pub fn parse(text: &str) -> Result<Vec<Document>, ParseError> {
    parse_with_limits(text, Limits::default())
}

/// Like [`parse`], with other limits.
///
/// # Errors
/// [`ParseError`] for the first thing that is wrong.
pub fn parse_with_limits(text: &str, limits: Limits) -> Result<Vec<Document>, ParseError> {
    let mut documents = Vec::new();
    for root in roots(text, limits)? {
        Document::new(root)?.flatten(&mut documents)?;
    }
    Ok(documents)
}

fn roots(text: &str, limits: Limits) -> Result<Vec<Node>, ParseError> {
    compose(text, limits).or_else(|error| match *error.problem {
        Problem::Syntax(_) => json::read(text).ok_or(error),
        _ => Err(error),
    })
}

/// Reads a stream of YAML documents, or JSON, into values of any shape: for texts that are a part of
/// an object, such as a patch.
///
/// # Errors
/// [`ParseError`] for the first thing that is wrong.
pub fn parse_values(text: &str) -> Result<Vec<Value>, ParseError> {
    let roots = roots(text, Limits::default())?;
    Ok(roots.iter().map(Node::to_json).collect())
}

/// Reads a stream of YAML documents, or JSON, that holds only objects of this API group.
///
/// # Errors
/// [`ParseError`] for the first thing that is wrong, an object of another kind included.
pub fn parse_documents(text: &str) -> Result<Vec<Object>, ParseError> {
    parse(text)?.iter().map(Document::object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_need_no_header_and_mean_what_they_mean_in_objects() {
        let values = parse_values("data: {on: 1_000, mode: 0644}\n---\n{\"a\": yes}").unwrap();
        assert_eq!(
            values,
            [
                json!({"data": {"true": 1000, "mode": 420}}),
                json!({"a": true})
            ]
        );
        assert!(parse_values("a: [").is_err());
    }

    #[test]
    fn places_of_fields_are_known() {
        let text = "apiVersion: v1\nkind: X\nspec:\n  items:\n  - {a: 1}\n";
        let documents = parse(text).unwrap();
        let place = |path: &[Step<'_>], key| {
            let Position { line, column } = documents[0].place(path, key).unwrap();
            (line, column)
        };
        let path = [
            Step::Key("spec"),
            Step::Key("items"),
            Step::Item(0),
            Step::Key("a"),
        ];
        assert_eq!(place(&path, true), (5, 6));
        assert_eq!(place(&path, false), (5, 9));
        assert_eq!(place(&[Step::Key("spec"), Step::Key("none")], true), (3, 1));
    }
}
