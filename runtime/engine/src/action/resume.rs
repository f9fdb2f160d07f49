//! Going on where a process before left.

use super::attempt::Call;
use super::{Action, ActionEnd, Step};
use crate::call::{invocation_id, may_still_run};
use crate::failure::PhaseFailure;
use crate::params::{objects, subject_namespace};
use crate::record::RecordError;
use crate::seat::PhaseAt;
use crate::sweep::sweep;
use kanister_api::State;
use kanister_api::function::{NamespacePattern, Rules};
use tokio::time::Instant;

/// How far the phases are.
pub(super) enum Progress {
    /// Nothing has begun.
    None,
    /// Some are complete, or one was under way and runs again.
    Begun,
    /// There is no more of them to run.
    Ended(ActionEnd),
}

impl Action {
    /// Takes up what is recorded of the phases.
    pub(super) async fn resume_phases(&mut self) -> Result<Progress, RecordError> {
        let status = self.run.record.status().await;
        let Some(recorded) = status.actions.get(self.index).cloned() else {
            return Ok(Progress::None);
        };
        let begun = recorded
            .phases
            .iter()
            .any(|phase| phase.state != State::Pending);
        if !begun {
            return Ok(Progress::None);
        }
        let mut over = Vec::new();
        for (index, phase) in recorded.phases.iter().enumerate() {
            match phase.state {
                State::Complete => {
                    self.remember(index, &phase.name).await;
                    self.set_output(&phase.name, phase.output.clone());
                    over.push(index);
                }
                State::Failed => {
                    over.push(index);
                    self.clean(&over, &Rules::default()).await;
                    return Ok(Progress::Ended(ActionEnd::Failed));
                }
                State::Running => {
                    self.clean(&over, &Rules::default()).await;
                    return self.resume_phase(index).await;
                }
                _ => break,
            }
        }
        self.clean(&over, &Rules::default()).await;
        Ok(Progress::Begun)
    }

    /// The Secrets and ConfigMaps of a phase that is complete, for the templates of later ones.
    /// They may be gone by now: then a template that needs them says so.
    async fn remember(&mut self, index: usize, name: &str) {
        let Some(step) = self.phases.get(index) else {
            return;
        };
        if step.phase.objects.is_empty() {
            return;
        }
        let references = step.phase.objects.clone();
        match objects(&self.run.reader, &references).await {
            Ok(objects) => {
                let phases = self.params.phases.get_or_insert_default();
                phases.insert(name.to_owned(), Some(objects));
            }
            Err(error) => {
                tracing::warn!(phase = name, %error, "what the phase referred to cannot be read");
            }
        }
    }

    /// A phase that was under way: it runs again if its function says that this is safe.
    async fn resume_phase(&mut self, index: usize) -> Result<Progress, RecordError> {
        let Some(step) = self.phases.get(index) else {
            return Ok(Progress::Begun);
        };
        let cancelled = self.run.control.cancelled().is_some();
        if step.function.descriptor.idempotent && !cancelled {
            return Ok(Progress::Begun);
        }
        let at = self.at(step, false);
        let call = Call::of_phase(self, index, step, &at, 1);
        let (failure, rules) = self.lost(step, &call).await;
        self.clean(&[index], &rules).await;
        let failure = if cancelled {
            PhaseFailure {
                message: format!("{}: {}", super::CANCELLED, failure.message),
                ..failure
            }
        } else {
            failure
        };
        let end = self
            .fail_phase(index, &at, "Failed to execute phase", failure, Instant::now())
            .await?;
        Ok(Progress::Ended(end.into()))
    }

    /// A deferPhase that was under way and must not run again.
    pub(super) async fn interrupted_defer(&self, at: &PhaseAt) -> PhaseFailure {
        let Some(step) = self.defer.as_ref() else {
            return PhaseFailure::final_("there is no deferPhase");
        };
        let call = Call::of_defer(self, step, at, 1);
        let (failure, rules) = self.lost(step, &call).await;
        self.sweep(&[call.invocation().to_owned()], &rules).await;
        failure
    }

    /// Why a phase that was under way has failed, and what it was allowed to do.
    async fn lost(&self, step: &Step, call: &Call<'_>) -> (PhaseFailure, Rules) {
        let rules = match self.ready(call).await {
            Ok(ready) => ready.prepared.authority().effective(),
            Err(_) => Rules::default(),
        };
        let function = &step.phase.func;
        let failure = PhaseFailure::final_(format!(
            "the process that ran it ended while it was under way, and {function} cannot be called \
             again without doing its work twice{}; look at what it has done, then create the \
             ActionSet again",
            may_still_run(&rules)
        ));
        (failure, rules)
    }

    /// Deletes helper pods that phases of an earlier process may have left.
    async fn clean(&self, phases: &[usize], rules: &Rules) {
        let invocations: Vec<_> = phases
            .iter()
            .map(|phase| invocation_id(&self.run.uid, self.index, Some(*phase)))
            .collect();
        self.sweep(&invocations, rules).await;
    }

    async fn sweep(&self, invocations: &[String], rules: &Rules) {
        let mut namespaces = vec![self.run.cluster.controller_namespace.clone()];
        namespaces.extend(subject_namespace(&self.spec.object));
        let planned = rules.workload.iter().flat_map(|rule| &rule.namespaces);
        namespaces.extend(planned.filter_map(|pattern| match pattern {
            NamespacePattern::Exact(name) => Some(name.to_string()),
            _ => None,
        }));
        // A Blueprint says where a helper runs; where it says nothing new, nothing is asked twice.
        for step in self.phases.iter().chain(&self.defer) {
            let named = step.phase.args.get("namespace").and_then(|it| it.as_str());
            namespaces.extend(named.filter(|it| !it.contains("{{")).map(str::to_owned));
        }
        namespaces.retain(|namespace| !namespace.is_empty());
        namespaces.sort_unstable();
        namespaces.dedup();
        sweep(&self.run.cluster, &namespaces, invocations).await;
    }
}
