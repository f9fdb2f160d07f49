//! `--submit`: a controller in the cluster runs the ActionSet, and this command follows it.

use super::plan::Plan;
use super::report;
use super::timeline::{Screen, Style, words};
use super::{CANCELLED, Run};
use crate::output::Output;
use anyhow::Context;
use kanister_api::{ActionSet, State};
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Between two looks at the ActionSet.
const PAUSE: Duration = Duration::from_millis(500);

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
        end = follow(&all, &name, screen) => end.map(Some),
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

/// Tells each phase whose state changes, until the whole has ended.
async fn follow(all: &Api<ActionSet>, name: &str, screen: &Screen) -> anyhow::Result<ActionSet> {
    let mut told = BTreeMap::new();
    let begun = Instant::now();
    let mut waiting = false;
    loop {
        let found = all
            .get(name)
            .await
            .context("the ActionSet cannot be followed; the controller goes on with it")?;
        let status = found.status.clone().unwrap_or_default();
        for action in &status.actions {
            for phase in action.phases.iter().chain([&action.defer_phase]) {
                let key = (action.name.clone(), phase.name.clone());
                let state = phase.state.as_str().to_owned();
                let news = !matches!(phase.state, State::Pending | State::Unset);
                if news && told.get(&key) != Some(&state) {
                    let title = screen.paint(Style::Bold, &phase.name);
                    let since = words::time(begun.elapsed());
                    screen.line(&format!("  {title}  {state}  {since}"));
                    told.insert(key, state);
                }
            }
        }
        let run = status.run.as_ref();
        let open = run.is_some_and(|run| run.finished_at.is_none());
        if status.state.is_final() && !open {
            return Ok(found);
        }
        if found.status.is_none() && !waiting && begun.elapsed() > Duration::from_secs(10) {
            waiting = true;
            screen
                .line("  ! no controller has taken it up yet; is one running for this namespace?");
        }
        tokio::time::sleep(PAUSE).await;
    }
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
