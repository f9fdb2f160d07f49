//! What keeps the cluster in order without being asked.

mod definitions;
mod events;
mod garbage;
mod namespaces;
mod workloads;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use namespaces::INITIAL as INITIAL_NAMESPACES;

use crate::verbs::Objects;

/// Starts all controllers; each ends with the cluster.
pub(crate) fn start(objects: &Arc<Objects>, shutdown: &CancellationToken, tasks: &TaskTracker) {
    let run = |future: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
        let shutdown = shutdown.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = future => {}
            }
        });
    };
    run(Box::pin(events::run(objects.clone())));
    run(Box::pin(garbage::run(objects.clone())));
    run(Box::pin(namespaces::run(objects.clone())));
    run(Box::pin(definitions::run(objects.clone())));
    run(Box::pin(workloads::run(objects.clone())));
}
