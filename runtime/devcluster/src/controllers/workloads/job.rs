//! Jobs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::pods::{is_active, is_ready};
use super::{Context, Outcome, condition};
use crate::object::{at, integer, is_terminating, items, set, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::Entry;
use crate::verbs::{DeleteOptions, Propagation};

const COMPONENT: &str = "job-controller";

fn finished(job: &Value) -> bool {
    items(job, &["status", "conditions"])
        .iter()
        .any(|condition| {
            matches!(text(condition, &["type"]), "Complete" | "Failed")
                && text(condition, &["status"]) == "True"
        })
}

impl Context {
    pub(super) fn job(&self, job: &Arc<Entry>) -> Result<Outcome, Status> {
        let object = &job.object;
        if is_terminating(object) {
            return Ok(Outcome::Done);
        }
        if finished(object) {
            return self.expire(job);
        }
        if at(object, &["spec", "suspend"]) == true {
            return Ok(Outcome::Done);
        }
        let number = |path: &[&str]| integer(object, path);
        let pods = self.owned(job, Known::Pod)?;
        let phase = |wanted: &str| {
            pods.iter()
                .filter(|pod| text(&pod.object, &["status", "phase"]) == wanted)
                .count()
        };
        let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
        let active: Vec<&Arc<Entry>> = pods.iter().filter(|pod| is_active(&pod.object)).collect();
        let completions =
            number(&["spec", "completions"]).and_then(|count| usize::try_from(count).ok());
        let parallel =
            usize::try_from(number(&["spec", "parallelism"]).unwrap_or(1)).unwrap_or_default();
        let limit =
            usize::try_from(number(&["spec", "backoffLimit"]).unwrap_or(6)).unwrap_or_default();
        // Without a number of completions, one success means that no further pod is started.
        let complete = match completions {
            Some(wanted) => succeeded >= wanted,
            None => succeeded > 0 && active.is_empty(),
        };
        let old = at(object, &["status"]);
        let start = match at(old, &["startTime"]) {
            Value::Null => crate::object::now(),
            start => start.clone(),
        };
        let mut status =
            json!({"startTime": start, "uncountedTerminatedPods": {}, "terminating": 0});
        let mut running = active.len();
        if failed > limit {
            for pod in active {
                self.delete_pod(job, COMPONENT, pod)?;
            }
            running = 0;
            let told = "Job has reached the specified backoff limit";
            let end = |kind| condition(old, kind, true, "BackoffLimitExceeded", told);
            set(
                &mut status,
                &["conditions"],
                json!([end("FailureTarget"), end("Failed")]),
            );
            crate::node::record_event(
                &self.objects,
                object,
                COMPONENT,
                "Warning",
                "BackoffLimitExceeded",
                told,
            );
        } else if complete {
            let end = |kind| {
                condition(
                    old,
                    kind,
                    true,
                    "CompletionsReached",
                    "Reached expected number of succeeded pods",
                )
            };
            set(
                &mut status,
                &["conditions"],
                json!([end("SuccessCriteriaMet"), end("Complete")]),
            );
            set(&mut status, &["completionTime"], crate::object::now());
            self.event(job, COMPONENT, "Completed", "Job completed");
        } else {
            let wanted = match completions {
                Some(wanted) => parallel.min(wanted - succeeded),
                None if succeeded > 0 => running,
                None => parallel,
            };
            let begun = running;
            for _ in begun..wanted {
                self.create_pod(job, COMPONENT, |pod| {
                    set(
                        pod,
                        &["metadata", "labels", "job-name"],
                        job.key.name.as_ref().into(),
                    );
                })?;
                running += 1;
            }
        }
        let ready = pods.iter().filter(|pod| is_ready(&pod.object)).count();
        set(&mut status, &["ready"], ready.into());
        for (field, count) in [
            ("active", running),
            ("succeeded", succeeded),
            ("failed", failed),
        ] {
            if count > 0 {
                set(&mut status, &[field], count.into());
            }
        }
        self.write_status(Known::Job, job, &status)?;
        Ok(Outcome::Done)
    }

    /// Removes a job whose time after its end is over.
    fn expire(&self, job: &Entry) -> Result<Outcome, Status> {
        let Some(seconds) = integer(&job.object, &["spec", "ttlSecondsAfterFinished"]) else {
            return Ok(Outcome::Done);
        };
        let ends = items(&job.object, &["status", "conditions"])
            .iter()
            .map(|condition| text(condition, &["lastTransitionTime"]));
        let end = ends
            .filter_map(|time| time.parse::<jiff::Timestamp>().ok())
            .max();
        if end.is_some_and(|end| jiff::Timestamp::now().duration_since(end).as_secs() < seconds) {
            return Ok(Outcome::Again);
        }
        let options = DeleteOptions {
            propagation: Some(Propagation::Background),
            ..DeleteOptions::default()
        };
        self.objects.delete(
            &self.call(Known::Job, &job.key.namespace)?,
            &job.key.name,
            &options,
        )?;
        Ok(Outcome::Done)
    }
}
