//! Deployments.

use std::sync::Arc;

use serde_json::{Value, json};

use super::pods::{hash, owner};
use super::{Context, Outcome, condition};
use crate::object::{at, integer, is_terminating, items, set, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::Entry;
use crate::verbs::{DeleteOptions, Subresource};

const COMPONENT: &str = "deployment-controller";
const REVISION: &str = "deployment.kubernetes.io/revision";
const HASH: &str = "pod-template-hash";

fn count(object: &Value, path: &[&str]) -> i64 {
    integer(object, path).unwrap_or_default()
}

fn revision(object: &Value) -> i64 {
    text(object, &["metadata", "annotations", REVISION])
        .parse()
        .unwrap_or_default()
}

/// A number, or a share of `whole` rounded up or down.
fn share(value: &Value, whole: i64, up: bool) -> i64 {
    let percent = value
        .as_str()
        .and_then(|text| text.strip_suffix('%')?.parse::<i64>().ok());
    match (percent, value.as_i64()) {
        (Some(percent), _) if up => (whole * percent + 99) / 100,
        (Some(percent), _) => whole * percent / 100,
        (None, Some(number)) => number,
        (None, None) => 0,
    }
}

impl Context {
    pub(super) fn deployment(&self, deployment: &Arc<Entry>) -> Result<Outcome, Status> {
        if !is_terminating(&deployment.object) {
            self.roll_out(deployment)?;
        }
        let sets = self.owned(deployment, Known::ReplicaSet)?;
        self.deployment_status(deployment, &sets)?;
        Ok(Outcome::Done)
    }

    fn roll_out(&self, deployment: &Entry) -> Result<(), Status> {
        let object = &deployment.object;
        let template = at(object, &["spec", "template"]);
        let wanted_hash = hash(template);
        let sets = self.owned(deployment, Known::ReplicaSet)?;
        let is_new = |set: &Entry| text(&set.object, &["metadata", "labels", HASH]) == wanted_hash;
        let newest = sets
            .iter()
            .map(|set| revision(&set.object))
            .max()
            .unwrap_or_default();
        let desired = count(object, &["spec", "replicas"]);
        let Some(new) = sets.iter().find(|set| is_new(set)) else {
            if at(object, &["spec", "paused"]) == true {
                return self.resize(deployment, &sets, None, desired);
            }
            return self.new_set(deployment, &wanted_hash, newest + 1);
        };
        // A template that comes back is the newest again.
        let number = if revision(&new.object) < newest {
            newest + 1
        } else {
            newest
        };
        if revision(&new.object) != number {
            self.change(Known::ReplicaSet, new, Subresource::Whole, |set_object| {
                set(
                    set_object,
                    &["metadata", "annotations", REVISION],
                    number.to_string().into(),
                );
            })?;
        }
        if revision(object) != number {
            self.change(
                Known::Deployment,
                deployment,
                Subresource::Whole,
                |deployment| {
                    set(
                        deployment,
                        &["metadata", "annotations", REVISION],
                        number.to_string().into(),
                    );
                },
            )?;
        }
        let old: Vec<Arc<Entry>> = sets.iter().filter(|set| !is_new(set)).cloned().collect();
        self.resize(deployment, &old, Some(new), desired)?;
        self.forget_old(deployment, old)
    }

    fn new_set(&self, deployment: &Entry, hash: &str, number: i64) -> Result<(), Status> {
        let object = &deployment.object;
        let mut template = at(object, &["spec", "template"]).clone();
        set(&mut template, &["metadata", "labels", HASH], hash.into());
        let mut selector = at(object, &["spec", "selector"]).clone();
        set(&mut selector, &["matchLabels", HASH], hash.into());
        let body = json!({
            "metadata": {"name": format!("{}-{hash}", deployment.key.name), "labels": at(&template, &["metadata", "labels"]),
                "annotations": {REVISION: number.to_string()}, "ownerReferences": owner(deployment)},
            "spec": {"replicas": 0, "selector": selector, "template": template,
                "minReadySeconds": count(object, &["spec", "minReadySeconds"])},
        });
        let call = self.call(Known::ReplicaSet, &deployment.key.namespace)?;
        self.objects.create(&call, body).map(|_| ())
    }

    /// Moves pods from the old sets to the new one as the strategy allows.
    fn resize(
        &self,
        deployment: &Entry,
        old: &[Arc<Entry>],
        new: Option<&Arc<Entry>>,
        desired: i64,
    ) -> Result<(), Status> {
        let object = &deployment.object;
        let spec = |set: &Arc<Entry>| count(&set.object, &["spec", "replicas"]);
        let present = |set: &Arc<Entry>| count(&set.object, &["status", "replicas"]);
        let available = |set: &Arc<Entry>| count(&set.object, &["status", "availableReplicas"]);
        let Some(new) = new else {
            // Paused before its first set, or between two: the newest keeps the number of pods.
            return match old.iter().max_by_key(|set| revision(&set.object)) {
                Some(set) => self.scale_set(deployment, set, desired),
                None => Ok(()),
            };
        };
        if text(object, &["spec", "strategy", "type"]) == "Recreate" {
            for set in old {
                self.scale_set(deployment, set, 0)?;
            }
            let gone = old.iter().all(|set| {
                present(set) == 0
                    && self
                        .owned(set, Known::Pod)
                        .is_ok_and(|pods| pods.is_empty())
            });
            return if gone {
                self.scale_set(deployment, new, desired)
            } else {
                Ok(())
            };
        }
        let rolling = at(object, &["spec", "strategy", "rollingUpdate"]);
        let surge = share(at(rolling, &["maxSurge"]), desired, true);
        let mut missing = share(at(rolling, &["maxUnavailable"]), desired, false);
        if surge == 0 && missing == 0 {
            missing = 1;
        }
        let total: i64 = old.iter().map(spec).sum::<i64>() + spec(new);
        if spec(new) != desired {
            let room = (desired + surge - total).max(0);
            let target = if spec(new) > desired {
                desired
            } else {
                desired.min(spec(new) + room)
            };
            self.scale_set(deployment, new, target)?;
        }
        let needed = desired - missing;
        let mut spare = old.iter().chain([new]).map(available).sum::<i64>() - needed;
        for set in old.iter().filter(|set| spec(set) > 0) {
            // Pods that are not available are nobody's loss.
            let broken = (spec(set) - available(set)).max(0);
            let settled = at(&set.object, &["status", "observedGeneration"])
                == at(&set.object, &["metadata", "generation"]);
            let healthy = (spec(set) - broken).min(spare.max(0));
            if settled && (broken > 0 || healthy > 0) {
                spare -= healthy;
                self.scale_set(deployment, set, spec(set) - broken - healthy)?;
            }
        }
        Ok(())
    }

    fn scale_set(
        &self,
        deployment: &Entry,
        replica_set: &Arc<Entry>,
        replicas: i64,
    ) -> Result<(), Status> {
        let before = count(&replica_set.object, &["spec", "replicas"]);
        if before == replicas {
            return Ok(());
        }
        self.change(
            Known::ReplicaSet,
            replica_set,
            Subresource::Whole,
            |object| {
                set(object, &["spec", "replicas"], replicas.into());
            },
        )?;
        let direction = if replicas > before { "up" } else { "down" };
        let message = format!(
            "Scaled {direction} replica set {} from {before} to {replicas}",
            replica_set.key.name
        );
        self.event(deployment, COMPONENT, "ScalingReplicaSet", &message);
        Ok(())
    }

    fn forget_old(&self, deployment: &Entry, mut old: Vec<Arc<Entry>>) -> Result<(), Status> {
        let limit = usize::try_from(
            integer(&deployment.object, &["spec", "revisionHistoryLimit"]).unwrap_or(10),
        )
        .unwrap_or_default();
        old.retain(|set| {
            count(&set.object, &["spec", "replicas"]) == 0
                && count(&set.object, &["status", "replicas"]) == 0
        });
        old.sort_by_key(|set| std::cmp::Reverse(revision(&set.object)));
        let call = self.call(Known::ReplicaSet, &deployment.key.namespace)?;
        for set in old.iter().skip(limit) {
            self.objects
                .delete(&call, &set.key.name, &DeleteOptions::default())?;
        }
        Ok(())
    }

    fn deployment_status(&self, deployment: &Entry, sets: &[Arc<Entry>]) -> Result<(), Status> {
        let object = &deployment.object;
        let current = hash(at(object, &["spec", "template"]));
        let sum = |field: &str| -> i64 {
            sets.iter()
                .map(|set| count(&set.object, &["status", field]))
                .sum()
        };
        let updated: i64 = sets
            .iter()
            .filter(|set| text(&set.object, &["metadata", "labels", HASH]) == current)
            .map(|set| count(&set.object, &["status", "replicas"]))
            .sum();
        let desired = count(object, &["spec", "replicas"]);
        let (total, available) = (sum("replicas"), sum("availableReplicas"));
        let rolling = at(object, &["spec", "strategy", "rollingUpdate"]);
        let enough = available >= desired - share(at(rolling, &["maxUnavailable"]), desired, false);
        let complete = updated == desired && total == desired && available == desired;
        let old = at(object, &["status"]);
        let availability = if enough {
            condition(
                old,
                "Available",
                true,
                "MinimumReplicasAvailable",
                "Deployment has minimum availability.",
            )
        } else {
            condition(
                old,
                "Available",
                false,
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            )
        };
        let progress = if complete {
            condition(
                old,
                "Progressing",
                true,
                "NewReplicaSetAvailable",
                "ReplicaSet has successfully progressed.",
            )
        } else {
            condition(
                old,
                "Progressing",
                true,
                "ReplicaSetUpdated",
                "ReplicaSet is progressing.",
            )
        };
        let mut conditions = vec![availability, progress];
        // Conditions that others wrote stay.
        let foreign =
            |condition: &&Value| !matches!(text(condition, &["type"]), "Available" | "Progressing");
        conditions.extend(items(old, &["conditions"]).iter().filter(foreign).cloned());
        let mut status = json!({"observedGeneration": at(object, &["metadata", "generation"]), "conditions": conditions});
        for (field, number) in [
            ("replicas", total),
            ("updatedReplicas", updated),
            ("readyReplicas", sum("readyReplicas")),
            ("availableReplicas", available),
            ("unavailableReplicas", (desired - available).max(0)),
        ] {
            if number > 0 {
                set(&mut status, &[field], number.into());
            }
        }
        self.write_status(Known::Deployment, deployment, &status)
    }
}
