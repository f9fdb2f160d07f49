//! Claims and volumes: binding, and protection of what is in use.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Context, Outcome};
use crate::kinds::DEFAULT_CLASS;
use crate::object::{at, is_terminating, items, name, remove, set, text, uid};
use crate::registry::Known;
use crate::status::Status;
use crate::store::{Entry, Key};
use crate::verbs::{DeleteOptions, Subresource};

const COMPONENT: &str = "persistentvolume-controller";

impl Context {
    pub(super) fn claim(&self, claim: &Arc<Entry>) -> Result<Outcome, Status> {
        let object = &claim.object;
        if is_terminating(object) {
            return if self.in_use(claim)? {
                Ok(Outcome::Done)
            } else {
                self.unprotect(
                    Known::PersistentVolumeClaim,
                    claim,
                    "kubernetes.io/pvc-protection",
                )
            };
        }
        if text(object, &["status", "phase"]) == "Bound" {
            return Ok(Outcome::Done);
        }
        if at(object, &["spec", "storageClassName"]).is_null()
            && text(object, &["spec", "volumeName"]).is_empty()
        {
            self.change(
                Known::PersistentVolumeClaim,
                claim,
                Subresource::Whole,
                |claim| {
                    set(claim, &["spec", "storageClassName"], DEFAULT_CLASS.into());
                },
            )?;
            return Ok(Outcome::Done);
        }
        let Some(volume) = self.volume_for(claim)? else {
            return Ok(Outcome::Done);
        };
        let reference = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": claim.key.namespace.as_ref(),
            "name": name(object), "uid": uid(object)});
        self.change(
            Known::PersistentVolume,
            &volume,
            Subresource::Whole,
            |volume| {
                set(volume, &["spec", "claimRef"], reference.clone());
            },
        )?;
        self.change(
            Known::PersistentVolume,
            &volume,
            Subresource::Status,
            |volume| {
                set(volume, &["status", "phase"], "Bound".into());
            },
        )?;
        self.change(
            Known::PersistentVolumeClaim,
            claim,
            Subresource::Whole,
            |claim| {
                set(
                    claim,
                    &["spec", "volumeName"],
                    volume.key.name.as_ref().into(),
                );
                set(
                    claim,
                    &["metadata", "annotations", "pv.kubernetes.io/bind-completed"],
                    "yes".into(),
                );
            },
        )?;
        self.change(Known::PersistentVolumeClaim, claim, Subresource::Status, |claim| {
            let status = json!({"phase": "Bound", "accessModes": at(&volume.object, &["spec", "accessModes"]),
                "capacity": at(&volume.object, &["spec", "capacity"])});
            set(claim, &["status"], status);
        })?;
        Ok(Outcome::Done)
    }

    /// The volume that a claim gets; one of the default class is made for it.
    fn volume_for(&self, claim: &Entry) -> Result<Option<Arc<Entry>>, Status> {
        let call = self.call(Known::PersistentVolume, "")?;
        let object = &claim.object;
        let wanted = text(object, &["spec", "volumeName"]);
        let class = text(object, &["spec", "storageClassName"]);
        let snapshot = self.objects.store.snapshot(&call.resource.collection);
        let fits = |volume: &&Arc<Entry>| {
            let volume = &volume.object;
            let reserved = at(volume, &["spec", "claimRef"]);
            let ours = text(reserved, &["name"]) == name(object)
                && text(reserved, &["namespace"]) == &*claim.key.namespace
                && ["", uid(object)].contains(&text(reserved, &["uid"]));
            let modes = items(object, &["spec", "accessModes"])
                .iter()
                .all(|mode| items(volume, &["spec", "accessModes"]).contains(mode));
            let named = if wanted.is_empty() {
                text(volume, &["spec", "storageClassName"]) == class && modes
            } else {
                name(volume) == wanted
            };
            named && (reserved.is_null() || ours) && !is_terminating(volume)
        };
        if let Some(found) = snapshot.iter(None, None).find(fits) {
            return Ok(Some(found.clone()));
        }
        if class != DEFAULT_CLASS || !wanted.is_empty() {
            return Ok(None);
        }
        let volume = format!("pvc-{}", uid(object));
        let body = json!({
            "metadata": {"name": volume, "annotations": {"pv.kubernetes.io/provisioned-by": "devcluster.kanister.io/directory"}},
            "spec": {"accessModes": at(object, &["spec", "accessModes"]), "storageClassName": class,
                "capacity": {"storage": at(object, &["spec", "resources", "requests", "storage"])},
                "persistentVolumeReclaimPolicy": "Delete", "hostPath": {"path": format!("/volumes/{volume}")}},
        });
        let made = self.objects.create(&call, body)?;
        self.event(
            claim,
            COMPONENT,
            "ProvisioningSucceeded",
            &format!("Successfully provisioned volume {volume}"),
        );
        let key = call.key(name(made.answer.object()));
        Ok(self.objects.store.get(&key))
    }

    /// Whether a pod that has not ended mounts the claim.
    fn in_use(&self, claim: &Entry) -> Result<bool, Status> {
        let pods = self.objects.known(Known::Pod)?;
        let snapshot = self.objects.store.snapshot(&pods.collection);
        let mut own = snapshot.iter(Some(&claim.key.namespace), None);
        Ok(own.any(|pod| {
            let ended = matches!(
                text(&pod.object, &["status", "phase"]),
                "Succeeded" | "Failed"
            );
            let mounts = |volume: &Value| {
                text(volume, &["persistentVolumeClaim", "claimName"]) == &*claim.key.name
            };
            !ended && items(&pod.object, &["spec", "volumes"]).iter().any(mounts)
        }))
    }

    fn unprotect(&self, known: Known, entry: &Entry, finalizer: &str) -> Result<Outcome, Status> {
        let left: Vec<Value> = items(&entry.object, &["metadata", "finalizers"])
            .iter()
            .filter(|item| *item != finalizer)
            .cloned()
            .collect();
        if left.len() < items(&entry.object, &["metadata", "finalizers"]).len() {
            self.change(known, entry, Subresource::Whole, |object| {
                if left.is_empty() {
                    remove(object, &["metadata", "finalizers"]);
                } else {
                    set(object, &["metadata", "finalizers"], left.clone().into());
                }
            })?;
        }
        Ok(Outcome::Done)
    }

    pub(super) fn volume(&self, volume: &Arc<Entry>) -> Result<Outcome, Status> {
        let object = &volume.object;
        let reference = at(object, &["spec", "claimRef"]);
        let claims = self.objects.known(Known::PersistentVolumeClaim)?;
        let key = Key::new(
            &claims.collection,
            text(reference, &["namespace"]),
            text(reference, &["name"]),
        );
        let claim = self.objects.store.get(&key);
        let bound = claim.is_some_and(|claim| uid(&claim.object) == text(reference, &["uid"]));
        let phase = text(object, &["status", "phase"]);
        if is_terminating(object) {
            return if bound {
                Ok(Outcome::Done)
            } else {
                self.unprotect(
                    Known::PersistentVolume,
                    volume,
                    "kubernetes.io/pv-protection",
                )
            };
        }
        if text(reference, &["uid"]).is_empty() {
            if phase != "Available" {
                self.change(
                    Known::PersistentVolume,
                    volume,
                    Subresource::Status,
                    |volume| set(volume, &["status", "phase"], "Available".into()),
                )?;
            }
            return Ok(Outcome::Done);
        }
        if bound {
            return Ok(Outcome::Done);
        }
        if text(object, &["spec", "persistentVolumeReclaimPolicy"]) == "Delete" {
            let call = self.call(Known::PersistentVolume, "")?;
            self.objects
                .delete(&call, &volume.key.name, &DeleteOptions::default())?;
        } else if phase != "Released" {
            self.change(
                Known::PersistentVolume,
                volume,
                Subresource::Status,
                |volume| set(volume, &["status", "phase"], "Released".into()),
            )?;
        }
        Ok(Outcome::Done)
    }
}
