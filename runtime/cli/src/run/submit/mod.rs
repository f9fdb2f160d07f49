//! `--submit`: a controller in the cluster runs the ActionSet, and this command follows it.

mod follow;

use super::plan::Plan;
use super::report;
use super::timeline::screen::{Screen, Style};
use super::{CANCELLED, Run};
use crate::output::Output;
use anyhow::Context;
use kanister_api::ActionSet;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::json;
use std::process::ExitCode;
use std::time::Instant;

/// Sends the ActionSet to the cluster and follows it to its end. Its Blueprint and what it refers to
/// are in the cluster.
pub async fn run(
    command: &Run,
    plan: Plan,
    screen: &Screen,
    format: Output,
) -> anyhow::Result<ExitCode> {
    screen.line(&plan.headline(screen));
    let reached = command.place.reach(&plan.namespace()).await?;
    let place = format!("  submitted to the {}", reached.described);
    let all: Api<ActionSet> = Api::namespaced(reached.cluster.host.clone(), &plan.namespace());
    let mut action_set = plan.action_set().clone();
    action_set.metadata.uid = None;
    action_set.metadata.creation_timestamp = None;
    let name = plan.name().to_owned();
    all.create(&PostParams::default(), &action_set)
        .await
        .context("the ActionSet cannot be created in the cluster")?;
    screen.line(&screen.paint(Style::Dim, &place));
    let begun = Instant::now();
    let end = tokio::select! {
        end = follow::to_its_end(&all, &name, screen) => end.map(Some),
        () = cancelled_twice(&all, &name, screen) => Ok(None),
    };
    let code = match end {
        Ok(Some(record)) => {
            let spent = Some(begun.elapsed());
            report::end(&record, plan.folder(), spent, screen, format)
        }
        Ok(None) => Ok(ExitCode::from(CANCELLED)),
        Err(error) => Err(error),
    };
    reached.end().await;
    code
}

/// The first Ctrl-C cancels the ActionSet, the second one leaves it.
async fn cancelled_twice(all: &Api<ActionSet>, name: &str, screen: &Screen) {
    if tokio::signal::ctrl_c().await.is_err() {
        return std::future::pending().await;
    }
    let patch = Patch::Merge(json!({"spec": {"cancel": true}}));
    match all.patch(name, &PatchParams::default(), &patch).await {
        Ok(_) => screen.line("  ! cancelling; Ctrl-C again leaves it to the controller"),
        Err(error) => screen.line(&format!("  ! it cannot be cancelled: {error}")),
    }
    // Whoever cannot be heard any more waits for the end.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
