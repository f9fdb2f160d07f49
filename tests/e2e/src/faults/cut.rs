//! The connection of a command breaks while its output is stored.

use std::process::Command;

use anyhow::{bail, ensure};

use super::controller::Controller;
use super::ground::Ground;
use super::proxy::Proxy;
use super::run::{End, Run, round_trip};
use crate::boot::{kubectl, output};

/// What the command prints.
const SIZE: u64 = 1 << 30;

/// What `truncated` is called where people read it.
const TRUNCATED: &str = "the bytes ended before they were complete";

/// Cut half-way: nothing is stored, and nobody says that it was. Not cut: what is stored is what
/// was printed.
pub fn half_way(ground: &Ground<'_>) -> anyhow::Result<String> {
    let proxy = Proxy::start()?;
    let mut controller = Controller::at_port(ground, "cut", proxy.port)?;
    // Its first connections carry what it reads at its start.
    round_trip(ground, &mut [&mut controller])?;
    proxy.cut_after(SIZE / 2);
    let run = Run::stream(ground)?;
    let End::Failed(why) = run.end(&mut [&mut controller])? else {
        bail!("it is complete, and the connection was cut");
    };
    ensure!(proxy.has_cut(), "it failed before the cut: {why}");
    ensure!(why.contains(TRUNCATED), "{why}");
    let stored = |run: &Run<'_>| ground.store().join("store").join(&run.name);
    ensure!(!stored(&run).exists(), "a part of it is stored");
    let again = Run::stream(ground)?;
    if let End::Failed(why) = again.end(&mut [&mut controller])? {
        bail!("it failed without a cut: {why}");
    }
    let file = stored(&again);
    let length = std::fs::metadata(&file)?.len();
    ensure!(length == SIZE, "{length} bytes are stored");
    let sum = output(Command::new("md5sum").arg(&file))?;
    let mut print = kubectl(ground.config);
    let script = format!("{} | md5sum", super::objects::PRINT);
    print.args(["exec", "-n", super::objects::SHOP, "printer", "--"]);
    print.args(["sh", "-c", &script]);
    let printed = output(&mut print)?;
    let first = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    ensure!(first(&sum) == first(&printed), "other bytes are stored");
    std::fs::remove_file(&file)?;
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    Ok(why)
}
