//! The status of a pod, from what its containers do.

use serde_json::{Value, json};

use super::ADDRESS;
use crate::object::{at, items, text};

/// What a container does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Waiting {
        reason: &'static str,
        message: String,
    },
    Running {
        since: Value,
    },
    Ended(Ended),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) started: Value,
    pub(super) finished: Value,
}

/// A container of a pod.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) init: bool,
    pub(super) state: State,
    pub(super) last: Option<Ended>,
    pub(super) restarts: i64,
    /// The readiness probe succeeded, or there is none.
    pub(super) ready: bool,
    pub(super) started: bool,
    pub(super) id: String,
}

impl Slot {
    pub(super) fn new(name: &str, init: bool) -> Self {
        Self {
            name: name.to_owned(),
            init,
            state: State::Waiting {
                reason: if init {
                    "PodInitializing"
                } else {
                    "ContainerCreating"
                },
                message: String::new(),
            },
            last: None,
            restarts: 0,
            ready: false,
            started: false,
            id: String::new(),
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    fn to_json(&self, image: &str) -> Value {
        let ended = |ended: &Ended| {
            let mut value = json!({"exitCode": ended.code, "reason": ended.reason, "startedAt": ended.started,
                "finishedAt": ended.finished, "containerID": self.id});
            if !ended.message.is_empty() {
                crate::object::set(&mut value, &["message"], ended.message.as_str().into());
            }
            json!({"terminated": value})
        };
        let state = match &self.state {
            State::Waiting { reason, message } if message.is_empty() => {
                json!({"waiting": {"reason": reason}})
            }
            State::Waiting { reason, message } => {
                json!({"waiting": {"reason": reason, "message": message}})
            }
            State::Running { since } => json!({"running": {"startedAt": since}}),
            State::Ended(how) => ended(how),
        };
        let ready = if self.init {
            matches!(&self.state, State::Ended(ended) if ended.code == 0)
        } else {
            self.ready && self.is_running()
        };
        let mut value = json!({
            "name": self.name, "state": state, "lastState": self.last.as_ref().map_or_else(|| json!({}), ended),
            "ready": ready, "restartCount": self.restarts, "image": image,
            "imageID": if self.id.is_empty() { "" } else { image }, "started": self.started && self.is_running(),
        });
        if !self.id.is_empty() {
            crate::object::set(&mut value, &["containerID"], self.id.as_str().into());
        }
        value
    }
}

/// Where a pod is in its life, beside what its containers say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Life {
    /// The init containers are done.
    pub(super) initialized: bool,
    /// No container will be started again.
    pub(super) over: bool,
}

/// The status of `pod` now.
pub(super) fn status(pod: &Value, slots: &[Slot], life: Life) -> Value {
    let old = at(pod, &["status"]);
    let now = crate::object::now();
    let main = || slots.iter().filter(|slot| !slot.init);
    let failed = |slot: &Slot| matches!(&slot.state, State::Ended(ended) if ended.code != 0);
    let begun =
        main().all(|slot| slot.last.is_some() || !matches!(slot.state, State::Waiting { .. }));
    let phase = if life.over {
        if slots.iter().any(failed) {
            "Failed"
        } else {
            "Succeeded"
        }
    } else if life.initialized && begun {
        "Running"
    } else {
        "Pending"
    };
    let all_ready =
        !life.over && life.initialized && main().all(|slot| slot.ready && slot.is_running());
    let unready: Vec<&str> = main()
        .filter(|slot| !(slot.ready && slot.is_running()))
        .map(|slot| slot.name.as_str())
        .collect();
    let not_ready = if life.over && phase == "Succeeded" {
        ("PodCompleted", String::new())
    } else {
        (
            "ContainersNotReady",
            format!("containers with unready status: [{}]", unready.join(" ")),
        )
    };
    let condition = |kind: &str, holds: bool, reason: (&str, String)| {
        let word = if holds { "True" } else { "False" };
        let before = items(old, &["conditions"])
            .iter()
            .find(|condition| text(condition, &["type"]) == kind);
        let since = before
            .filter(|condition| text(condition, &["status"]) == word)
            .map_or_else(
                || now.clone(),
                |condition| at(condition, &["lastTransitionTime"]).clone(),
            );
        let mut value = json!({"type": kind, "status": word, "lastProbeTime": null, "lastTransitionTime": since});
        if !holds {
            crate::object::set(&mut value, &["reason"], reason.0.into());
            if !reason.1.is_empty() {
                crate::object::set(&mut value, &["message"], reason.1.into());
            }
        }
        value
    };
    let image = |slot: &Slot| {
        let list = if slot.init {
            "initContainers"
        } else {
            "containers"
        };
        let found = items(pod, &["spec", list])
            .iter()
            .find(|container| text(container, &["name"]) == slot.name);
        found
            .map(|container| text(container, &["image"]))
            .unwrap_or_default()
            .to_owned()
    };
    let statuses = |init: bool| -> Vec<Value> {
        slots
            .iter()
            .filter(|slot| slot.init == init)
            .map(|slot| slot.to_json(&image(slot)))
            .collect()
    };
    let start = match at(old, &["startTime"]) {
        Value::Null => now.clone(),
        start => start.clone(),
    };
    let mut status = json!({
        "phase": phase, "qosClass": at(old, &["qosClass"]), "startTime": start, "hostIP": ADDRESS, "hostIPs": [{"ip": ADDRESS}],
        "podIP": ADDRESS, "podIPs": [{"ip": ADDRESS}],
        "conditions": [
            condition("PodScheduled", true, ("", String::new())),
            condition("Initialized", life.initialized, ("ContainersNotInitialized", String::new())),
            condition("ContainersReady", all_ready, not_ready.clone()),
            condition("Ready", all_ready, not_ready),
        ],
        "containerStatuses": statuses(false),
    });
    let init = statuses(true);
    if !init.is_empty() {
        crate::object::set(&mut status, &["initContainerStatuses"], init.into());
    }
    status
}
