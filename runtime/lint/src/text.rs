//! From texts to objects.

use crate::finding::Finding;
use crate::rule::{Level, Rule};
use crate::source::Source;
use kanister_api::document::{self, Document, Object, ParseError, Problem};
use std::collections::BTreeMap;

const SYNTAX: Rule = Rule {
    id: "syntax",
    level: Level::Error,
    reason: "The file is no YAML or JSON, so nothing in it can be read.",
    remedy: "Look at the marked place and just before it: indentation, a missing quote or colon.",
};
const SCHEMA: Rule = Rule {
    id: "schema",
    level: Level::Error,
    reason: "Kubernetes refuses an object that does not have the shape of its kind.",
    remedy: "Write what the message asks for.",
};
const TWICE: Rule = Rule {
    id: "object-twice",
    level: Level::Error,
    reason: "Of two objects of one kind, name and namespace the later one replaces the earlier.",
    remedy: "Rename one of them or remove it.",
};
const NOTHING: Rule = Rule {
    id: "nothing-to-check",
    level: Level::Warning,
    reason: "There is no Blueprint, ActionSet or Profile in the file.",
    remedy: "Give the files that hold them.",
};

pub(crate) const RULES: &[&Rule] = &[&SYNTAX, &SCHEMA, &TWICE, &NOTHING];

/// An object of a file. Objects of other kinds are kept undecoded.
pub(crate) struct Read<'s> {
    pub(crate) source: &'s Source,
    pub(crate) document: Document,
    pub(crate) object: Option<Object>,
}

/// Reads all objects of all files.
pub(crate) fn read<'s>(sources: &'s [Source], findings: &mut Vec<Finding>) -> Vec<Read<'s>> {
    let mut all = Vec::new();
    let mut seen: BTreeMap<[String; 3], String> = BTreeMap::new();
    for source in sources {
        let documents = match document::parse(&source.text) {
            Ok(documents) => documents,
            Err(error) => {
                findings.push(finding(source, &error));
                continue;
            }
        };
        let mut any = false;
        for document in documents {
            let object = match document.object() {
                Ok(object) => Some(object),
                Err(ParseError { problem, .. })
                    if matches!(*problem, Problem::UnknownKind { .. })
                        && document.api_version() != kanister_api::API_VERSION =>
                {
                    None
                }
                Err(error) => {
                    findings.push(finding(source, &error));
                    any = true;
                    continue;
                }
            };
            any |= object.is_some() || document.kind() == "Secret";
            if let Some(before) = seen.insert(identity(&document), source.name.clone())
                && let Some(name) = document.name()
            {
                findings.push(Finding {
                    rule: &TWICE,
                    file: source.name.clone(),
                    place: document.position().map(|at| source.word(at)),
                    path: String::new(),
                    message: format!("{} {name} is in {before} already", document.kind()),
                });
            }
            all.push(Read {
                source,
                document,
                object,
            });
        }
        if !any {
            findings.push(Finding {
                rule: &NOTHING,
                file: source.name.clone(),
                place: None,
                path: String::new(),
                message: "no Blueprint, ActionSet or Profile".to_owned(),
            });
        }
    }
    all
}

/// Kind, namespace and name; one that a nameless object shares with no other.
fn identity(document: &Document) -> [String; 3] {
    let json = document.to_json();
    let namespace = json
        .pointer("/metadata/namespace")
        .and_then(|value| value.as_str());
    let name = document
        .name()
        .map_or_else(|| json.to_string(), str::to_owned);
    let kind = format!("{}/{}", document.api_version(), document.kind());
    [kind, namespace.unwrap_or_default().to_owned(), name]
}

fn finding(source: &Source, error: &ParseError) -> Finding {
    let rule = match *error.problem {
        Problem::Syntax(_) | Problem::Unsupported(_) | Problem::TooLarge(_) => &SYNTAX,
        _ => &SCHEMA,
    };
    Finding {
        rule,
        file: source.name.clone(),
        place: error.position.map(|at| source.word(at)),
        path: error.path.clone(),
        message: error.problem.to_string(),
    }
}
