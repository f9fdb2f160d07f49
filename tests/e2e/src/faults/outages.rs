//! Parts of the cluster that are gone for a while.

use std::time::Duration;

use anyhow::{bail, ensure};
use nix::sys::signal::Signal;

use super::controller::Controller;
use super::ground::{Ground, NAMESPACE};
use super::objects;
use super::run::{End, Run, round_trip};
use crate::boot::wait_for_api;
use crate::components::Component;

/// A run that is in the middle of a helper pod while a part of the cluster is gone.
pub fn during_task(
    ground: &Ground<'_>,
    name: &str,
    outage: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let mut controller = Controller::with_default_lease(ground, name)?;
    let run = Run::task(ground, 20)?;
    run.under_way(&mut controller)?;
    outage()?;
    let end = run.end(&mut [&mut controller])?;
    ensure!(ground.times("last", &run.name)? == 1, "no deferPhase");
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    match end {
        End::Complete => Ok("complete".to_owned()),
        End::Failed(why) => bail!("it failed, where it could have waited: {why}"),
    }
}

/// A run that is in the middle of a command while a part of the cluster is gone.
fn during_command(
    ground: &Ground<'_>,
    outage: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let mut controller = Controller::with_default_lease(ground, "command")?;
    let run = Run::command(ground, "app", 15)?;
    run.under_way(&mut controller)?;
    outage()?;
    let end = run.end(&mut [&mut controller])?;
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    match end {
        End::Complete => bail!("it is complete, and nobody can know that the command ended"),
        End::Failed(why) => Ok(why),
    }
}

/// Killed and started again, in the middle of a helper pod and of a command.
pub fn api_server(ground: &Ground<'_>) -> anyhow::Result<String> {
    let restart = || {
        let api = Component::KubeApiserver;
        api.stop(ground.config, Signal::SIGKILL)?;
        std::thread::sleep(Duration::from_secs(2));
        drop(api.start(ground.config)?);
        wait_for_api(ground.config)
    };
    let task = during_task(ground, "api", restart)?;
    let command = during_command(ground, restart)?;
    Ok(format!("task {task}; command: {command}"))
}

/// Stopped, and started after ten seconds.
pub fn etcd(ground: &Ground<'_>) -> anyhow::Result<String> {
    during_task(ground, "etcd", || {
        Component::Etcd.stop(ground.config, Signal::SIGTERM)?;
        std::thread::sleep(Duration::from_secs(10));
        drop(Component::Etcd.start(ground.config)?);
        wait_for_api(ground.config)
    })
}

/// Stopped, and started after ten seconds, in the middle of a helper pod and of a command.
pub fn kubelet(ground: &Ground<'_>) -> anyhow::Result<String> {
    let restart = || {
        Component::Kubelet.stop(ground.config, Signal::SIGTERM)?;
        std::thread::sleep(Duration::from_secs(10));
        drop(Component::Kubelet.start(ground.config)?);
        Ok(())
    };
    let task = during_task(ground, "kubelet", restart)?;
    let command = during_command(ground, restart)?;
    Ok(format!("task {task}; command: {command}"))
}

/// The pod in which a command runs is deleted.
pub fn pod_deleted(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::with_default_lease(ground, "pod")?;
    ground.apply(&objects::pod(NAMESPACE, "victim"))?;
    let wait = ["--for=condition=Ready", "--timeout=120s"];
    ground.kubectl(&[["wait", "pod/victim"], wait].concat())?;
    let run = Run::command(ground, "victim", 60)?;
    let ran = || ground.kubectl(&["exec", "victim", "--", "cat", "/data/log"]);
    ground.wait(&mut [&mut controller], "the command to begin", || {
        ran().is_ok_and(|log| log.contains("slow-"))
    })?;
    ground.kubectl(&["delete", "pod", "victim", "--grace-period=0", "--force"])?;
    let End::Failed(why) = run.end(&mut [&mut controller])? else {
        bail!("it is complete, and its pod was deleted");
    };
    ensure!(ground.times("last", &run.name)? == 1, "no deferPhase");
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    Ok(why)
}
