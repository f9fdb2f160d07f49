//! A controller that is killed.

use std::time::Duration;

use anyhow::{bail, ensure};

use super::controller::Controller;
use super::ground::Ground;
use super::run::{End, Run, round_trip};

/// Within which a transition comes, if it comes at all.
const TRANSITION: Duration = Duration::from_secs(60);

/// What holds without any fault.
pub fn none(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::start(ground, "calm")?;
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    Ok("the data comes back".to_owned())
}

/// Killed at the first transition, at the second, and so on until a run ends before that.
pub fn at_every_border(ground: &Ground<'_>) -> anyhow::Result<String> {
    let (mut complete, mut failed) = (0, Vec::new());
    let mut controller = Controller::start(ground, "border")?;
    for border in 1.. {
        ground.in_pod("head -c 3000 /dev/urandom > /data/content")?;
        let run = Run::backup(ground)?;
        let killed = run.transitions()?.reach(border, TRANSITION);
        if killed {
            controller.kill_and_start(ground)?;
        }
        match run.end(&mut [&mut controller])? {
            End::Complete => {
                complete += 1;
                run.restore(&mut [&mut controller])?;
            }
            End::Failed(why) => {
                ensure!(why.contains("cannot be called again"), "{why}");
                failed.push(border.to_string());
                round_trip(ground, &mut [&mut controller])?;
            }
        }
        if !killed {
            let borders = border - 1;
            ensure!(borders >= 8, "there were {borders} transitions only");
            controller.end()?;
            return Ok(format!(
                "{borders} borders, {complete} complete, failed with a reason at {}",
                failed.join(", ")
            ));
        }
    }
    bail!("no end of transitions")
}

/// Killed while a command runs that must not run again.
pub fn inside_command(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::start(ground, "inside")?;
    let run = Run::command(ground, "app", 60)?;
    run.under_way(&mut controller)?;
    controller.kill_and_start(ground)?;
    let End::Failed(why) = run.end(&mut [&mut controller])? else {
        bail!("it is complete, and nobody can know that the command ended");
    };
    ensure!(why.contains("cannot be called again"), "{why}");
    ensure!(ground.times("last", &run.name)? == 1, "no deferPhase");
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    Ok(why)
}

/// Killed while a helper pod runs.
pub fn inside_task(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::start(ground, "inside")?;
    let run = Run::task(ground, 60)?;
    run.under_way(&mut controller)?;
    controller.kill_and_start(ground)?;
    let end = run.end(&mut [&mut controller])?;
    ensure!(ground.times("last", &run.name)? == 1, "no deferPhase");
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    Ok(match end {
        End::Complete => "the next one went on with the pod".to_owned(),
        End::Failed(why) => why,
    })
}
