//! Measures a controller on a real API server: ActionSets that do nothing, alone and many at once,
//! beside a raw writer that does the same writes; then its start and its memory with many finished
//! ActionSets, and what it asks for when nothing happens.
//!
//! `cargo xtask bench kubernetes` starts a cluster and runs this inside.

mod api;
mod controller;
mod load;
mod raw;
mod sample;
mod watch;

use anyhow::Context as _;
use api::{NAMESPACE, action_sets, count, events};
use clap::Parser;
use controller::Controller;
use load::Load;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use watch::Watched;

/// Measures a controller on a real API server.
#[derive(Parser)]
#[command(name = "cargo xtask bench kubernetes")]
struct Arguments {
    /// ActionSets one after another
    #[arg(long, default_value_t = 100)]
    alone: usize,
    /// Milliseconds between the end of one and the creation of the next: the events of one are written
    /// a little after it and are no part of the next
    #[arg(long, default_value_t = 250)]
    pause: u64,
    /// ActionSets at once
    #[arg(long, default_value_t = 1000)]
    count: usize,
    /// ActionSets that have ended when the controller starts
    #[arg(long, default_value_t = 10_000)]
    finished: usize,
    /// Clients that create ActionSets, and that write what the controller writes
    #[arg(long, default_value_t = 8)]
    writers: usize,
    /// Seconds for which nothing happens
    #[arg(long, default_value_t = 20)]
    idle: u64,
    /// Exit with an error where a figure misses its target
    #[arg(long)]
    strict: bool,
    /// The program
    #[arg(long, value_name = "FILE")]
    kanister: PathBuf,
    /// Where compiled components are kept
    #[arg(long, value_name = "DIR")]
    cache: PathBuf,
    /// Where the controller's logs are kept
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
}

/// How long events may take to be written once the last run has ended.
const EVENTS: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another TLS provider is installed already"))?;
    let client = kube::Client::try_default()
        .await
        .context("no cluster is configured; `cargo xtask bench kubernetes` starts one")?;
    let missed = measure(&arguments, &client).await?;
    if arguments.strict && missed > 0 {
        anyhow::bail!("{missed} figures miss their targets");
    }
    Ok(())
}

