//! One attempt of a phase: a call of its function.

use super::{Action, CANCELLED, Step};
use crate::call::{self, Conditions, Latest, PhaseLog, invocation_id, revealed, tokens};
use crate::clock;
use crate::failure::{FailureKind, PhaseFailure, of_call};
use crate::params::{guest_params, subject_namespace};
use crate::record::{RecordError, apply_progress};
use crate::seat::PhaseAt;
use kanister_host::authority::Context;
use kanister_host::call::{Invocation, Services};
use kanister_host::capability::cancel::{Cancel, Canceller};
use kanister_host::capability::kube::{ClusterProfiles, PodExtras, SlotSecrets};
use kanister_host::capability::progress::Progress;
use kanister_host::capability::storage::{ProfileSource, SlotStores};
use kanister_host::host::{Prepared, Request};
use kanister_host::secret::Vault;
use kanister_template::Params;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

/// A call that is to be made.
pub(super) struct Call<'a> {
    step: &'a Step,
    at: PhaseAt,
    /// The position of the phase; none for the deferPhase.
    index: Option<usize>,
    attempt: u32,
    invocation: String,
    deadline: Option<(SystemTime, String)>,
}

/// How an attempt ended.
pub(super) enum AttemptEnd {
    Output(Map<String, Value>),
    Failed(PhaseFailure),
}

/// A call that may be made, with what its secrets are hidden in.
pub(super) struct Ready {
    pub(super) prepared: Prepared,
    pub(super) vault: Vault,
}

impl<'a> Call<'a> {
    pub(super) fn of_phase(
        action: &Action,
        index: usize,
        step: &'a Step,
        at: &PhaseAt,
        attempt: u32,
    ) -> Self {
        let action_deadline = action
            .deadline
            .map(|moment| (moment, action.timed_out().message));
        let own = own_deadline(step);
        let deadline = match (own, action_deadline) {
            (Some(one), Some(other)) => Some(if one.0 <= other.0 { one } else { other }),
            (one, other) => one.or(other),
        };
        Self {
            step,
            at: at.clone(),
            index: Some(index),
            attempt,
            invocation: invocation_id(&action.run.uid, action.index, Some(index)),
            deadline,
        }
    }

    pub(super) fn of_defer(action: &Action, step: &'a Step, at: &PhaseAt, attempt: u32) -> Self {
        Self {
            step,
            at: at.clone(),
            index: None,
            attempt,
            invocation: invocation_id(&action.run.uid, action.index, None),
            deadline: own_deadline(step),
        }
    }

    pub(super) fn invocation(&self) -> &str {
        &self.invocation
    }
}

/// The end of the phase's own timeout, and what is said when it passes.
fn own_deadline(step: &Step) -> Option<(SystemTime, String)> {
    let timeout = step.phase.timeout.as_ref()?;
    let moment = SystemTime::now().checked_add(timeout.length())?;
    Some((
        moment,
        format!("the phase's timeout of {timeout} has passed"),
    ))
}

impl Action {
    /// Renders, validates, plans: what the call may do. No effect yet.
    pub(super) async fn ready(&self, call: &Call<'_>) -> Result<Ready, PhaseFailure> {
        let Step { phase, function } = call.step;
        let params = Params::new(&self.params);
        let options = &self.run.settings.templates;
        let rendered = call::render(&function.descriptor, &phase.args, &params, options)?;
        let vault = Vault::new();
        let args = tokens(&rendered, &vault)
            .map_err(|error| PhaseFailure::new(FailureKind::Retryable, error.to_string()))?;
        let cluster = &self.run.cluster;
        let context = Context {
            subject_namespace: subject_namespace(&self.spec.object),
            controller_namespace: Some(cluster.controller_namespace.clone()),
            helper_service_account: cluster.defaults.service_account.clone(),
        };
        let request = Request {
            function,
            args,
            params: guest_params(&self.params, self.object_is_secret),
            grants: &self.run.grants,
            context: &context,
            cluster: Some(cluster),
        };
        match self.run.host.prepare(request).await {
            Ok(prepared) => Ok(Ready { prepared, vault }),
            Err(error) => Err(hide(of_call(&phase.func, error), &vault)),
        }
    }

