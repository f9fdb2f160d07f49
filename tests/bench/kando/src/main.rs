//! Measures `kando location push` and `pull` beside `cp` and `sha256sum`, all in one run on the same
//! bytes: on a folder, on `s3s-fs`, and on moto. On servers also beside clients without anything
//! around them, since a slow server is as slow for all.

mod raw;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use store_tests::profile::Settings;
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
    /// Only pass so many GiB through a pipe, once, and say how much memory that took
    #[arg(long)]
    stream: Option<u64>,
    /// Where the files are
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// Only send this file as the plain client; what the bench itself calls
    #[arg(long, hide = true, requires = "settings")]
    raw: Option<PathBuf>,
    /// Bucket, endpoint, id and secret for it
    #[arg(long, hide = true, num_args = 4)]
    settings: Vec<String>,
}

impl Args {
    fn raw_settings(&self) -> Result<Settings> {
        let [bucket, endpoint, id, secret] = self.settings.as_slice() else {
            anyhow::bail!("bucket, endpoint, id and secret are needed");
        };
        Ok(Settings {
            kind: "s3Compliant",
            bucket: bucket.clone(),
            endpoint: endpoint.clone(),
            prefix: String::new(),
            pair: (id.clone(), secret.clone()),
        })
    }
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

async fn once(command: &mut Command) -> Result<Measured> {
    let begin = Instant::now();
    let peak_kib = watch(command.spawn()?).await?;
    Ok(Measured {
        time: begin.elapsed(),
        peak_kib,
    })
}

async fn best(times: u32, command: impl Fn() -> Command) -> Result<Measured> {
    let mut best: Option<Measured> = None;
    for _ in 0..times {
        let mut command = command();
        let Measured { time, peak_kib } =
            once(command.stdin(Stdio::null()).stdout(Stdio::null())).await?;
        let most = best.as_ref().map_or(0, |b| b.peak_kib).max(peak_kib);
        let least = best.as_ref().map_or(time, |b| b.time.min(time));
        best = Some(Measured {
            time: least,
            peak_kib: most,
        });
    }
    best.context("not measured")
}

fn report(name: &str, mib: usize, measured: &Measured, limits: &[(&str, f64)]) -> f64 {
    let speed = mib as f64 / measured.time.as_secs_f64();
    let shares: String = limits
        .iter()
        .map(|(of, limit)| format!(" {:5.0} % of {of}", 100.0 * speed / limit))
        .collect();
    let peak = measured.peak_kib as f64 / 1024.0;
    println!("{name:<26} {speed:8.0} MiB/s {peak:8.1} MiB peak{shares}");
    speed
}

/// How fast clients send `file` that do nothing else: the plain library in parts, and curl at once.
async fn plain(args: &Args, server: &Server, file: &Path) -> Result<Vec<(&'static str, f64)>> {
    if server.address.is_none() {
        return Ok(Vec::new());
    }
    let Settings {
        bucket,
        endpoint,
        pair: (id, secret),
        ..
    } = &server.settings;
    let own = std::env::current_exe()?;
    let raw = best(args.times, || {
        let mut command = Command::new(&own);
        command.arg("--kando").arg(&args.kando);
        command.arg("--raw").arg(file);
        command
            .arg("--settings")
            .args([bucket, endpoint, id, secret]);
        command
    })
    .await?;
    let raw = report("plain library, in parts", args.mib, &raw, &[]);
    let url = raw::url(&server.settings).await?;
    let curl = best(args.times, || {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--fail", "--upload-file"]);
        command.arg(file).arg(&url);
        command
    })
    .await;
    let mut limits = vec![("plain", raw)];
    match curl {
        Ok(curl) => limits.push(("curl", report("curl, in one request", args.mib, &curl, &[]))),
        Err(error) => println!("not measured with curl: {error:#}"),
    }
    Ok(limits)
}

/// Pushes from a pipe, whose length nobody knows, and pulls into one.
async fn stream(args: &Args, gib: u64, work: &Path) -> Result<()> {
    for server in [folder()?, s3s_fs().await?] {
        let mut settings = server.settings.clone();
        if server.address.is_none() {
            settings.bucket = work.display().to_string();
        }
        let kando = |verb: &str| {
            let mut command = Command::new(&args.kando);
            command.args(["location", verb, "-", "--path", "bench/stream"]);
            command.args(["--profile", &settings.json()]);
            command
        };
        let bytes = (gib << 30).to_string();
        let mut head = std::process::Command::new("head");
        let mut head = head
            .args(["-c", &bytes, "/dev/zero"])
            .stdout(Stdio::piped())
            .spawn()?;
        let from = head.stdout.take().context("no pipe")?;
        let push = once(kando("push").stdin(from)).await?;
        ensure!(head.wait()?.success(), "head failed");
        let mib = usize::try_from(gib << 10)?;
        report(&format!("push to {}, pipe", server.name), mib, &push, &[]);
        let mut cmp = std::process::Command::new("cmp");
        let mut cmp = cmp
            .args(["-n", &bytes, "-", "/dev/zero"])
            .stdin(Stdio::piped())
            .spawn()?;
        let to = cmp.stdin.take().context("no pipe")?;
        let pull = once(kando("pull").stdout(to)).await?;
        ensure!(cmp.wait()?.success(), "what was pulled differs");
        report(&format!("pull from {}, pipe", server.name), mib, &pull, &[]);
    }
    Ok(())
}

fn same(a: &Path, b: &Path) -> Result<()> {
    let status = std::process::Command::new("cmp").arg(a).arg(b).status()?;
    ensure!(status.success(), "what was pulled differs");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    // For the plain client; an error would say that it has one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if let Some(file) = &args.raw {
        return raw::push(&args.raw_settings()?, file).await;
    }
    let work = tempfile::tempdir_in(&args.folder)?;
    if let Some(gib) = args.stream {
        return stream(&args, gib, work.path()).await;
    }
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
    let copying = report("cp", args.mib, &cp, &[]);
    // The folder promises that an object is on the disk when the push ends: so does this copy.
    let script = "cp \"$0\" \"$1\" && sync \"$1\"";
    let arguments = vec!["-c".into(), script.into(), source.clone(), copy.clone()];
    let synced = best(args.times, run("sh", arguments)).await?;
    let syncing = report("cp and sync", args.mib, &synced, &[]);
    let hash = best(args.times, run("sha256sum", vec![source.clone()])).await?;
    let hashing = report("sha256sum", args.mib, &hash, &[]);
    let limit = match copying < hashing {
        true => ("cp", copying),
        false => ("sha256sum", hashing),
    };
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
        let mut limits = vec![limit];
        if server.address.is_none() {
            limits.push(("cp and sync", syncing));
        }
        limits.extend(plain(&args, &server, &source).await?);
        let push = best(args.times, location("push", &source)).await?;
        report(
            &format!("push to {}", server.name),
            args.mib,
            &push,
            &limits,
        );
        std::fs::remove_file(&copy).ok();
        let pull = best(args.times, location("pull", &copy)).await?;
        report(
            &format!("pull from {}", server.name),
            args.mib,
            &pull,
            &[limit],
        );
        same(&source, &copy)?;
    }
    Ok(())
}
