//! `cargo xtask bench run`: what a run costs on this machine as it is now.

mod binary;
mod stage;
mod store;

use anyhow::ensure;
use clap::Parser;
use futures::StreamExt as _;
use stage::Stage;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Phases of the longer one of two Blueprints, from whose difference the time of a phase comes.
const PHASES: usize = 11;

/// What a run costs.
#[derive(Parser)]
struct Options {
    /// The folder with the components of the built-in functions
    #[arg(long, env = "KANISTER_COMPONENTS", default_value = "target/components")]
    components: PathBuf,

    /// The binary
    #[arg(long, default_value = "target/release/kanister")]
    kanister: PathBuf,

    /// How many ActionSets
    #[arg(long, default_value_t = 1000)]
    count: usize,

    /// How many of them at a time
    #[arg(long, default_value_t = 32)]
    at_once: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options {
        components,
        kanister,
        count,
        at_once,
    } = Options::parse();
    let stage = Stage::start(&components, PHASES).await?;
    println!("no-op ActionSets (WaitV2 on a namespace that is there) in the embedded cluster:");

    let mut alone = Vec::new();
    for number in 0..50 {
        alone.push(stage.run("one", &format!("alone-{number}")).await?);
    }
    println!("  alone, one phase: p50 {}", shown(middle(&mut alone)));
    let mut long = Vec::new();
    for number in 0..20 {
        long.push(stage.run("many", &format!("long-{number}")).await?);
    }
    let difference = middle(&mut long).saturating_sub(middle(&mut alone));
    let phases = u32::try_from(PHASES - 1)?;
    println!("  each further phase: {}", shown(difference / phases));

    let before = stage.writes();
    let begun = Instant::now();
    let ended: Vec<_> = futures::stream::iter(0..count)
        .map(|number| {
            let stage = &stage;
            async move { stage.run("one", &format!("many-{number}")).await }
        })
        .buffer_unordered(at_once)
        .collect()
        .await;
    let spent = begun.elapsed();
    let complete = ended.iter().filter(|end| end.is_ok()).count();
    ensure!(complete == count, "only {complete} of {count} are complete");
    let (rate, writes) = (
        count as f64 / spent.as_secs_f64(),
        (stage.writes() - before) as f64 / count as f64,
    );
    println!("  {count}, {at_once} at a time: {rate:.0} per second, {writes:.1} writes each");
    println!(
        "  memory of engine and cluster with them all finished: {} MB",
        resident()? / 1000
    );
    stage.end().await;

    let first = binary::first_output(&kanister)?;
    println!("`kanister run` of such an ActionSet, warm:");
    println!(
        "  first output after {}, complete after {}",
        shown(first.output),
        shown(first.end)
    );
    Ok(())
}

fn middle(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Memory of this process in kB.
fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    Ok(number.unwrap_or("0").parse()?)
}