/// Measures everything; answers how many figures miss their targets.
async fn measure(arguments: &Arguments, client: &kube::Client) -> anyhow::Result<usize> {
    let mut report = Report::default();
    let folder = tempfile::tempdir()?;
    let logs = arguments.logs.as_deref().unwrap_or(folder.path());
    std::fs::create_dir_all(logs)?;
    println!("etcd: {}", controller::etcd()?);
    api::prepare(client).await?;
    let start = |name: &str| {
        let log = logs.join(format!("controller-{name}.log"));
        Controller::start(&arguments.kanister, &arguments.cache, log)
    };
    let mut first = start("first").await?;
    first.ready().await?;
    api::blueprint(client).await?;
    let watched = Watched::start(client.clone()).await?;
    let load = Load::new(client.clone(), watched.clone(), arguments.writers);

    // The first one loads what the others find loaded.
    let pause = Duration::from_millis(arguments.pause);
    load.alone("warm", 3, pause).await?;
    let alone = load.alone("alone", arguments.alone, pause).await?;
    report.line(
        format!(
            "one alone, {} of them: p50 {:.1} ms, p99 {:.1} ms (target: p50 below 30)",
            arguments.alone,
            sample::at(&alone.times, 0.5),
            sample::at(&alone.times, 0.99)
        ),
        sample::at(&alone.times, 0.5) < 30.0,
    );
    println!("milliseconds until each version was seen, p50: {alone}");
    let writes = raw::recorded(client, &watched, "alone-0").await?;
    println!("the writes of one: {writes}");
    let floor = raw::alone(client, &writes, arguments.alone, pause).await?;
    println!(
        "the raw writer needs for these, without reading anything or running a function: p50 {:.1} ms, p99 {:.1} ms",
        sample::at(&floor, 0.5),
        sample::at(&floor, 0.99)
    );

    quiet(&first).await?;
    let before = (
        first.requests().await?,
        count(client, &events(NAMESPACE)).await?,
    );
    let began = Instant::now();
    let ours = load.many("many", arguments.count).await?;
    quiet(&first).await?;
    let after = (
        first.requests().await?,
        count(client, &events(NAMESPACE)).await?,
    );
    let leases = began.elapsed().as_secs() / 3 + 1;
    let few = raw::write(client, &writes, arguments.count, arguments.writers).await?;
    let many = raw::write(client, &writes, arguments.count, 4 * arguments.writers).await?;
    let raw = few.max(many);
    report.line(
        format!(
            "{} at once, {} creating: {ours:.1}/s; a raw writer with the same writes: {few:.1}/s, \
             with four times as many at once {many:.1}/s; {:.0} % of the better (target: at least 60)",
            arguments.count,
            arguments.writers,
            100.0 * ours / raw
        ),
        ours >= 0.6 * raw,
    );
    let sets = arguments.count as f64;
    let sent = (after.0.writes - before.0.writes).saturating_sub(leases) as f64 / sets;
    let versions = watched.versions("many", arguments.count) as f64 / sets;
    let told = (after.1 - before.1) as f64 / sets;
    report.line(
        format!(
            "writes of the controller for each: {sent:.2}, of them {:.2} that changed the ActionSet \
             and {told:.2} events (target: at most 10, and none that changes nothing)",
            versions - 1.0,
        ),
        sent <= 10.0 && sent <= versions - 1.0 + told + 0.01,
    );
    println!(
        "resident after that: {:.0} MB, at most {:.0} MB",
        first.memory("VmRSS")?,
        first.memory("VmHWM")?
    );
    let idle = Duration::from_secs(arguments.idle);
    let before = first.requests().await?;
    tokio::time::sleep(idle).await;
    let rate = (first.requests().await?.all - before.all) as f64 / idle.as_secs_f64();
    report.line(
        format!("API requests when nothing happens: {rate:.2}/s (target: below 5)"),
        rate < 5.0,
    );
    let failed = watched.failed();
    report.line(
        format!("failed ActionSets: {}", failed.len()),
        failed.is_empty(),
    );
    for why in failed.iter().take(3) {
        println!("  {why}");
    }
    first.stop().await?;

    raw::fill(client, &writes, arguments.finished, arguments.writers).await?;
    let there = count(client, &action_sets(NAMESPACE)).await?;
    let mut second = start("second").await?;
    let ready = second.ready().await?;
    let one = load.alone("after", 1, pause).await?;
    report.line(
        format!(
            "from start to ready with {there} finished ActionSets: {:.2} s (target: below 5); \
             one that is created then: {:.1} ms",
            ready.as_secs_f64(),
            sample::at(&one.times, 0.5)
        ),
        ready < Duration::from_secs(5),
    );
    tokio::time::sleep(Duration::from_secs(3)).await;
    let resident = second.memory("VmRSS")?;
    report.line(
        format!(
            "resident then: {resident:.0} MB, at most {:.0} MB (target: below 150)",
            second.memory("VmHWM")?
        ),
        resident < 150.0,
    );
    second.stop().await?;
    println!("namespace {NAMESPACE}: {there} ActionSets are left to the cluster's end");
    Ok(report.missed)
}

/// Prints figures and remembers which miss their targets.
#[derive(Default)]
struct Report {
    missed: usize,
}

impl Report {
    fn line(&mut self, text: String, met: bool) {
        println!("{} {text}", if met { "met   " } else { "MISSED" });
        self.missed += usize::from(!met);
    }
}

/// Waits until the controller writes nothing but its lease: events are written beside the runs.
async fn quiet(controller: &Controller) -> anyhow::Result<()> {
    let until = Instant::now() + EVENTS;
    let mut before = controller.requests().await?.writes;
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = controller.requests().await?.writes;
        if now <= before + 1 {
            return Ok(());
        }
        before = now;
    }
    anyhow::bail!("the controller does not come to rest")
}
