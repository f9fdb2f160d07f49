//! The conformance suite of the Kubernetes API: what Kanister and `kubectl` rely on.
//!
//! It belongs to the embedded cluster and to a real one alike. The test `embedded` runs it here;
//! `cargo run --release -p kanister-conformance` runs it against the cluster of `KUBECONFIG`. Where
//! the two differ, the embedded one is wrong.

#![allow(
    clippy::indexing_slicing,
    reason = "JSON values answer null to an unknown key"
)]

mod alone;
mod cases;
mod local;
mod target;

use std::time::{Duration, Instant};

pub use alone::Alone;
pub use local::{Confinement, start};
pub use target::Target;

/// One case: its name and what it does.
#[derive(Clone, Copy)]
pub struct Case {
    /// `module::function`.
    pub name: &'static str,
    run: for<'a> fn(&'a Target) -> futures::future::BoxFuture<'a, anyhow::Result<()>>,
}

/// How long one case may take.
const LIMIT: Duration = Duration::from_secs(90);

impl Case {
    /// Runs the case in a namespace of its own, which is deleted afterwards.
    ///
    /// # Errors
    /// What the case found wrong, with the request that led to it.
    pub async fn run(&self, client: &kube::Client) -> anyhow::Result<Duration> {
        let target = Target::new(client.clone()).await?;
        let start = Instant::now();
        let result = tokio::time::timeout(LIMIT, (self.run)(&target)).await;
        let took = start.elapsed();
        target.clean_up().await?;
        match result {
            Ok(result) => result.map(|()| took),
            Err(_) => anyhow::bail!("not done after {} s", LIMIT.as_secs()),
        }
    }
}

/// All cases.
#[must_use]
pub fn cases() -> Vec<Case> {
    cases::all()
}

/// Runs the cases whose names contain `filter`, at most `parallel` at a time, and prints each
/// outcome; returns the names of those that failed.
///
/// # Panics
/// If a case panics.
pub async fn run_all(client: &kube::Client, filter: &str, parallel: usize) -> Vec<&'static str> {
    use futures::StreamExt as _;
    let chosen = cases()
        .into_iter()
        .filter(|case| case.name.contains(filter));
    let mut failed = Vec::new();
    let mut passed = 0;
    let mut running = futures::stream::iter(chosen)
        .map(|case| async move { (case.name, case.run(client).await) })
        .buffer_unordered(parallel);
    while let Some((name, result)) = running.next().await {
        match result {
            Ok(took) => {
                passed += 1;
                println!("pass {name} ({} ms)", took.as_millis());
            }
            Err(error) => {
                println!("FAIL {name}: {error:#}");
                failed.push(name);
            }
        }
    }
    println!("{passed} passed, {} failed", failed.len());
    failed
}
