//! The life of a controller, from its start to its end.

use crate::crds;
use crate::dispatch::{Dispatcher, Quiet, Runner, Told};
use crate::error::{ControllerError, said};
use crate::expiry::Expiry;
use crate::http::{self, Readiness};
use crate::leader::Candidate;
use crate::seat::{Blueprints, EventQueue, StatusWrites, sweep};
use crate::settings::Settings;
use crate::telemetry::Metrics;
use crate::watch::{Change, Pause, Watch};
use kanister_engine::Engine;
use kanister_host::capability::kube::Cluster;
use kube::Api;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Changes that may wait for the dispatcher.
const CHANGES: usize = 256;

/// How long events may take to be written once everything else has ended.
const LAST_EVENTS: Duration = Duration::from_secs(5);

/// What the program around a controller has to do.
#[derive(Clone)]
pub struct Hooks {
    /// Ends the process at once, without unwinding and with this status. Calls are still running
    /// that another process goes on with: what ending them would clean up belongs to that one.
    pub abandon: Arc<dyn Fn(i32) + Send + Sync>,
}

/// Runs the ActionSets of a cluster until `stop`. Runs that go on then are handed over: each ends
/// with the phase that it is at; those that take longer than [`Settings::patience`] are abandoned
/// for another process to resume.
///
/// # Errors
/// See [`ControllerError`].
pub async fn serve(
    settings: Settings,
    engine: Engine,
    cluster: Cluster,
    metrics: Metrics,
    hooks: Hooks,
    stop: impl Future<Output = ()>,
) -> Result<(), ControllerError> {
    tokio::pin!(stop);
    let client = cluster.host.clone();
    let readiness = Readiness::default();
    if let Some(listen) = settings.listen.clone() {
        let address = http::serve(listen, metrics.clone(), readiness.clone()).await?;
        tracing::info!(%address, "serving metrics and health");
    }
    let writes = tokio::select! {
        () = &mut stop => return Ok(()),
        prepared = prepare(&client, &settings) => prepared?,
    };
    let mut leadership = None;
    if let Some(lease) = settings.lease.clone() {
        let mut candidate = Candidate::new(&client, &settings.namespace, &settings.identity, lease);
        readiness.set(true);
        tokio::select! {
            () = &mut stop => return Ok(()),
            elected = candidate.elected() => elected?,
        }
        readiness.set(false);
        leadership = Some(Leadership::begin(candidate, hooks.clone()));
    }
    metrics.leading(true);
    tracing::info!(identity = settings.identity, "running ActionSets");
    let events = EventQueue::start(client.clone());
    let blueprints = Blueprints::default();
    let runner = Runner {
        engine,
        cluster,
        events: events.clone(),
        blueprints: blueprints.clone(),
        metrics: metrics.clone(),
        writes,
    };
    let expiry = Expiry::start(client.clone());
    let mut dispatcher =
        Dispatcher::new(runner, &settings, events.clone(), expiry, metrics.clone());
    let (mut watches, mut told) = watch(&client, &settings, &events, &blueprints, &readiness);
    tokio::spawn(sweep(client.clone(), settings.namespace.clone()));
    let end = tokio::select! {
        () = dispatcher.run(&mut told, &mut stop) => Ok(()),
        Some(Ok(Err(error))) = watches.join_next() => Err(error),
    };
    readiness.set(false);
    tracing::info!("handing over");
    let quiet = dispatcher.hand_over(settings.patience).await;
    events.flush(LAST_EVENTS).await;
    if let Some(leadership) = leadership {
        leadership.end().await;
    }
    if quiet == Quiet::No {
        tracing::warn!("some calls still run; another process goes on with them");
        (hooks.abandon)(0);
    }
    end
}

/// Definitions, and how they want to be written.
async fn prepare(
    client: &kube::Client,
    settings: &Settings,
) -> Result<StatusWrites, ControllerError> {
    if settings.install_definitions {
        crds::install(client).await?;
    }
    let mut pause = Pause::default();
    loop {
        match crds::status_writes(client).await {
            Ok(writes) => return Ok(writes),
            Err(error) => tracing::warn!(
                error = said(&error),
                "ActionSets are not served yet; waiting"
            ),
        }
        pause.wait(None).await;
    }
}

/// The lease, while it is held.
struct Leadership {
    resign: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Leadership {
    /// Renews the lease; whoever loses it is gone at once.
    fn begin(mut candidate: Candidate, hooks: Hooks) -> Self {
        let (resign, resigned) = oneshot::channel();
        let task = tokio::spawn(async move {
            tokio::select! {
                () = candidate.lead() => (hooks.abandon)(1),
                Ok(()) = resigned => candidate.resign().await,
            }
        });
        Self { resign, task }
    }

    async fn end(self) {
        if self.resign.send(()).is_ok() {
            let _ = self.task.await;
        }
    }
}

/// Starts the watches.
fn watch(
    client: &kube::Client,
    settings: &Settings,
    events: &EventQueue,
    blueprints: &Blueprints,
    readiness: &Readiness,
) -> (JoinSet<Result<(), ControllerError>>, mpsc::Receiver<Told>) {
    let mut watches = JoinSet::new();
    let (sender, receiver) = mpsc::channel(CHANGES);
    let unsynced = Arc::new(std::sync::atomic::AtomicUsize::new(settings.watched.len()));
    for namespace in &settings.watched {
        let (changes, mut changed) = mpsc::channel(CHANGES);
        let api = Api::namespaced(client.clone(), namespace);
        watches.spawn(Watch::new(api, "actionsets", namespace, changes).run());
        let (sender, namespace) = (sender.clone(), namespace.clone());
        let (unsynced, readiness) = (Arc::clone(&unsynced), readiness.clone());
        tokio::spawn(async move {
            while let Some(change) = changed.recv().await {
                if matches!(change, Change::Synced)
                    && unsynced.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) == 1
                {
                    readiness.set(true);
                }
                if sender.send((namespace.clone(), change)).await.is_err() {
                    return;
                }
            }
        });
    }
    for namespace in &settings.watched {
        let (changes, changed) = mpsc::channel(CHANGES);
        let api = Api::namespaced(client.clone(), namespace);
        watches.spawn(Watch::new(api, "blueprints", namespace, changes).run());
        let blueprints = blueprints.clone();
        tokio::spawn(blueprints.follow(changed, namespace.clone(), events.clone()));
    }
    (watches, receiver)
}
