//! YAML means what it means to the Go clients; `tests/api/yaml.jsonl` records their reading.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use std::fmt::Write;

use kanister_api::document::parse;
use serde_json::{Value, json};

/// Reads a YAML text as the field `v` of an object, with the lines moved below it.
fn read(yaml: &str) -> Result<Value, String> {
    let yaml = yaml.trim_start_matches('\u{feff}');
    let mut text = String::from("apiVersion: v1\nkind: Test\nv:\n");
    let (directive, body) = match yaml.split_once("---\n") {
        Some((directive, body)) => (format!("{directive}---\n"), body),
        None => (String::new(), yaml),
    };
    for line in body.trim_end_matches("...\n").split_inclusive('\n') {
        write!(text, "  {line}").unwrap();
    }
    let documents = parse(&format!("{directive}{text}")).map_err(|error| error.to_string())?;
    Ok(documents[0].to_json()["v"].take())
}

/// Numbers as Go's JSON compares them: a whole float that fits is the integer.
fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) if number.as_i64().is_none() => {
            let float = number.as_f64().unwrap();
            format!("{float:.0}")
                .parse::<i64>()
                .map_or(json!(float), |whole| {
                    if float.fract() == 0.0 {
                        whole.into()
                    } else {
                        json!(float)
                    }
                })
        }
        Value::Array(items) => items.into_iter().map(normal).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| (key, normal(value)))
                .collect(),
        ),
        other => other,
    }
}

#[test]
fn reads_yaml_like_the_go_clients() {
    let records = include_str!("../../../tests/api/yaml.jsonl");
    let mut wrong = String::new();
    for record in records.lines() {
        let record: Value = serde_json::from_str(record).unwrap();
        let yaml = record["yaml"].as_str().unwrap();
        let ours = read(yaml).map(normal);
        let right = match (&ours, record.get("json")) {
            (Ok(ours), Some(theirs)) => *ours == normal(theirs.clone()),
            (Err(_), None) => true,
            _ => false,
        };
        if !right {
            writeln!(
                wrong,
                "{yaml:?}: expected {:?}, read {ours:?}",
                record.get("json")
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
