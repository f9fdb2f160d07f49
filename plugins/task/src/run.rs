//! A pod from its creation to its end, once and not twice.
//!
//! A command may have effects outside of its pod, so a call that starts again after a crash
//! must not run it a second time. Its pod is the first witness: `start` finds it again. The
//! checkpoint is the second, for when the pod is gone:
//!
//! - `created` is noted as soon as the pod is there. If it then cannot be found, somebody has
//!   taken it away, and nobody knows how far its command was: the call fails and says so.
//! - `ended` is noted, with the outputs, before the pod is removed. The call then answers
//!   from the note.
//!
//! A retry after a failure is ordered on purpose and is an attempt of its own: what an earlier
//! one noted of its pod does not bind it.

use crate::pod::TaskPod;
use kanister_sdk::bytes::for_each_chunk;
use kanister_sdk::phase_output::PhaseOutput;
use kanister_sdk::prelude::*;
use kanister_sdk::serde::{Deserialize, Serialize};
use kanister_sdk::tail::Tail;
use kanister_sdk::workload::{ContainerOutcome, Helper, LogMode, Outcome};
use serde_json::Map;
use std::time::Duration;

/// Longer than any phase: the host ends the call, and a pod that does not start, at its own
/// deadlines.
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Whether the exit status of the containers decides the phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All containers must end with 0.
    Counts,
    /// The phase is complete when the first container has ended, however it did.
    Ignored,
}

/// What a call leaves for the one that goes on after an interruption.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(crate = "kanister_sdk::serde", rename_all = "camelCase")]
enum Note {
    Created {
        attempt: u32,
        namespace: String,
        pod: String,
    },
    Ended {
        outputs: Map<String, Value>,
    },
}

/// Under which the host finds the pod of this attempt.
fn key(cx: &Context) -> String {
    format!("pod-{}", cx.invocation().attempt)
}

/// Runs the pod that `make` makes and takes the outputs from the log of its first container.
pub fn run(
    cx: &Context,
    namespace: Option<&str>,
    exit: Exit,
    make: impl FnOnce() -> Result<TaskPod>,
) -> Result<Output> {
    let helper = match cx.load_checkpoint::<Note>()? {
        Some(Note::Created {
            attempt,
            namespace: at,
            pod,
        }) if attempt == cx.invocation().attempt => cx
            .resume_helper(&key(cx), namespace)?
            .ok_or_else(|| gone(&at, &pod))?,
        Some(Note::Ended { outputs }) => {
            // The interruption may have come between the note and the removal.
            if let Some(helper) = cx.resume_helper(&key(cx), namespace)? {
                remove(cx, helper);
            }
            return Ok(Output(outputs));
        }
        None | Some(Note::Created { .. }) => create(cx, namespace, &make()?)?,
    };
    let Output(outputs) = follow(cx, &helper, exit).map_err(for_good)?;
    note(
        cx,
        &Note::Ended {
            outputs: outputs.clone(),
        },
    );
    remove(cx, helper);
    Ok(Output(outputs))
}

fn create(cx: &Context, namespace: Option<&str>, pod: &TaskPod) -> Result<Helper> {
    let override_ = pod.override_.clone().map(Value::Object);
    let helper = cx
        .start_helper(&key(cx), namespace, &pod.object(), override_.as_ref())
        .explain("Failed to create pod")?;
    let created = helper.pod();
    note(
        cx,
        &Note::Created {
            attempt: cx.invocation().attempt,
            namespace: created.namespace,
            pod: created.name,
        },
    );
    Ok(helper)
}

/// Saves a note. Without it the call is right all the same, unless the controller crashes as
/// well; then the next attempt fails where it could have gone on.
fn note(cx: &Context, note: &Note) {
    if let Err(failure) = cx.save_checkpoint(note) {
        let why = message(&failure);
        cx.log(
            Level::Warn,
            "the state of the pod could not be noted",
            &[("error", why)],
        );
    }
}

fn gone(namespace: &str, pod: &str) -> Failure {
    Failure::permanent(format!(
        "the pod {namespace}/{pod}, which this phase had started before it was interrupted, is \
         gone, and how far its command was is not known; it is not run a second time. Look at \
         what it may have changed, then start the action again"
    ))
    .with_code("pod-gone")
}

/// Once the pod is there, nothing is a reason to run its command again unasked.
fn for_good(failure: Failure) -> Failure {
    match failure {
        Failure::Retryable(cause) => Failure::Permanent(cause),
        other => other,
    }
}

/// Deletes the pod and waits until it is gone, so that the volumes it held are free. Its
/// outputs are safe, so trouble with it is no trouble of the phase; the host goes on trying.
fn remove(cx: &Context, helper: Helper) {
    let pod = helper.pod().name;
    if let Err(error) = Helper::remove(helper) {
        let failure = Failure::from(error);
        cx.log(
            Level::Warn,
            "the pod was not removed in time",
            &[("pod", &pod), ("error", message(&failure))],
        );
    }
}

fn message(failure: &Failure) -> &str {
    match failure {
        Failure::Cancelled(cause) | Failure::Retryable(cause) | Failure::Permanent(cause) => {
            &cause.message
        }
        Failure::Denied(denial) => &denial.reason,
        Failure::InvalidArgs(errors) => errors
            .first()
            .map_or("invalid arguments", |error| &error.message),
    }
}

