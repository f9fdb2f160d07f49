//! Two controllers at once: one leads, and the other one takes over.

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::Signal;

use super::controller::Controller;
use super::ground::{Ground, NAMESPACE};
use super::run::{End, Run, round_trip, text};

/// Runs that go on at once.
const RUNS: usize = 8;

/// Two controllers with the product's own lease, the leader first.
fn pair(ground: &Ground<'_>) -> anyhow::Result<(Controller, Controller)> {
    let first = Controller::with_default_lease(ground, "left")?;
    let leads = |controller: &Controller| {
        holder(ground).is_some_and(|holder| holder.starts_with(&controller.identity()))
    };
    ground.wait(&mut [], "a leader", || leads(&first))?;
    let second = Controller::with_default_lease(ground, "right")?;
    ground.wait(&mut [], "one that stands by", || {
        let log = second.log(ground);
        log.is_ok_and(|log| log.contains("standing by"))
    })?;
    Ok((first, second))
}

fn lease(ground: &Ground<'_>) -> Option<serde_json::Value> {
    let leases = "/apis/coordination.k8s.io/v1/namespaces";
    ground.get(&format!("{leases}/{NAMESPACE}/leases/kanister-controller"))
}

fn holder(ground: &Ground<'_>) -> Option<String> {
    let lease = lease(ground)?;
    text(&lease, "/spec/holderIdentity").map(str::to_owned)
}

/// Many backups, of which `fault` catches some in the middle.
fn many(
    ground: &Ground<'_>,
    fault: impl FnOnce(Controller) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let (first, mut second) = pair(ground)?;
    let seconds = lease(ground).and_then(|it| it.pointer("/spec/leaseDurationSeconds")?.as_i64());
    ensure!(seconds >= Some(15), "the lease is {seconds:?} s by default");
    let runs = (0..RUNS).map(|_| Run::backup(ground));
    let runs = runs.collect::<anyhow::Result<Vec<_>>>()?;
    ground.wait(&mut [], "the first run's second phase", || {
        let set = runs.first().and_then(|run| ground.action_set(&run.name));
        set.is_some_and(|set| text(&set, "/status/actions/0/phases/0/state") == Some("complete"))
    })?;
    fault(first)?;
    let (mut complete, mut reasons) = (0, Vec::new());
    for run in &runs {
        match run.end(&mut [&mut second])? {
            End::Complete => complete += 1,
            End::Failed(why) => {
                ensure!(why.contains("cannot be called again"), "{why}");
                reasons.push(why);
            }
        }
    }
    let leader = holder(ground).context("nobody leads")?;
    ensure!(
        leader.starts_with(&second.identity()),
        "{leader} leads in the end"
    );
    round_trip(ground, &mut [&mut second])?;
    second.end()?;
    Ok(format!(
        "{complete} of {RUNS} complete, {} failed with a reason",
        reasons.len()
    ))
}

/// The leader is killed.
pub fn killed(ground: &Ground<'_>) -> anyhow::Result<String> {
    many(ground, |mut first| first.kill())
}

/// The leader is told to end: what it runs is handed over, and nothing fails.
pub fn ended(ground: &Ground<'_>) -> anyhow::Result<String> {
    let told = many(ground, Controller::end)?;
    ensure!(told.contains("0 failed"), "{told}");
    Ok(told)
}

/// The leader is frozen for longer than its lease, and must not go on afterwards.
pub fn frozen(ground: &Ground<'_>) -> anyhow::Result<String> {
    let (mut first, mut second) = pair(ground)?;
    let run = Run::task(ground, 40)?;
    run.under_way(&mut second)?;
    first.signal(Signal::SIGSTOP)?;
    ground.wait(&mut [], "the other one to lead", || {
        holder(ground).is_some_and(|holder| holder.starts_with(&second.identity()))
    })?;
    first.signal(Signal::SIGCONT)?;
    let code = first.ended()?;
    ensure!(
        code == Some(1),
        "the one that was frozen ends with {code:?}"
    );
    let end = run.end(&mut [&mut second])?;
    ensure!(ground.times("last", &run.name)? == 1, "no deferPhase");
    round_trip(ground, &mut [&mut second])?;
    second.end()?;
    match end {
        End::Complete => Ok("complete, and the one that was frozen ended".to_owned()),
        End::Failed(why) => bail!("it failed, where the other one could go on: {why}"),
    }
}
