//! Following the objects until the conditions are met.

use crate::condition::{Conditions, Verdict};
use kanister_sdk::kube::ObjectRef;
use kanister_sdk::prelude::*;
use kanister_sdk::template::Dialect;
use std::time::Duration;

/// Pauses while the cluster does not know a resource, which nobody can watch.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Blocks until the conditions are met.
pub fn until(
    cx: &Context,
    dialect: Dialect,
    timeout: Duration,
    conditions: &Conditions,
) -> Result<()> {
    const FAILED: &str = "Failed to wait for the condition to be met";
    let mut waiting = Waiting::new(cx, dialect, conditions);
    let began = cx.monotonic();
    let mut pause = FIRST_PAUSE;
    let left = || timeout.saturating_sub(cx.monotonic().saturating_sub(began));
    loop {
        match waiting.follow(left).explain(FAILED)? {
            Followed::Met => return Ok(()),
            Followed::TimedOut => return Err(waiting.timed_out(FAILED, timeout)),
            Followed::Unknown => {
                if left().is_zero() {
                    return Err(waiting.timed_out(FAILED, timeout));
                }
                cx.sleep(pause.min(left()))?;
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        }
    }
}

enum Followed {
    Met,
    TimedOut,
    /// The cluster does not know a resource, or not yet.
    Unknown,
}

struct Waiting<'a> {
    cx: &'a Context,
    dialect: Dialect,
    conditions: &'a Conditions,
    targets: Vec<crate::target::Target>,
    /// What was seen of each target; none before the first news of it.
    seen: Vec<Option<Result<Value, String>>>,
    missing: String,
}

impl<'a> Waiting<'a> {
    fn new(cx: &'a Context, dialect: Dialect, conditions: &'a Conditions) -> Self {
        let targets = conditions.targets();
        Self {
            cx,
            dialect,
            conditions,
            seen: vec![None; targets.len()],
            targets,
            missing: "nothing was seen of the objects yet".to_owned(),
        }
    }

    /// Looks at each change, until the conditions are met or time is over.
    fn follow(&mut self, left: impl Fn() -> Duration) -> Result<Followed> {
        let objects: Vec<ObjectRef> = self.targets.iter().map(|target| target.object()).collect();
        let watcher = self.cx.kube().watch(&objects)?;
        loop {
            let change = match watcher.next(left()) {
                Err(Failure::Permanent(cause)) if cause.code == "not-found" => {
                    self.missing = cause.message;
                    return Ok(Followed::Unknown);
                }
                change => change?,
            };
            let Some((index, object)) = change else {
                return Ok(Followed::TimedOut);
            };
            if let (Some(seen), Some(target)) = (self.seen.get_mut(index), self.targets.get(index))
            {
                *seen = Some(object.ok_or_else(|| format!("{} not found", target.text())));
            }
            match self.verdict()? {
                Verdict::Met => return Ok(Followed::Met),
                Verdict::NotYet(missing) => self.missing = missing,
            }
        }
    }

    fn verdict(&self) -> Result<Verdict> {
        // Cancelled or denied: neither is an answer of a template.
        let mut stop = None;
        let verdict = self.conditions.verdict(|condition| {
            let at = self
                .targets
                .iter()
                .position(|target| *target == condition.object_reference);
            let object = match at.and_then(|at| self.seen.get(at)) {
                Some(Some(Ok(object))) => object,
                Some(Some(Err(why))) => return Err(why.clone()),
                _ => return Err("nothing was seen of it yet".to_owned()),
            };
            match self.cx.render(self.dialect, &condition.condition, object) {
                Ok(text) => Ok(text.trim() == "true"),
                Err(Failure::Permanent(cause)) => Err(cause.message),
                Err(other) => {
                    stop.get_or_insert(other);
                    Err("it was not asked".to_owned())
                }
            }
        });
        stop.map_or(Ok(verdict), Err)
    }

    fn timed_out(&self, what: &str, timeout: Duration) -> Failure {
        Failure::retryable(format!(
            "{what}: Context done while polling: context deadline exceeded (after {timeout:?}): {}",
            self.missing
        ))
        .with_code("timeout")
    }
}
