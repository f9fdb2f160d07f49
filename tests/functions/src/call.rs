//! One phase of one function.

use crate::notes::Notes;
use crate::stage::{CONTROLLER, NAMESPACE, Stage};
use crate::templates::Engine;
use kanister_host::authority::Context;
use kanister_host::call::{CallError, Invocation, Services};
use kanister_host::capability::cancel::Cancel;
use kanister_host::capability::kube::PodExtras;
use kanister_host::capability::storage::Storage;
use kanister_host::host::Request;
use serde_json::{Map, Value, json};
use std::pin::pin;
use std::sync::Arc;

/// What a phase answers with.
pub type Outputs = Map<String, Value>;

/// A phase. Clones are calls of the same one: they share their id and their notes.
#[derive(Clone)]
pub struct Call {
    function: String,
    args: Value,
    params: Value,
    pods: PodExtras,
    id: String,
    notes: Arc<Notes>,
    cancel: Cancel,
    storage: Option<Arc<dyn Storage>>,
    attempt: u32,
}

impl Call {
    /// A phase with these arguments, which are rendered already.
    #[must_use]
    pub fn of(function: &str, args: Value) -> Self {
        Self {
            function: function.to_owned(),
            args,
            params: json!({}),
            pods: PodExtras::default(),
            id: "inv-1".to_owned(),
            notes: Arc::default(),
            cancel: Cancel::never(),
            storage: None,
            attempt: 1,
        }
    }

    /// The same with these parameters.
    #[must_use]
    pub fn params(mut self, params: Value) -> Self {
        self.params = params;
        self
    }

    /// The same with what an ActionSet adds to pods.
    #[must_use]
    pub fn pods(mut self, pods: PodExtras) -> Self {
        self.pods = pods;
        self
    }

    /// The same as another phase.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// The same with these notes.
    #[must_use]
    pub fn notes(mut self, notes: &Arc<Notes>) -> Self {
        self.notes = Arc::clone(notes);
        self
    }

    /// The same, which can be cancelled.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// The same with stores behind its slots.
    #[must_use]
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// The same attempt once more, after an interruption.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            notes: Arc::new(self.notes.after_interruption()),
            ..self.clone()
        }
    }

    /// The attempt that a retry policy orders after a failure of this one.
    #[must_use]
    pub fn retried(&self) -> Self {
        Self {
            attempt: self.attempt + 1,
            ..self.again()
        }
    }

    /// Makes the call.
    ///
    /// # Errors
    /// Why it has no outputs.
    pub async fn run(self, stage: &Stage) -> Result<Outputs, CallError> {
        let Self {
            function,
            args,
            params,
            pods,
            id,
            notes,
            cancel,
            storage,
            attempt,
        } = self;
        let found = stage
            .host
            .registry()
            .find(&function, "")
            .map_err(|error| CallError::Busy(error.to_string()))?;
        let context = Context {
            subject_namespace: Some(NAMESPACE.to_owned()),
            controller_namespace: Some(CONTROLLER.to_owned()),
            helper_service_account: stage.cluster.defaults.service_account.clone(),
        };
        let prepared = stage
            .host
            .prepare(Request {
                function: &found.function,
                args: args.as_object().cloned().unwrap_or_default(),
                params,
                grants: &stage.grants,
                context: &context,
                cluster: Some(&stage.cluster),
            })
            .await?;
        let invocation = Invocation {
            id: id.clone(),
            question: prepared.question().clone(),
            action_set: "run".to_owned(),
            action: "run".to_owned(),
            phase: "phase".to_owned(),
            attempt,
            deadline: None,
        };
        let services = Services {
            checkpoint: notes,
            cancel,
            storage,
            pods,
            templates: Some(Arc::new(Engine)),
            cluster: Some(stage.cluster.clone()),
            ..Services::detached(&id)
        };
        stage
            .host
            .run(&prepared, &invocation, services)
            .await
            .outcome
    }
}

/// Makes a call until `moment`, and no further: as by `kill -9`, nothing of it is cleaned up.
///
/// # Errors
/// It ended before that moment.
pub async fn interrupted(
    call: Call,
    stage: &Stage,
    moment: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let mut running = Box::pin(call.run(stage));
    let moment = pin!(moment);
    tokio::select! {
        end = &mut running => anyhow::bail!("the call ended too early: {end:?}"),
        () = moment => {}
    }
    // Dropping it would delete its pod.
    std::mem::forget(running);
    Ok(())
}
