//! A call that is made.

use super::failure::{CallError, shortened};
use super::invocation::Invocation;
use super::services::Services;
use super::state::CallState;
use crate::bindings::AllPre;
use crate::engine::Engine;
use crate::gate::Gate;
use crate::limits::{CpuBudget, LimitHit, Limits, Meter};
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime};
use wasmtime::Store;

/// How a call ended, and what it used.
#[derive(Debug)]
pub struct CallEnd {
    /// The phase's output, or why there is none.
    pub outcome: Result<Map<String, Value>, CallError>,
    /// Bytes of linear memory at the end.
    pub memory: u64,
    /// Lines of log that were dropped.
    pub dropped_log_lines: u64,
    /// From start to end.
    pub elapsed: Duration,
}

/// Makes a call in a store of its own.
pub(crate) async fn run(
    engine: &Engine,
    pre: &AllPre<CallState>,
    invocation: &Invocation,
    services: Services,
    gate: Gate,
    limits: &Limits,
) -> CallEnd {
    let meter = Meter::default();
    let cancel = services.cancel.clone();
    let state = CallState::new(services, gate, invocation, limits, &meter);
    let log = state.log.clone();
    let started = state.started;
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(limits.host_copies);
    store.set_epoch_deadline(1);
    let mut budget = CpuBudget::new(limits, meter.clone());
    store.epoch_deadline_callback(move |_| budget.tick());

    let wall = wall(limits, invocation);
    let wit = invocation.into();
    let answer = tokio::select! {
        biased;
        answer = async {
            let instance = pre.instantiate_async(&mut store).await?;
            instance.kanister_function_run().call_run(&mut store, &wit).await
        } => Some(answer),
        () = tokio::time::sleep(wall) => {
            meter.record(LimitHit::Wall(wall));
            None
        }
        () = async { tokio::time::sleep_until(cancel.wait().await).await } => {
            meter.record(LimitHit::Grace(limits.grace));
            None
        }
    };
    let outcome = match answer {
        Some(Ok(Ok(output))) => object(&output, limits),
        Some(Ok(Err(failure))) => Err(failure.into()),
        Some(Err(error)) => Err(CallError::of_guest(&error, &meter, limits)),
        None => Err(match meter.hit() {
            Some(hit) => CallError::Limit(hit.clone()),
            None => CallError::Limit(LimitHit::Wall(wall)),
        }),
    };
    let memory = store.data().limiter.used();
    // Everything the guest held goes now, before anybody hears of the end.
    drop(store);
    let dropped_log_lines = log.dropped();
    log.close();
    CallEnd {
        outcome,
        memory,
        dropped_log_lines,
        elapsed: started.elapsed(),
    }
}

/// The time that the call has: its limit, or less if the phase ends before.
fn wall(limits: &Limits, invocation: &Invocation) -> Duration {
    let until_deadline = invocation.deadline.map(|deadline| {
        deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default()
    });
    limits.wall.min(until_deadline.unwrap_or(Duration::MAX))
}

/// The output of a phase is a JSON object.
fn object(text: &str, limits: &Limits) -> Result<Map<String, Value>, CallError> {
    if text.len() > limits.output {
        return Err(LimitHit::Output(limits.output).into());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(output)) => Ok(output),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(CallError::Malformed(
            "its output is JSON but no object; outputs have names".to_owned(),
        )),
        Err(error) => Err(CallError::Malformed(format!(
            "its output is no JSON: {}",
            shortened(&error.to_string())
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_is_an_output() {
        let limits = Limits {
            output: 20,
            ..Limits::default()
        };
        assert_eq!(object("{\"a\":1}", &limits).unwrap().len(), 1);
        assert!(object("null", &limits).unwrap().is_empty());
        for nonsense in ["[1]", "\"x\"", "", "{", "{} {}", "\u{0}"] {
            assert!(
                matches!(object(nonsense, &limits), Err(CallError::Malformed(_))),
                "{nonsense:?}"
            );
        }
        assert_eq!(
            object(&" ".repeat(21), &limits),
            Err(CallError::Limit(LimitHit::Output(20)))
        );
        assert!(object(&"[".repeat(20), &limits).is_err());
    }
}
