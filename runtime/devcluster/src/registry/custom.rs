//! The resources of a CustomResourceDefinition.

use serde_json::{Value, json};

use super::{Column, Generation, Known, Resource, ScalePaths};
use crate::object::{at, items, name, now, set, text};
use crate::schema::from_definition;
use crate::status::Cause;
use crate::store::Collection;

/// The resources that a definition gives, one for each served version.
pub(super) fn resources(definition: &Value) -> Vec<Resource> {
    let spec = at(definition, &["spec"]);
    let names = at(spec, &["names"]);
    let group = text(spec, &["group"]);
    let plural = text(names, &["plural"]);
    let kind = text(names, &["kind"]);
    let or = |value: &str, other: String| {
        if value.is_empty() {
            other
        } else {
            value.to_owned()
        }
    };
    let words = |path: &[&str]| -> Vec<String> {
        items(names, path)
            .iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect()
    };
    let served = items(spec, &["versions"])
        .iter()
        .filter(|version| at(version, &["served"]) == true);
    served
        .filter_map(|version| {
            let schema = from_definition(at(version, &["schema", "openAPIV3Schema"])).ok()?;
            let status = at(version, &["subresources", "status"]).is_object();
            Some(Resource {
                group: group.to_owned(),
                version: text(version, &["name"]).to_owned(),
                kind: kind.to_owned(),
                plural: plural.to_owned(),
                singular: or(text(names, &["singular"]), kind.to_lowercase()),
                short_names: words(&["shortNames"]),
                categories: words(&["categories"]),
                namespaced: text(spec, &["scope"]) == "Namespaced",
                known: Known::Custom,
                status,
                scale: scale(at(version, &["subresources", "scale"])),
                generation: if status {
                    Generation::Spec
                } else {
                    Generation::Content
                },
                schema,
                columns: columns(items(version, &["additionalPrinterColumns"])),
                selectable: items(version, &["selectableFields"])
                    .iter()
                    .map(|field| {
                        text(field, &["jsonPath"])
                            .trim_start_matches('.')
                            .to_owned()
                    })
                    .collect(),
                collection: Collection::new(group, plural),
                list_kind: or(text(names, &["listKind"]), format!("{kind}List")),
            })
        })
        .collect()
}

fn scale(body: &Value) -> Option<ScalePaths> {
    let steps = |name: &str| -> Option<Vec<String>> {
        let path = text(body, &[name]).strip_prefix('.')?;
        Some(path.split('.').map(str::to_owned).collect())
    };
    Some(ScalePaths {
        spec: steps("specReplicasPath")?,
        status: steps("statusReplicasPath")?,
        selector: steps("labelSelectorPath"),
    })
}

fn columns(list: &[Value]) -> Vec<Column> {
    let column = |body: &Value| Column {
        name: text(body, &["name"]).to_owned(),
        kind: text(body, &["type"]).to_owned(),
        format: text(body, &["format"]).to_owned(),
        description: text(body, &["description"]).to_owned(),
        priority: at(body, &["priority"]).as_i64().unwrap_or_default(),
        path: text(body, &["jsonPath"]).to_owned(),
    };
    list.iter().map(column).collect()
}

/// What is wrong with a definition.
pub(crate) fn validate(definition: &Value) -> Vec<Cause> {
    let spec = at(definition, &["spec"]);
    let mut causes = Vec::new();
    for path in [
        &["group"][..],
        &["names", "plural"],
        &["names", "kind"],
        &["scope"],
    ] {
        if text(spec, path).is_empty() {
            causes.push(Cause::required(format!("spec.{}", path.join(".")), ""));
        }
    }
    let wanted = format!(
        "{}.{}",
        text(spec, &["names", "plural"]),
        text(spec, &["group"])
    );
    if name(definition) != wanted {
        causes.push(Cause::invalid(
            "metadata.name",
            at(definition, &["metadata", "name"]),
            &format!("must be spec.names.plural+\".\"+spec.group ({wanted})"),
        ));
    }
    if text(spec, &["conversion", "strategy"]) == "Webhook" {
        causes.push(Cause::forbidden(
            "spec.conversion.strategy",
            "the embedded cluster has no conversion webhooks; use a real cluster",
        ));
    }
    let versions = items(spec, &["versions"]);
    if versions
        .iter()
        .filter(|version| at(version, &["storage"]) == true)
        .count()
        != 1
    {
        causes.push(Cause::invalid(
            "spec.versions",
            &Value::Null,
            "must have exactly one version marked as storage version",
        ));
    }
    for (index, version) in versions.iter().enumerate() {
        let path = format!("spec.versions[{index}].schema.openAPIV3Schema");
        match at(version, &["schema", "openAPIV3Schema"]) {
            Value::Null => causes.push(Cause::required(path, "schemas are required")),
            schema => {
                if let Err(problem) = from_definition(schema) {
                    causes.push(Cause {
                        reason: "FieldValueInvalid",
                        message: problem,
                        field: path,
                    });
                }
            }
        }
    }
    causes
}

/// Marks a definition as accepted and served.
pub(crate) fn accept_names(definition: &mut Value) {
    let names = at(definition, &["spec", "names"]).clone();
    let kind = text(&names, &["kind"]).to_owned();
    for (field, value) in [
        ("singular", kind.to_lowercase()),
        ("listKind", format!("{kind}List")),
    ] {
        if text(definition, &["spec", "names", field]).is_empty() {
            set(definition, &["spec", "names", field], value.into());
        }
    }
    if at(definition, &["spec", "conversion"]).is_null() {
        set(
            definition,
            &["spec", "conversion"],
            json!({"strategy": "None"}),
        );
    }
    let names = at(definition, &["spec", "names"]).clone();
    set(definition, &["status", "acceptedNames"], names);
    let storage = items(definition, &["spec", "versions"])
        .iter()
        .find(|version| at(version, &["storage"]) == true)
        .map(|version| text(version, &["name"]).to_owned());
    let mut stored: Vec<Value> = items(definition, &["status", "storedVersions"]).to_vec();
    if let Some(storage) = storage
        .map(Value::String)
        .filter(|storage| !stored.contains(storage))
    {
        stored.push(storage);
    }
    set(definition, &["status", "storedVersions"], stored.into());
    if items(definition, &["status", "conditions"]).is_empty() {
        let since = now();
        let condition = |kind: &str, reason: &str, message: &str| {
            json!({"lastTransitionTime": since, "message": message, "reason": reason,
                "status": "True", "type": kind})
        };
        let conditions = [
            condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            condition(
                "Established",
                "InitialNamesAccepted",
                "the initial names have been accepted",
            ),
        ];
        set(
            definition,
            &["status", "conditions"],
            conditions.to_vec().into(),
        );
    }
}
