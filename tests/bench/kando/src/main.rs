//! Measures `kando location push` and `pull` beside `cp` and `sha256sum`, all in one run on the same
//! bytes: on a folder, on `s3s-fs` in this process, and on moto.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use store_tests::server::{Server, folder, moto, s3s_fs};
use tokio::process::{Child, Command};

/// Measure kando against cp and sha256sum
#[derive(Parser)]
struct Args {
    /// The program
    #[arg(long)]
    kando: PathBuf,
    /// How many MiB
    #[arg(long, default_value_t = 1024)]
    mib: usize,
    /// How often; the best time counts
    #[arg(long, default_value_t = 3)]
    times: u32,
    /// Also on moto, which is slower than what is measured
    #[arg(long)]
    moto: bool,
    /// Where the files are
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

struct Measured {
    time: Duration,
    peak_kib: u64,
}

/// The largest resident size of a process so far; 0 once it is gone.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

async fn watch(mut child: Child) -> Result<u64> {
    let pid = child.id().context("it has ended")?;
    let mut most = 0;
    loop {
        tokio::select! {
            status = child.wait() => {
                ensure!(status?.success(), "it failed");
                return Ok(most);
            }
            () = tokio::time::sleep(Duration::from_millis(10)) => most = most.max(peak(pid)),
        }
    }
}

async fn best(times: u32, command: impl Fn() -> Command) -> Result<Measured> {
    let mut best: Option<Measured> = None;
    for _ in 0..times {
        let begin = Instant::now();
        let child = command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let peak_kib = watch(child).await?;
        let time = begin.elapsed();
        let most = best.as_ref().map_or(0, |b| b.peak_kib).max(peak_kib);
        let least = best.as_ref().map_or(time, |b| b.time.min(time));
        best = Some(Measured {
            time: least,
            peak_kib: most,
        });
    }
    best.context("not measured")
}

fn report(name: &str, mib: usize, measured: &Measured, limit: Option<f64>) -> f64 {
    let speed = mib as f64 / measured.time.as_secs_f64();
    let share = limit.map_or_else(String::new, |l| format!("{:5.0} %", 100.0 * speed / l));
    let peak = measured.peak_kib as f64 / 1024.0;
    println!("{name:<24} {speed:8.0} MiB/s {peak:8.1} MiB peak {share}");
    speed
}

fn same(a: &Path, b: &Path) -> Result<()> {
    let status = std::process::Command::new("cmp").arg(a).arg(b).status()?;
    ensure!(status.success(), "what was pulled differs");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let work = tempfile::tempdir_in(&args.folder)?;
    let (source, copy) = (work.path().join("source"), work.path().join("copy"));
    std::fs::write(&source, store_tests::pattern(args.mib << 20))?;
    let run = |program: &'static str, arguments: Vec<PathBuf>| {
        move || {
            let mut command = Command::new(program);
            command.args(&arguments);
            command
        }
    };
    let cp = best(args.times, run("cp", vec![source.clone(), copy.clone()])).await?;
    let copying = report("cp", args.mib, &cp, None);
    let hash = best(args.times, run("sha256sum", vec![source.clone()])).await?;
    let hashing = report("sha256sum", args.mib, &hash, None);
    println!("shares are of the slower of the two");
    let limit = copying.min(hashing);
    let mut servers: Vec<Server> = vec![folder()?, s3s_fs().await?];
    if args.moto {
        servers.push(moto().await?.map_err(anyhow::Error::msg)?);
    }
    for server in servers {
        let mut settings = server.settings.clone();
        if server.address.is_none() {
            settings.bucket = work.path().display().to_string();
        }
        let profile = settings.json();
        let location = |verb: &'static str, path: &Path| {
            let (profile, path, kando) = (profile.clone(), path.to_owned(), args.kando.clone());
            move || {
                let mut command = Command::new(&kando);
                command.args(["location", verb]).arg(&path);
                command.args(["--path", "bench/object", "--profile", &profile]);
                command
            }
        };
        let push = best(args.times, location("push", &source)).await?;
        report(
            &format!("push to {}", server.name),
            args.mib,
            &push,
            Some(limit),
        );
        std::fs::remove_file(&copy).ok();
        let pull = best(args.times, location("pull", &copy)).await?;
        report(
            &format!("pull from {}", server.name),
            args.mib,
            &pull,
            Some(limit),
        );
        same(&source, &copy)?;
    }
    Ok(())
}
