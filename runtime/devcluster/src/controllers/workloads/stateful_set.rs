//! StatefulSets.

use std::sync::Arc;

use serde_json::{Value, json};

use super::pods::{hash, is_active, is_available, is_ready};
use super::{Context, Outcome};
use crate::object::{at, integer, is_terminating, items, set, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::Entry;

const COMPONENT: &str = "statefulset-controller";
const REVISION: &str = "controller-revision-hash";

impl Context {
    pub(super) fn stateful_set(&self, owner: &Arc<Entry>) -> Result<Outcome, Status> {
        let object = &owner.object;
        let number = |path: &[&str]| integer(object, path).unwrap_or_default();
        let start = number(&["spec", "ordinals", "start"]);
        let end = start + number(&["spec", "replicas"]);
        let revision = format!(
            "{}-{}",
            owner.key.name,
            hash(at(object, &["spec", "template"]))
        );
        if !is_terminating(object) {
            self.order_pods(owner, start, end, &revision)?;
        }
        let pods = self.owned(owner, Known::Pod)?;
        let active: Vec<&Arc<Entry>> = pods.iter().filter(|pod| is_active(&pod.object)).collect();
        let seconds = number(&["spec", "minReadySeconds"]);
        let ready = active.iter().filter(|pod| is_ready(&pod.object)).count();
        let available = active
            .iter()
            .filter(|pod| is_available(&pod.object, seconds))
            .count();
        let updated = active
            .iter()
            .filter(|pod| text(&pod.object, &["metadata", "labels", REVISION]) == revision)
            .count();
        let wanted = usize::try_from(end - start).unwrap_or_default();
        let before = text(object, &["status", "currentRevision"]);
        let current = if before.is_empty() || updated == wanted {
            revision.as_str()
        } else {
            before
        };
        let of_current = active
            .iter()
            .filter(|pod| text(&pod.object, &["metadata", "labels", REVISION]) == current)
            .count();
        let mut status = json!({"observedGeneration": at(object, &["metadata", "generation"]), "replicas": active.len(),
            "availableReplicas": available, "currentRevision": current, "updateRevision": revision, "collisionCount": 0});
        for (field, count) in [
            ("readyReplicas", ready),
            ("currentReplicas", of_current),
            ("updatedReplicas", updated),
        ] {
            if count > 0 {
                set(&mut status, &[field], count.into());
            }
        }
        self.write_status(Known::StatefulSet, owner, &status)?;
        Ok(if ready == available {
            Outcome::Done
        } else {
            Outcome::Again
        })
    }

    /// Makes the next pod, or removes the next one; one step after the other unless in parallel.
    fn order_pods(
        &self,
        owner: &Entry,
        start: i64,
        end: i64,
        revision: &str,
    ) -> Result<(), Status> {
        let object = &owner.object;
        let parallel = text(object, &["spec", "podManagementPolicy"]) == "Parallel";
        let pods = self.owned(owner, Known::Pod)?;
        let named = |ordinal: i64| {
            let name = format!("{}-{ordinal}", owner.key.name);
            pods.iter().find(|pod| *pod.key.name == *name)
        };
        for ordinal in start..end {
            match named(ordinal) {
                None => {
                    self.make_claims(owner, ordinal)?;
                    self.make_pod(owner, ordinal, revision)?;
                    if !parallel {
                        return Ok(());
                    }
                }
                // One that has ended makes room for its successor.
                Some(pod) if !is_terminating(&pod.object) && !is_active(&pod.object) => {
                    self.delete_pod(owner, COMPONENT, pod)?;
                    return Ok(());
                }
                Some(pod)
                    if !parallel && (is_terminating(&pod.object) || !is_ready(&pod.object)) =>
                {
                    return Ok(());
                }
                Some(_) => {}
            }
        }
        let ordinal = |pod: &Arc<Entry>| {
            pod.key
                .name
                .rsplit_once('-')
                .and_then(|(_, ordinal)| ordinal.parse::<i64>().ok())
        };
        let mut surplus: Vec<(i64, &Arc<Entry>)> = pods
            .iter()
            .filter_map(|pod| Some((ordinal(pod)?, pod)))
            .filter(|(ordinal, _)| !(start..end).contains(ordinal))
            .collect();
        surplus.sort_by_key(|(ordinal, _)| std::cmp::Reverse(*ordinal));
        for (_, pod) in &surplus {
            if !is_terminating(&pod.object) {
                self.delete_pod(owner, COMPONENT, pod)?;
            }
            if !parallel {
                return Ok(());
            }
        }
        if text(object, &["spec", "updateStrategy", "type"]) != "RollingUpdate" {
            return Ok(());
        }
        let partition = integer(
            object,
            &["spec", "updateStrategy", "rollingUpdate", "partition"],
        )
        .unwrap_or_default();
        for ordinal in (start.max(partition)..end).rev() {
            let Some(pod) = named(ordinal) else {
                return Ok(());
            };
            if is_terminating(&pod.object) {
                return Ok(());
            }
            if text(&pod.object, &["metadata", "labels", REVISION]) != revision {
                return self.delete_pod(owner, COMPONENT, pod);
            }
            if !is_ready(&pod.object) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn make_claims(&self, owner: &Entry, ordinal: i64) -> Result<(), Status> {
        let call = self.call(Known::PersistentVolumeClaim, &owner.key.namespace)?;
        for template in items(&owner.object, &["spec", "volumeClaimTemplates"]) {
            let name = format!(
                "{}-{}-{ordinal}",
                text(template, &["metadata", "name"]),
                owner.key.name
            );
            if self.objects.store.get(&call.key(&name)).is_some() {
                continue;
            }
            let labels = at(&owner.object, &["spec", "selector", "matchLabels"]);
            let body = json!({"metadata": {"name": name, "labels": labels, "annotations": at(template, &["metadata", "annotations"])},
                "spec": at(template, &["spec"])});
            self.objects.create(&call, body)?;
            let message = format!(
                "create Claim {name} Pod {}-{ordinal} in StatefulSet {} success",
                owner.key.name, owner.key.name
            );
            self.event(owner, COMPONENT, "SuccessfulCreate", &message);
        }
        Ok(())
    }

    fn make_pod(&self, owner: &Entry, ordinal: i64, revision: &str) -> Result<(), Status> {
        let name = format!("{}-{ordinal}", owner.key.name);
        self.create_pod(owner, COMPONENT, |pod| {
            set(pod, &["metadata", "name"], name.as_str().into());
            for (label, value) in [
                ("apps.kubernetes.io/pod-index", ordinal.to_string()),
                ("statefulset.kubernetes.io/pod-name", name.clone()),
                (REVISION, revision.to_owned()),
            ] {
                set(pod, &["metadata", "labels", label], value.into());
            }
            set(pod, &["spec", "hostname"], name.as_str().into());
            let service = text(&owner.object, &["spec", "serviceName"]);
            if !service.is_empty() {
                set(pod, &["spec", "subdomain"], service.into());
            }
            let templates = items(&owner.object, &["spec", "volumeClaimTemplates"]);
            let claims: Vec<&str> = templates.iter().map(|template| text(template, &["metadata", "name"])).collect();
            let mut volumes: Vec<Value> = items(pod, &["spec", "volumes"])
                .iter()
                .filter(|volume| !claims.contains(&text(volume, &["name"])))
                .cloned()
                .collect();
            volumes.extend(claims.iter().map(|claim| json!({"name": claim, "persistentVolumeClaim": {"claimName": format!("{claim}-{name}")}})));
            set(pod, &["spec", "volumes"], volumes.into());
        })
    }
}
