//! The structure of a Blueprint: which scalar is a template, and what it may refer to.

use super::place::Place;
use super::template::{Local, Scope, check};
use super::yaml::{Yaml, read};
use super::{Finding, FindingKind};
use crate::error::ErrorKind;
use crate::functions::FunctionSet;
use crate::options::Dialect;
use crate::syntax;
use crate::wait;

/// Checks the templates of every Blueprint in a YAML text, in the order of the file. Blueprints that choose the Jinja
/// dialect are left to its own parser: see [`references`](crate::references).
pub fn lint_blueprint(yaml: &str) -> Vec<Finding> {
    let documents = match read(yaml) {
        Ok(documents) => documents,
        Err((line, column, message)) => {
            return vec![Finding {
                kind: FindingKind::Yaml,
                line,
                column,
                path: String::new(),
                message,
            }];
        }
    };
    let mut linter = Linter {
        source: yaml,
        findings: Vec::new(),
    };
    for document in &documents {
        let annotations = document
            .get("metadata")
            .and_then(|metadata| metadata.get("annotations"));
        let dialect = annotations
            .and_then(|all| all.get("kanister.io/template-dialect"))
            .and_then(Yaml::text);
        if dialect == Some("jinja") {
            continue;
        }
        for (name, action) in document
            .get("actions")
            .map(Yaml::entries)
            .unwrap_or_default()
        {
            linter.action(
                action,
                &format!("actions.{}", name.text().unwrap_or_default()),
            );
        }
    }
    linter
        .findings
        .sort_by_key(|finding| (finding.line, finding.column));
    linter.findings
}

struct Linter<'y> {
    source: &'y str,
    findings: Vec<Finding>,
}

fn name(phase: &Yaml) -> &str {
    phase.get("name").and_then(Yaml::text).unwrap_or_default()
}

impl Linter<'_> {
    fn action(&mut self, action: &Yaml, path: &str) {
        let phases = action.get("phases").map(Yaml::items).unwrap_or_default();
        let defer = action.get("deferPhase");
        let names: Vec<&str> = phases.iter().chain(defer).map(name).collect();
        for (i, phase) in phases.iter().enumerate() {
            let scope = Scope {
                not_done: names.get(i..).unwrap_or_default().to_vec(),
                phases: names.clone(),
                own: Some(name(phase)),
                ..Scope::default()
            };
            self.phase(phase, &scope, &format!("{path}.phases[{i}]"));
        }
        let after = Scope {
            phases: names.clone(),
            ..Scope::default()
        };
        if let Some(defer) = defer {
            self.phase(
                defer,
                &Scope {
                    own: Some(name(defer)),
                    ..after.clone()
                },
                &format!("{path}.deferPhase"),
            );
        }
        for (artifact, value) in action
            .get("outputArtifacts")
            .map(Yaml::entries)
            .unwrap_or_default()
        {
            let path = format!(
                "{path}.outputArtifacts.{}",
                artifact.text().unwrap_or_default()
            );
            let scope = Scope {
                deferred: true,
                ..after.clone()
            };
            for (key, text) in value.get("keyValue").map(Yaml::entries).unwrap_or_default() {
                self.tree(
                    text,
                    &scope,
                    &format!("{path}.keyValue.{}", key.text().unwrap_or_default()),
                    false,
                );
            }
            if let Some(text) = value.get("kopiaSnapshot") {
                self.tree(text, &scope, &format!("{path}.kopiaSnapshot"), false);
            }
        }
    }

    fn phase(&mut self, phase: &Yaml, scope: &Scope<'_>, path: &str) {
        let reference = Scope {
            reference: true,
            ..scope.clone()
        };
        for (object, fields) in phase.get("objects").map(Yaml::entries).unwrap_or_default() {
            for (field, text) in fields.entries() {
                let (object, field) = (
                    object.text().unwrap_or_default(),
                    field.text().unwrap_or_default(),
                );
                self.tree(
                    text,
                    &reference,
                    &format!("{path}.objects.{object}.{field}"),
                    false,
                );
            }
        }
        let function = phase
            .get("func")
            .and_then(Yaml::text)
            .unwrap_or_default()
            .to_ascii_lowercase();
        for (argument, value) in phase.get("args").map(Yaml::entries).unwrap_or_default() {
            let argument = argument.text().unwrap_or_default();
            let path = format!("{path}.args.{argument}");
            match (function.as_str(), argument) {
                ("wait", "conditions") => self.conditions(value, Dialect::GoWait, &path),
                ("waitv2", "conditions") => self.conditions(value, Dialect::GoWaitV2, &path),
                ("waitv2", "timeout") => {}
                _ => self.tree(value, scope, &path, false),
            }
        }
    }

    /// Conditions are rendered with data of their own: only their syntax can be checked.
    fn conditions(&mut self, value: &Yaml, dialect: Dialect, path: &str) {
        for group in ["anyOf", "allOf"] {
            let conditions = value.get(group).map(Yaml::items).unwrap_or_default();
            for (i, condition) in conditions.iter().enumerate() {
                if let Some(Yaml::Scalar { text, place }) = condition.get("condition") {
                    let path = format!("{path}.{group}[{i}].condition");
                    let found = match dialect {
                        Dialect::GoWait => found(&wait::without_paths(text), dialect, None),
                        _ => found(text, dialect, None),
                    };
                    self.report(found, text, *place, &path);
                }
            }
        }
    }

    fn tree(&mut self, value: &Yaml, scope: &Scope<'_>, path: &str, key: bool) {
        match value {
            Yaml::Scalar { text, place } => {
                let path = if key {
                    format!("{path} (key)")
                } else {
                    path.to_string()
                };
                let found = found(text, Dialect::GoArguments, Some(scope));
                self.report(found, text, *place, &path);
            }
            Yaml::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.tree(item, scope, &format!("{path}[{i}]"), false);
                }
            }
            Yaml::Map(entries) => {
                for (name, item) in entries {
                    let path = format!("{path}.{}", name.text().unwrap_or_default());
                    self.tree(name, scope, &path, true);
                    self.tree(item, scope, &path, false);
                }
            }
            Yaml::Alias => {}
        }
    }

    fn report(&mut self, found: Vec<Local>, text: &str, place: Place, path: &str) {
        for (kind, line, column, message) in found {
            let (line, column) = place.locate(self.source, text, line, column);
            self.findings.push(Finding {
                kind,
                line,
                column,
                path: path.into(),
                message,
            });
        }
    }
}

/// What is wrong with a template; without a scope only its syntax is looked at.
fn found(text: &str, dialect: Dialect, scope: Option<&Scope<'_>>) -> Vec<Local> {
    if !text.contains("{{") {
        return Vec::new();
    }
    match syntax::parse(text.into(), FunctionSet::of(dialect)) {
        Ok(tree) => scope.map(|scope| check(&tree, scope)).unwrap_or_default(),
        Err(error) => {
            let kind = match error.kind() {
                ErrorKind::UndefinedFunction => FindingKind::UnknownFunction,
                ErrorKind::UndefinedVariable => FindingKind::UnknownVariable,
                _ => FindingKind::Syntax,
            };
            vec![(kind, error.line(), error.column(), error.to_string())]
        }
    }
}
