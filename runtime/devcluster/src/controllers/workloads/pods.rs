//! Pods from templates.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Context;
use crate::object::{at, is_terminating, items, name, set, text, uid};
use crate::registry::Known;
use crate::status::Status;
use crate::store::Entry;
use crate::verbs::DeleteOptions;

/// The reference by which an object is controlled.
pub(super) fn owner(owner: &Entry) -> Value {
    json!([{"apiVersion": at(&owner.object, &["apiVersion"]), "kind": at(&owner.object, &["kind"]),
        "name": name(&owner.object), "uid": uid(&owner.object), "controller": true, "blockOwnerDeletion": true}])
}

/// A short name for the content of a template, without what controllers add to it.
pub(super) fn hash(template: &Value) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let digest = Sha256::digest(sorted(template).to_string());
    let letter = |byte: &u8| {
        LETTERS
            .get(usize::from(*byte) % LETTERS.len())
            .map(|letter| char::from(*letter))
    };
    digest.iter().take(10).filter_map(letter).collect()
}

/// The same value with the keys of all maps in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<(String, Value)> = map
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect();
            pairs.sort_by(|left, right| left.0.cmp(&right.0));
            Value::Object(pairs.into_iter().collect())
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// The object of a pod from the template of its controller.
pub(super) fn pod(controller: &Entry) -> Value {
    let template = at(&controller.object, &["spec", "template"]);
    let mut metadata = json!({"ownerReferences": owner(controller)});
    for field in ["labels", "annotations", "finalizers"] {
        match at(template, &["metadata", field]) {
            Value::Null => {}
            value => set(&mut metadata, &[field], value.clone()),
        }
    }
    json!({"metadata": metadata, "spec": at(template, &["spec"])})
}

pub(super) fn is_ready(pod: &Value) -> bool {
    items(pod, &["status", "conditions"])
        .iter()
        .any(|condition| {
            text(condition, &["type"]) == "Ready" && text(condition, &["status"]) == "True"
        })
}

/// Ready for as long as `seconds`.
pub(super) fn is_available(pod: &Value, seconds: i64) -> bool {
    let ready = items(pod, &["status", "conditions"])
        .iter()
        .find(|condition| text(condition, &["type"]) == "Ready");
    let since = ready.and_then(|condition| {
        text(condition, &["lastTransitionTime"])
            .parse::<jiff::Timestamp>()
            .ok()
    });
    let long = since
        .is_some_and(|since| jiff::Timestamp::now().duration_since(since).as_secs() >= seconds);
    is_ready(pod) && (seconds == 0 || long)
}

/// Whether the pod still counts: neither ended nor being deleted.
pub(super) fn is_active(pod: &Value) -> bool {
    !is_terminating(pod) && !matches!(text(pod, &["status", "phase"]), "Succeeded" | "Failed")
}

impl Context {
    /// Creates a pod of this controller; `adjust` completes it.
    pub(super) fn create_pod(
        &self,
        controller: &Entry,
        component: &str,
        adjust: impl FnOnce(&mut Value),
    ) -> Result<(), Status> {
        let mut object = pod(controller);
        let prefix = format!("{}-", controller.key.name);
        set(&mut object, &["metadata", "generateName"], prefix.into());
        adjust(&mut object);
        let made = self
            .objects
            .create(&self.call(Known::Pod, &controller.key.namespace)?, object);
        match made {
            Ok(written) => {
                let message = format!("Created pod: {}", name(written.answer.object()));
                self.event(controller, component, "SuccessfulCreate", &message);
                Ok(())
            }
            Err(status) => {
                let message = format!("Error creating: {status}");
                crate::node::record_event(
                    &self.objects,
                    &controller.object,
                    component,
                    "Warning",
                    "FailedCreate",
                    &message,
                );
                Err(status)
            }
        }
    }

    pub(super) fn delete_pod(
        &self,
        controller: &Entry,
        component: &str,
        pod: &Entry,
    ) -> Result<(), Status> {
        let options = DeleteOptions {
            uid: Some(uid(&pod.object).to_owned()),
            ..DeleteOptions::default()
        };
        self.objects.delete(
            &self.call(Known::Pod, &pod.key.namespace)?,
            &pod.key.name,
            &options,
        )?;
        self.event(
            controller,
            component,
            "SuccessfulDelete",
            &format!("Deleted pod: {}", pod.key.name),
        );
        Ok(())
    }
}
