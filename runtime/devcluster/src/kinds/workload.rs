//! Deployments, ReplicaSets, StatefulSets and Jobs.

use serde_json::{Value, json};

use super::{names, pod};
use crate::object::{at, items, map_mut, set, set_default, text, uid};
use crate::registry::Known;
use crate::selector::Labels;
use crate::status::Cause;

pub(super) fn defaults(known: Known, object: &mut Value) {
    let spec = map_mut(object).entry("spec").or_insert(Value::Null);
    pod::template_spec(map_mut(spec).entry("template").or_insert(Value::Null));
    if known != Known::Job {
        set_default(spec, &["replicas"], 1.into());
    }
    match known {
        Known::Deployment => {
            set_default(spec, &["strategy", "type"], "RollingUpdate".into());
            if text(spec, &["strategy", "type"]) == "RollingUpdate" {
                set_default(
                    spec,
                    &["strategy", "rollingUpdate", "maxUnavailable"],
                    "25%".into(),
                );
                set_default(
                    spec,
                    &["strategy", "rollingUpdate", "maxSurge"],
                    "25%".into(),
                );
            }
            set_default(spec, &["revisionHistoryLimit"], 10.into());
            set_default(spec, &["progressDeadlineSeconds"], 600.into());
        }
        Known::StatefulSet => {
            set_default(spec, &["podManagementPolicy"], "OrderedReady".into());
            set_default(spec, &["updateStrategy", "type"], "RollingUpdate".into());
            if text(spec, &["updateStrategy", "type"]) == "RollingUpdate" {
                set_default(
                    spec,
                    &["updateStrategy", "rollingUpdate", "partition"],
                    0.into(),
                );
            }
            set_default(spec, &["revisionHistoryLimit"], 10.into());
            for side in ["whenDeleted", "whenScaled"] {
                set_default(
                    spec,
                    &["persistentVolumeClaimRetentionPolicy", side],
                    "Retain".into(),
                );
            }
            for claim in spec
                .get_mut("volumeClaimTemplates")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                set_default(claim, &["apiVersion"], "v1".into());
                set_default(claim, &["kind"], "PersistentVolumeClaim".into());
                set_default(claim, &["spec", "volumeMode"], "Filesystem".into());
                set_default(claim, &["status", "phase"], "Pending".into());
            }
        }
        Known::Job => job(object),
        _ => {}
    }
}

fn job(object: &mut Value) {
    let own = (
        uid(object).to_owned(),
        crate::object::name(object).to_owned(),
    );
    let spec = map_mut(object).entry("spec").or_insert(Value::Null);
    if at(spec, &["completions"]).is_null() && at(spec, &["parallelism"]).is_null() {
        set(spec, &["completions"], 1.into());
    }
    for (field, value) in [
        ("parallelism", json!(1)),
        ("backoffLimit", json!(6)),
        ("manualSelector", json!(false)),
        ("completionMode", json!("NonIndexed")),
        ("suspend", json!(false)),
        ("podReplacementPolicy", json!("TerminatingOrFailed")),
    ] {
        set_default(spec, &[field], value);
    }
    let (uid, name) = own;
    if at(spec, &["selector"]).is_null() && !uid.is_empty() {
        set(
            spec,
            &[
                "selector",
                "matchLabels",
                "batch.kubernetes.io/controller-uid",
            ],
            uid.clone().into(),
        );
        for (key, value) in [
            ("batch.kubernetes.io/controller-uid", &uid),
            ("batch.kubernetes.io/job-name", &name),
            ("controller-uid", &uid),
            ("job-name", &name),
        ] {
            set(
                object,
                &["spec", "template", "metadata", "labels", key],
                value.as_str().into(),
            );
            set(object, &["metadata", "labels", key], value.as_str().into());
        }
    }
}

pub(super) fn validate(known: Known, old: &Value, object: &Value, causes: &mut Vec<Cause>) {
    let spec = at(object, &["spec"]);
    if at(spec, &["replicas"])
        .as_i64()
        .is_some_and(|count| count < 0)
    {
        causes.push(Cause::invalid(
            "spec.replicas",
            at(spec, &["replicas"]),
            "must be greater than or equal to 0",
        ));
    }
    if known != Known::Job {
        let selector = at(spec, &["selector"]);
        let labels = at(spec, &["template", "metadata", "labels"]);
        if selector.is_null() {
            causes.push(Cause::required("spec.selector", ""));
        } else if Labels::from_object(selector).is_empty() {
            causes.push(Cause::invalid(
                "spec.selector",
                selector,
                "empty selector is invalid for deployment",
            ));
        }
        if !selector.is_null() && !Labels::from_object(selector).matches_labels(labels) {
            causes.push(Cause::invalid(
                "spec.template.metadata.labels",
                labels,
                "`selector` does not match template `labels`",
            ));
        }
        if !old.is_null() && at(old, &["spec", "selector"]) != selector {
            causes.push(Cause::invalid(
                "spec.selector",
                selector,
                "field is immutable",
            ));
        }
    }
    names::labels(at(spec, &["template", "metadata"]), "spec.template", causes);
    let claims = items(spec, &["volumeClaimTemplates"]).iter();
    let claims: Vec<&str> = claims
        .map(|claim| text(claim, &["metadata", "name"]))
        .collect();
    pod::spec(
        at(spec, &["template", "spec"]),
        "spec.template.spec",
        &claims,
        causes,
    );
    let policy = at(spec, &["template", "spec", "restartPolicy"]);
    let allowed: &[&str] = if known == Known::Job {
        &["OnFailure", "Never"]
    } else {
        &["Always"]
    };
    if !allowed.iter().any(|known| policy == known) {
        causes.push(Cause::unsupported(
            "spec.template.spec.restartPolicy",
            policy,
            allowed,
        ));
    }
    if known == Known::StatefulSet && !old.is_null() {
        const CHANGEABLE: [&str; 8] = [
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
            "selector",
        ];
        let fixed = |object: &Value| {
            let mut spec = at(object, &["spec"]).clone();
            map_mut(&mut spec).retain(|field, _| !CHANGEABLE.contains(&field.as_str()));
            spec
        };
        if fixed(old) != fixed(object) {
            causes.push(Cause::forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
            ));
        }
    }
    if known == Known::Job
        && !old.is_null()
        && at(old, &["spec", "template"]) != at(spec, &["template"])
    {
        causes.push(Cause::invalid(
            "spec.template",
            &Value::Null,
            "field is immutable",
        ));
    }
    for (index, claim) in items(spec, &["volumeClaimTemplates"]).iter().enumerate() {
        if text(claim, &["metadata", "name"]).is_empty() {
            causes.push(Cause::required(
                format!("spec.volumeClaimTemplates[{index}].metadata.name"),
                "",
            ));
        }
    }
}
