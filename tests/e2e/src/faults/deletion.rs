//! An ActionSet that is deleted while its run goes on.

use anyhow::{Context as _, ensure};

use super::controller::Controller;
use super::ground::Ground;
use super::run::{Run, round_trip, text};

/// A run in the middle of a helper pod, and the uid of its ActionSet.
fn begun<'a>(
    ground: &'a Ground<'a>,
    controller: &mut Controller,
) -> anyhow::Result<(Run<'a>, String)> {
    let run = Run::task(ground, 120)?;
    run.under_way(controller)?;
    let set = ground.action_set(&run.name).context("it is gone")?;
    let uid = text(&set, "/metadata/uid").unwrap_or_default().to_owned();
    Ok((run, uid))
}

fn delete(ground: &Ground<'_>, run: &Run<'_>) -> anyhow::Result<()> {
    ground.kubectl(&["delete", "actionset", &run.name, "--wait=false"])?;
    Ok(())
}

/// It goes, its pod goes, and its deferPhase has run once.
fn gone(
    ground: &Ground<'_>,
    mut controller: Controller,
    run: &Run<'_>,
    uid: &str,
) -> anyhow::Result<String> {
    // Also while the API server does not answer there is no ActionSet to be seen.
    let list = |name: &str| {
        let all = ground.kubectl(&["get", "actionsets", "-o", "name"]);
        all.is_ok_and(|all| !all.lines().any(|line| line.ends_with(&format!("/{name}"))))
    };
    ground.wait(&mut [&mut controller], "the ActionSet to go", || {
        list(&run.name)
    })?;
    run.nothing_is_left(&mut [&mut controller], uid)?;
    let times = ground.times("last", &run.name)?;
    ensure!(times == 1, "the deferPhase ran {times} times");
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    Ok("it is gone with its pod, after its deferPhase".to_owned())
}

/// Deleted while a helper pod runs.
pub fn while_running(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::start(ground, "deletion")?;
    let (run, uid) = begun(ground, &mut controller)?;
    delete(ground, &run)?;
    gone(ground, controller, &run, &uid)
}

/// Deleted, and the controller is killed before it has done anything about it.
pub fn and_killed(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::start(ground, "deletion")?;
    let (run, uid) = begun(ground, &mut controller)?;
    delete(ground, &run)?;
    controller.kill_and_start(ground)?;
    gone(ground, controller, &run, &uid)
}

/// Deleted between the end of one controller and the start of the next.
pub fn while_nobody_runs(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::start(ground, "deletion")?;
    let (run, uid) = begun(ground, &mut controller)?;
    controller.kill()?;
    delete(ground, &run)?;
    controller.alive(ground)?;
    gone(ground, controller, &run, &uid)
}
