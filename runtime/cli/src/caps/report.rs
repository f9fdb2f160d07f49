//! What a Blueprint needs, as YAML for `kubectl apply` or as JSON.

use super::needs::Needs;
use super::rbac::{Namespaces, Roles, list};
use super::unknown::{CONTROLLER, SUBJECT};
use kanister_api::function::to_flow_yaml;
use serde_json::{Value, json};
use std::fmt::Write;

/// The sections of rules that are no RBAC, with what they mean.
const OTHERS: [(&str, &str); 5] = [
    ("exec", "runs commands"),
    ("workload", "runs pods"),
    ("storage", "uses the object store"),
    ("http", "sends requests"),
    ("secrets", "uses secrets"),
];

/// As YAML: comments, then the roles.
pub fn yaml(all: &[Needs], namespaces: &Namespaces) -> anyhow::Result<String> {
    let mut out = String::new();
    for needs in all {
        let _ = writeln!(out, "# What Blueprint {} needs.", plain(&needs.blueprint));
        let others = others(needs, namespaces);
        if !others.is_empty() {
            out.push_str(
                "#\n# Beyond Kubernetes' roles, each phase (FunctionGrants decide about it):\n",
            );
            for (place, function, meaning, rule) in &others {
                let place = plain(place);
                let _ = writeln!(
                    out,
                    "#   {place}, {function}: {meaning}: {}",
                    plain(&to_flow_yaml(rule))
                );
            }
        }
        if !needs.unknown.is_empty() {
            out.push_str("#\n# Not known before the run:\n");
            for line in &needs.unknown {
                let _ = writeln!(out, "#   {}", plain(line));
            }
        }
        for role in Roles::of(needs, namespaces).objects(&name(needs), namespaces) {
            let _ = write!(out, "---\n{}", serde_saphyr::to_string(&role)?);
        }
    }
    Ok(out)
}

/// As JSON.
pub fn json(all: &[Needs], namespaces: &Namespaces) -> Value {
    let all = all.iter().map(|needs| {
        let others: Vec<_> = others(needs, namespaces)
            .into_iter()
            .map(|(place, function, _, rule)| {
                json!({"place": place, "function": function, "rules": rule})
            })
            .collect();
        json!({
            "blueprint": needs.blueprint,
            "roles": Roles::of(needs, namespaces).objects(&name(needs), namespaces),
            "beyondRoles": others,
            "unknown": needs.unknown,
        })
    });
    Value::Array(all.collect())
}

fn name(needs: &Needs) -> String {
    format!("kanister-{}", needs.blueprint)
}

/// What is no RBAC: place, function, meaning, rules.
fn others<'n>(
    needs: &'n Needs,
    namespaces: &Namespaces,
) -> Vec<(&'n str, &'n str, &'static str, Value)> {
    let mut others = Vec::new();
    for phase in &needs.phases {
        for (section, meaning) in OTHERS {
            for rule in list(&phase.rules, section) {
                let rule = named(rule.clone(), namespaces);
                let rule = json!({section: [rule]});
                others.push((phase.place.as_str(), phase.function.as_str(), meaning, rule));
            }
        }
    }
    others
}

/// Stand-ins as the variables of grants.
fn named(rule: Value, namespaces: &Namespaces) -> Value {
    match rule {
        Value::String(text) if text == SUBJECT => match &namespaces.subject {
            Some(namespace) => namespace.as_str().into(),
            None => "$subject".into(),
        },
        Value::String(text) if text == CONTROLLER => "$controller".into(),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| named(item, namespaces));
            Value::Array(items.collect())
        }
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, named(value, namespaces)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// One line: a name with a line break must not end the comment.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
