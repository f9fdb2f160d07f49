//! For the tools that show findings beside code: SARIF 2.1.0 (OASIS).

use crate::finding::{Finding, Place};
use crate::rule::{Level, rules};
use serde_json::{Value, json};

/// Findings as a SARIF log; `version` is that of the tool.
#[must_use]
pub fn sarif(findings: &[Finding], version: &str) -> Value {
    let all: Vec<_> = rules().collect();
    let described: Vec<_> = all
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.id.replace('-', " ")},
                "fullDescription": {"text": rule.reason},
                "help": {"text": rule.remedy},
                "defaultConfiguration": {"level": level(rule.level)},
            })
        })
        .collect();
    let results: Vec<_> = findings
        .iter()
        .map(|found| {
            let Finding {
                rule,
                file,
                place,
                path,
                message,
            } = found;
            let index = all.iter().position(|known| known.id == rule.id);
            let mut location =
                json!({"physicalLocation": {"artifactLocation": {"uri": uri(file)}}});
            if let (Some(place), Some(physical)) = (place, location.get_mut("physicalLocation"))
                && let Some(physical) = physical.as_object_mut()
            {
                physical.insert("region".to_owned(), region(*place));
            }
            if let (false, Some(location)) = (path.is_empty(), location.as_object_mut()) {
                let logical = json!([{"fullyQualifiedName": path}]);
                location.insert("logicalLocations".to_owned(), logical);
            }
            json!({
                "ruleId": rule.id,
                "ruleIndex": index,
                "level": level(rule.level),
                "message": {"text": message},
                "locations": [location],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "kanister lint", "version": version, "rules": described}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn region(place: Place) -> Value {
    let Place {
        line,
        column,
        width,
    } = place;
    json!({"startLine": line, "startColumn": column, "endColumn": column.saturating_add(width)})
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// A path as a URI reference: what has a meaning there is escaped.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
