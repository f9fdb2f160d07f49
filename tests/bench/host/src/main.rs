//! What a call costs: `cargo xtask bench host`.
//!
//! Prints one line for each figure. Times are of this machine as it is now; nothing here
//! passes or fails.

mod figures;
mod memory;

use anyhow::Context as _;
use figures::{Figures, micros};
use kanister_api::function::GrantFile;
use kanister_host::authority::Context;
use kanister_host::call::{Invocation, Services};
use kanister_host::component::{CompiledCache, Compiler, digest_of};
use kanister_host::engine::{Engine, EngineOptions};
use kanister_host::host::{Host, HostOptions, Prepared, Request};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    println!("making the components");
    let hostile = test_guests::hostile()?;
    let hello = test_guests::hello()?;
    println!(
        "hello is {} bytes, hostile {} bytes",
        hello.len(),
        hostile.len()
    );
    calls(Arc::clone(&hostile)).await?;
    compiling(&hello).await?;
    idle(&hello).await?;
    sleeping(hostile).await
}

/// A call of the hostile component.
async fn prepared(host: &Host, attack: &str, value: Value) -> anyhow::Result<Prepared> {
    let function = host.registry().find("Hostile", "")?.function;
    let mut args = Map::new();
    args.insert("attack".to_owned(), attack.into());
    args.insert("value".to_owned(), value);
    Ok(host
        .prepare(Request {
            function: &function,
            args,
            params: json!({}),
            grants: &GrantFile::default(),
            context: &Context::default(),
            cluster: None,
        })
        .await?)
}

fn invocation(prepared: &Prepared, id: usize) -> Invocation {
    Invocation {
        id: format!("bench-{id}"),
        question: prepared.question().clone(),
        action_set: String::new(),
        action: String::new(),
        phase: String::new(),
        attempt: 1,
        deadline: None,
    }
}

async fn calls(hostile: Arc<[u8]>) -> anyhow::Result<()> {
    let host = Host::start(&HostOptions::default())?;
    println!("instances are {:?}", host.engine().allocation());
    host.install("hostile", hostile).await?;
    let nothing = prepared(&host, "nothing", Value::Null).await?;
    let mut run = Figures::default();
    for id in 0..20_000 {
        let invocation = invocation(&nothing, id);
        let services = Services::detached("bench");
        let start = Instant::now();
        let end = host.run(&nothing, &invocation, services).await;
        run.add(start.elapsed());
        end.outcome.context("a no-op")?;
    }
    run.print("instantiate + run of a no-op");
    let mut prepare = Figures::default();
    for _ in 0..2_000 {
        let start = Instant::now();
        prepared(&host, "nothing", Value::Null).await?;
        prepare.add(start.elapsed());
    }
    prepare.print("check arguments + validate + plan + authority");
    Ok(())
}

async fn compiling(hello: &Arc<[u8]>) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let engine = Engine::start(&EngineOptions::default())?;
    let digest = digest_of(hello);
    let mut compile = Figures::default();
    for _ in 0..5 {
        let compiler = Compiler::new(engine.clone(), None);
        let start = Instant::now();
        compiler.compile(digest, Arc::clone(hello)).await?;
        compile.add(start.elapsed());
    }
    compile.print("compile hello");
    let cache = CompiledCache::open(&dir.path().join("cache"), engine.compatibility())?;
    let compiler = Compiler::new(engine, Some(cache));
    compiler.compile(digest, Arc::clone(hello)).await?;
    let mut load = Figures::default();
    for _ in 0..500 {
        let start = Instant::now();
        compiler.compile(digest, Arc::clone(hello)).await?;
        load.add(start.elapsed());
    }
    load.print("load hello from the cache of compiled components");
    Ok(())
}

/// Components that differ in their last bytes, so that each is compiled and kept.
fn copies(component: &[u8], count: u32) -> impl Iterator<Item = Arc<[u8]>> + '_ {
    (0..count).map(move |number| {
        // A custom section at the end changes nothing but the digest.
        let mut section = vec![0, 6, 1, b'n'];
        section.extend_from_slice(&number.to_le_bytes());
        [component, &section].concat().into()
    })
}

async fn idle(hello: &Arc<[u8]>) -> anyhow::Result<()> {
    const COUNT: u32 = 50;
    let host = Host::start(&HostOptions::default())?;
    host.load("warm", Arc::clone(hello)).await?;
    let before = memory::resident()?;
    let mut plugins = Vec::new();
    for copy in copies(hello, COUNT) {
        plugins.push(host.load("hello", copy).await?);
    }
    let after = memory::resident()?;
    println!(
        "memory of an idle function: {} KiB ({COUNT} loaded, {} KiB before, {} KiB after)",
        after.saturating_sub(before) / u64::from(COUNT) / 1024,
        before / 1024,
        after / 1024
    );
    Ok(())
}

async fn sleeping(hostile: Arc<[u8]>) -> anyhow::Result<()> {
    const COUNT: usize = 1000;
    const ASLEEP: Duration = Duration::from_secs(5);
    let host = Arc::new(Host::start(&HostOptions::default())?);
    host.install("hostile", hostile).await?;
    let millis = u64::try_from(ASLEEP.as_millis())?;
    let sleep = Arc::new(prepared(&host, "sleep", millis.into()).await?);
    let before = memory::resident()?;
    let start = Instant::now();
    let calls: Vec<_> = (0..COUNT)
        .map(|id| {
            let (host, sleep) = (Arc::clone(&host), Arc::clone(&sleep));
            tokio::spawn(async move {
                let invocation = invocation(&sleep, id);
                host.run(&sleep, &invocation, Services::detached("bench"))
                    .await
                    .outcome
            })
        })
        .collect();
    tokio::time::sleep(ASLEEP / 2).await;
    let asleep = memory::resident()?;
    for call in calls {
        call.await?.context("a sleeper")?;
    }
    let all = start.elapsed();
    println!(
        "{COUNT} calls that sleep {} s at one time: done in {:.2} s, {} KiB each while they sleep",
        ASLEEP.as_secs(),
        all.as_secs_f64(),
        asleep.saturating_sub(before) / COUNT as u64 / 1024
    );
    println!(
        "of which not sleeping: {}",
        micros(all.saturating_sub(ASLEEP))
    );
    Ok(())
}