    /// Makes one call and waits for its end.
    pub(super) async fn attempt(&self, call: &Call<'_>) -> Result<AttemptEnd, RecordError> {
        let Ready { prepared, vault } = match self.ready(call).await {
            Ok(ready) => ready,
            Err(failure) => return Ok(AttemptEnd::Failed(failure)),
        };
        let run = &self.run;
        let (canceller, cancel) = Cancel::new();
        let latest = Latest::new(Arc::clone(&run.seat.observer), call.at.clone());
        let services = self.services(call, &prepared, &vault, cancel, &latest);
        let grace = run.settings.grace;
        let invocation = Invocation {
            id: call.invocation.clone(),
            question: prepared.question().clone(),
            action_set: run.name.clone(),
            action: self.spec.name.clone(),
            phase: call.at.phase.clone(),
            attempt: call.attempt,
            deadline: call
                .deadline
                .as_ref()
                .and_then(|(moment, _)| moment.checked_add(grace)),
        };
        let running = run.host.run(&prepared, &invocation, services);
        let watched = self.watch(call, &canceller, latest.subscribe());
        tokio::pin!(watched);
        let (end, timed_out) = {
            tokio::pin!(running);
            let mut told = None;
            loop {
                tokio::select! {
                    end = &mut running => break (end, told.unwrap_or(false)),
                    stopped = &mut watched, if told.is_none() => told = Some(stopped?),
                }
            }
        };
        Ok(match end.outcome {
            Ok(output) => AttemptEnd::Output(revealed(output, &vault)),
            Err(error) => {
                let mut failure = hide(of_call(&call.step.phase.func, error), &vault);
                if let (true, Some((_, why))) = (timed_out, &call.deadline) {
                    failure = PhaseFailure {
                        message: format!("{why}: {}", failure.message),
                        kind: FailureKind::Final,
                        ..failure
                    };
                } else if call.index.is_some() && run.control.cancelled().is_some() {
                    // Whatever it says: it failed because it was asked to stop.
                    failure = PhaseFailure {
                        message: format!("{CANCELLED}: {}", failure.message),
                        kind: FailureKind::Cancelled,
                        ..failure
                    };
                }
                AttemptEnd::Failed(failure)
            }
        })
    }

    fn services(
        &self,
        call: &Call<'_>,
        prepared: &Prepared,
        vault: &Vault,
        cancel: Cancel,
        latest: &Arc<Latest>,
    ) -> Services {
        let run = &self.run;
        let slots = prepared.granted().slots.clone();
        let profiles: Arc<dyn ProfileSource> = Arc::new(ClusterProfiles::new(run.cluster.clone()));
        let mut stores = SlotStores::new(run.settings.stores.clone()).with_bound(&slots, &profiles);
        if let Some(profile) = &self.profile {
            stores = stores.with_profile(profile.for_stores());
        }
        Services {
            log: Arc::new(PhaseLog {
                observer: Arc::clone(&run.seat.observer),
                at: call.at.clone(),
            }),
            progress: Arc::clone(latest) as Arc<_>,
            checkpoint: call::checkpoint(run.notes.clone(), &call.invocation),
            cancel,
            vault: vault.clone(),
            secrets: Arc::new(SlotSecrets::new(run.cluster.clone(), slots)),
            storage: Some(Arc::new(stores)),
            templates: Some(Arc::new(Conditions(run.settings.templates.clone()))),
            cluster: Some(run.cluster.clone()),
            pods: PodExtras {
                override_: (!self.spec.pod_override.is_empty())
                    .then(|| Value::Object(self.spec.pod_override.clone())),
                labels: self.spec.pod_labels.clone(),
                annotations: self.spec.pod_annotations.clone(),
            },
            audit: Arc::clone(&run.seat.audit),
        }
    }

    /// Records progress, and cancels the call when it is to stop. Answers whether its time was up.
    async fn watch(
        &self,
        call: &Call<'_>,
        canceller: &Canceller,
        mut progress: watch::Receiver<Progress>,
    ) -> Result<bool, RecordError> {
        let run = &self.run;
        let interval = run.settings.progress_interval;
        let mut tick = tokio::time::interval_at(Instant::now() + interval, interval);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = async {
            match call.index {
                Some(_) => run.control.cancellation().await,
                None => run.control.stop().await,
            }
        };
        let time_is_up = async {
            match &call.deadline {
                Some((moment, _)) => tokio::time::sleep(clock::until(*moment)).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(stop, time_is_up);
        loop {
            tokio::select! {
                () = &mut stop => {
                    canceller.cancel(run.settings.grace);
                    return Ok(false);
                }
                () = &mut time_is_up => {
                    canceller.cancel(run.settings.grace);
                    return Ok(true);
                }
                _ = tick.tick() => {
                    if progress.has_changed().unwrap_or(false) {
                        let newest = progress.borrow_and_update().clone();
                        self.record_progress(call, &newest).await?;
                    }
                }
            }
        }
    }

    /// deferPhases have no progress of their own, as upstream has it.
    async fn record_progress(&self, call: &Call<'_>, newest: &Progress) -> Result<(), RecordError> {
        let Some(index) = call.index else {
            return Ok(());
        };
        self.run
            .record
            .update(|live| {
                if let Some(phase) = live
                    .action(self.index)
                    .and_then(|action| action.phases.get_mut(index))
                {
                    apply_progress(&mut phase.progress, newest, &clock::now());
                }
            })
            .await
    }
}

fn hide(failure: PhaseFailure, vault: &Vault) -> PhaseFailure {
    let PhaseFailure {
        message,
        details,
        kind,
    } = failure;
    PhaseFailure {
        message: vault.mask_text(message),
        details: details
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(text) => (name, Value::String(vault.mask_text(text))),
                other => (name, other),
            })
            .collect(),
        kind,
    }
}
