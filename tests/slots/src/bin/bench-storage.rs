//! How fast bytes pass between commands and stores, and that they do not enter the function:
//! `cargo xtask bench storage`.
//!
//! Prints one line for each way. The function's memory and what one call of the host may copy are
//! limited to far less than what passes, so a way through the function would fail.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use kanister_devcluster::{SUPERVISE, supervise};
use kanister_storage::{Chunk, Location, Profile, ReadRange, WriteOptions};
use serde_json::{Value, json};
use slot_tests::{Machine, POD, TIGHT, World, location, output, put};
use store_tests::pattern;
use store_tests::server::{folder, s3s_fs};

/// Measure how fast bytes pass between commands and stores
#[derive(Parser)]
struct Args {
    /// How many MiB
    #[arg(long, default_value_t = 512)]
    mib: usize,
    /// How often; the best time counts
    #[arg(long, default_value_t = 3)]
    times: u32,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(SUPERVISE) {
        return supervise();
    }
    let args = Args::parse();
    let done = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(measure(&args)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(args: &Args) -> Result<()> {
    let Args { mib, times } = *args;
    let machine = Machine::start(std::env::current_exe()?).await?;
    let mut world = World::new(TIGHT).await?;
    world.cluster = Some(machine.host());
    let (from, to) = (folder()?, folder()?);
    let s3 = s3s_fs().await?;
    let from = from.settings.profile()?;
    put(&location(&from)?, "from/object", pattern(mib << 20)).await?;
    let print = |name: &str, time: Duration, memory: Option<u64>| {
        let speed = mib as f64 / time.as_secs_f64();
        let memory = memory.map_or_else(String::new, |bytes| {
            format!(
                "{:8.0} KiB of memory in the function",
                bytes as f64 / 1024.0
            )
        });
        println!("{name:<44} {speed:6.0} MiB/s {memory}");
    };
    let dump = format!("head -c {} /dev/zero", mib << 20);
    for (name, to) in [
        ("folder", to.settings.profile()?),
        ("s3s-fs", s3.settings.profile()?),
    ] {
        let exec = json!({
            "operation": "exec", "key": "dump", "pod": POD, "command": ["sh", "-c", dump],
        });
        let (time, memory) = routed(&world, times, &to, &from, exec).await?;
        print(&format!("command → host → {name}"), time, Some(memory));
        let copy = json!({"operation": "copy", "key": "object"});
        let (time, memory) = routed(&world, times, &to, &from, copy).await?;
        print(&format!("folder → host → {name}"), time, Some(memory));
        let time = direct(times, &location(&to)?, &location(&from)?).await?;
        print(
            &format!("folder → {name}, without host and function"),
            time,
            None,
        );
    }
    machine.stop().await;
    Ok(())
}

/// The best time, and the function's memory at the end.
async fn routed(
    world: &World,
    times: u32,
    to: &Profile,
    from: &Profile,
    args: Value,
) -> Result<(Duration, u64)> {
    let (mut best, mut memory) = (Duration::MAX, 0);
    for _ in 0..times {
        let begin = Instant::now();
        let end = world.run(Some(to), from, args.clone()).await?;
        best = best.min(begin.elapsed());
        memory = end.memory;
        output(end)?;
    }
    Ok((best, memory))
}

/// The best time of the same copy with the library of stores alone.
async fn direct(times: u32, to: &Location, from: &Location) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..times {
        let begin = Instant::now();
        let mut download = from.read("from/object", ReadRange::default()).await?;
        let options = WriteOptions {
            sha256: true,
            ..WriteOptions::default()
        };
        let mut upload = to.write("direct", options)?;
        while let Chunk::Data(bytes) = download.chunk().await? {
            upload.append(bytes).await?;
        }
        upload.commit(None).await?;
        best = best.min(begin.elapsed());
    }
    Ok(best)
}