/// Follows a pod to its end and takes its outputs.
fn follow(cx: &Context, helper: &Helper, exit: Exit) -> Result<Output> {
    helper
        .wait_ready(kanister_sdk::kube::millis(LONGEST_WAIT))
        .explain("Failed while waiting for Pod to be ready")?;
    let mut printed = Printed::default();
    let read = printed.read(cx, helper)?;
    if exit == Exit::Counts {
        let outcome = helper
            .wait_done(kanister_sdk::kube::millis(LONGEST_WAIT))
            .explain("Failed while waiting for Pod to complete")?;
        if outcome.phase != "Succeeded" {
            let failure = failed(cx, helper, &outcome, &printed.tail);
            return Err(failure);
        }
    }
    read.explain("Failed to fetch logs from the pod")?;
    printed.outputs.finish(&mut |line| log(cx, helper, line))
}

fn log(cx: &Context, helper: &Helper, line: &str) {
    let pod = helper.pod();
    let container = pod.container.unwrap_or_default();
    let fields = [("pod", pod.name.as_str()), ("container", &container)];
    cx.log(Level::Info, line, &fields);
}

/// What the first container has printed.
#[derive(Default)]
struct Printed {
    outputs: PhaseOutput,
    tail: Tail,
}

impl Printed {
    /// Reads the whole log. Outer: what ends the phase at once. Inner: whether the log is
    /// whole; how the pod ended may say more.
    fn read(&mut self, cx: &Context, helper: &Helper) -> Result<Result<()>> {
        let Self { outputs, tail } = self;
        let mut wrong = None;
        let read = helper
            .logs(None, LogMode::Whole)
            .map_err(Failure::from)
            .and_then(|log_of| {
                for_each_chunk(&log_of, |piece| {
                    tail.push(piece);
                    let pushed = outputs.push(piece, &mut |line| log(cx, helper, line));
                    if let Err(failure) = &pushed {
                        wrong = Some(failure.clone());
                    }
                    pushed
                })
            });
        match (wrong, read) {
            (Some(failure), _)
            | (None, Err(failure @ (Failure::Cancelled(_) | Failure::Denied(_)))) => Err(failure),
            (None, Err(failure)) => Ok(Err(failure)),
            (None, Ok(_)) => Ok(Ok(())),
        }
    }
}

/// A pod that did not succeed, in the words that users know; the details say which container
/// ended how.
fn failed(cx: &Context, helper: &Helper, outcome: &Outcome, tail: &Tail) -> Failure {
    let pod = helper.pod();
    for container in &outcome.containers {
        if let Some(how) = ending(container) {
            cx.log(
                Level::Error,
                &how,
                &[("pod", &pod.name), ("container", &container.name)],
            );
        }
    }
    let printed = tail.text();
    let between = if printed.is_empty() { "" } else { ": " };
    let mut failure = Failure::permanent(format!(
        "Failed while waiting for Pod to complete: Pod failed to complete in time: Pod failed or \
         did not transition into complete state: {printed}{between}Pod failed"
    ))
    .with_code("pod-failed");
    if let Failure::Permanent(cause) = &mut failure {
        cause.details = Some(details(&pod.namespace, &pod.name, outcome).to_string());
    }
    failure
}

/// How a container ended, unless it ended well.
fn ending(container: &ContainerOutcome) -> Option<String> {
    let ContainerOutcome {
        name: _,
        exit_code,
        signal,
        reason,
        message,
        started_ms: _,
        finished_ms: _,
    } = container;
    let mut text = match (exit_code, signal) {
        (Some(0), _) => return None,
        (_, Some(signal)) => format!("the container was ended by signal {signal}"),
        (Some(code), None) => format!("the container ended with exit code {code}"),
        (None, None) => "the container never ended".to_owned(),
    };
    for more in [reason, message] {
        let more = more.trim();
        if !more.is_empty() {
            text.push_str(": ");
            text.push_str(more);
        }
    }
    Some(text)
}

/// One flat object, for programs and for those who look closer.
fn details(namespace: &str, pod: &str, outcome: &Outcome) -> Value {
    let mut details = Map::new();
    let mut add = |key: &str, value: Value| {
        if value != "" {
            details.insert(key.to_owned(), value);
        }
    };
    add("pod", json!(pod));
    add("namespace", json!(namespace));
    add("reason", json!(outcome.reason));
    add("message", json!(outcome.message));
    for container in &outcome.containers {
        if let Some(how) = ending(container) {
            add(&format!("container {}", container.name), json!(how));
        }
    }
    Value::Object(details)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(name: &str, exit_code: Option<i32>, reason: &str) -> ContainerOutcome {
        ContainerOutcome {
            name: name.to_owned(),
            exit_code,
            signal: None,
            reason: reason.to_owned(),
            message: String::new(),
            started_ms: None,
            finished_ms: None,
        }
    }

    #[test]
    fn notes_stay_readable() {
        let outputs = Map::from_iter([("id".to_owned(), json!("b-17"))]);
        for (note, text) in [
            (
                Note::Created {
                    attempt: 1,
                    namespace: "shop".into(),
                    pod: "kanister-job-x".into(),
                },
                json!({"created": {"attempt": 1, "namespace": "shop", "pod": "kanister-job-x"}}),
            ),
            (
                Note::Ended { outputs },
                json!({"ended": {"outputs": {"id": "b-17"}}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&note).unwrap(), text);
            assert_eq!(serde_json::from_value::<Note>(text).unwrap(), note);
        }
    }

    #[test]
    fn the_details_name_the_container_that_failed() {
        let outcome = Outcome {
            phase: "Failed".into(),
            reason: String::new(),
            message: String::new(),
            containers: vec![
                container("output", Some(0), "Completed"),
                container("background", Some(137), "OOMKilled"),
            ],
        };
        assert_eq!(
            details("shop", "p", &outcome),
            json!({
                "pod": "p", "namespace": "shop",
                "container background": "the container ended with exit code 137: OOMKilled",
            })
        );
    }
}
