//! Every folder of `cases` is linted as a whole; its file `expected` says what is found, line by line. To see what a case
//! gives now, run it with `WRITE_EXPECTED=1`, and look at the difference.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use async_trait::async_trait;
use kanister_host::call::FieldError;
use kanister_host::component::{Descriptor, Output, Parameter, Rendering, ValueType};
use kanister_host::registry::{DEFAULT_VERSION, LookupError};
use kanister_lint::report::{self, Style};
use kanister_lint::{Catalogue, Finding, Known, Source, lint};
use semver::Version;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    version: Option<Version>,
    parameters: BTreeMap<String, WrittenParameter>,
    #[serde(default)]
    outputs: Vec<String>,
    #[serde(default)]
    open_outputs: bool,
}

#[derive(Deserialize)]
struct WrittenParameter {
    kind: String,
    #[serde(default)]
    required: bool,
}

/// The functions of `functions.yaml`.
struct Table(Vec<Arc<Descriptor>>);

impl Table {
    fn read() -> Self {
        let text = std::fs::read_to_string(folder().join("functions.yaml")).unwrap();
        let written: Vec<Written> = serde_saphyr::from_str(&text).unwrap();
        let functions = written.into_iter().map(|written| {
            let parameters = written
                .parameters
                .into_iter()
                .map(|(name, parameter)| Parameter {
                    name,
                    kind: kind(&parameter.kind),
                    required: parameter.required,
                    default: None,
                    rendering: Rendering::Arguments,
                    doc: String::new(),
                });
            let outputs = written.outputs.into_iter().map(|name| Output {
                name,
                kind: ValueType::Any,
                doc: String::new(),
            });
            Arc::new(Descriptor {
                name: written.name,
                version: written.version.unwrap_or(DEFAULT_VERSION),
                doc: String::new(),
                parameters: parameters.collect(),
                outputs: outputs.collect(),
                open_outputs: written.open_outputs,
                idempotent: false,
            })
        });
        Self(functions.collect())
    }
}

fn kind(word: &str) -> ValueType {
    match word {
        "string" => ValueType::String,
        "boolean" => ValueType::Boolean,
        "integer" => ValueType::Integer,
        "object" => ValueType::Object,
        "string-list" => ValueType::StringList,
        "string-map" => ValueType::StringMap,
        other => panic!("functions.yaml: {other}"),
    }
}

#[async_trait]
impl Catalogue for Table {
    fn find(&self, name: &str, version: &str) -> Result<Known, LookupError> {
        let wanted = if version.is_empty() {
            DEFAULT_VERSION
        } else {
            version.trim_start_matches('v').parse().unwrap()
        };
        let named: Vec<_> = self.0.iter().filter(|one| one.name == name).collect();
        let of = |version: &Version| named.iter().find(|one| one.version == *version);
        match (of(&wanted), of(&DEFAULT_VERSION)) {
            (Some(found), _) => Ok(Known {
                descriptor: Arc::clone(found),
                falls_back: false,
            }),
            (None, Some(found)) => Ok(Known {
                descriptor: Arc::clone(found),
                falls_back: true,
            }),
            (None, None) if !named.is_empty() && !version.is_empty() => {
                Err(LookupError::NoVersion {
                    name: name.to_owned(),
                    version: wanted,
                    installed: named.iter().map(|one| one.version.clone()).collect(),
                })
            }
            // As the registry has it: the highest, if there is no default one.
            (None, None) if !named.is_empty() => Ok(Known {
                descriptor: Arc::clone(named[0]),
                falls_back: false,
            }),
            (None, None) => Err(LookupError::Unknown {
                name: name.to_owned(),
                nearest: None,
            }),
        }
    }

    async fn validate(&self, name: &str, _: &str, args: &Map<String, Value>) -> Vec<FieldError> {
        // As a function that looks at its arguments would.
        match args.get("kind").and_then(Value::as_str) {
            Some(kind) if name == "Scale" && kind == "daemonset" => vec![FieldError {
                path: "kind".to_owned(),
                message: "a DaemonSet has no replicas".to_owned(),
            }],
            _ => Vec::new(),
        }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(case: &Path) -> Vec<Source> {
    let mut files: Vec<_> = std::fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it == "yaml" || it == "json")
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| Source {
            name: file.file_name().unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(file).unwrap(),
        })
        .collect()
}

fn line(found: &Finding) -> String {
    let Finding {
        rule,
        file,
        place,
        path,
        message,
    } = found;
    let place = place.map_or_else(String::new, |it| format!(":{}:{}", it.line, it.column));
    let path = if path.is_empty() { "-" } else { path };
    format!(
        "{}[{}] {file}{place} {path}: {message}\n",
        rule.level, rule.id
    )
}

#[tokio::test]
async fn each_case_is_found_as_expected() {
    let table = Table::read();
    let mut cases: Vec<_> = std::fs::read_dir(folder().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() > 8, "the cases are there");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for case in cases {
        let sources = sources(&case);
        let findings = lint(&sources, &table, "").await;
        seen.extend(findings.iter().map(|found| found.rule.id));
        let found: String = findings.iter().map(line).collect();
        // No input may break the reports.
        let text = report::text(&sources, &findings, Style::Colour);
        assert!(!text.is_empty());
        let log = report::sarif(&findings, "0");
        assert_eq!(
            log["runs"][0]["results"].as_array().unwrap().len(),
            findings.len()
        );
        let file = case.join("expected");
        if std::env::var_os("WRITE_EXPECTED").is_some() {
            std::fs::write(&file, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            wrong.push(format!("{name}: found\n{found}expected\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unseen: Vec<_> = kanister_lint::rules()
        .map(|rule| rule.id)
        .filter(|id| !seen.contains(id))
        .collect();
    assert!(unseen.is_empty(), "no case has {unseen:?}");
}
