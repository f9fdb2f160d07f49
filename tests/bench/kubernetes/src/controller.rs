//! The controller that is measured.

use crate::api::NAMESPACE;
use anyhow::Context as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a controller may take until it is ready: components are compiled at the first start.
const START: Duration = Duration::from_secs(300);

/// Where it serves its metrics.
const LISTEN: ([u8; 4], u16) = ([127, 0, 0, 1], 18_000);

/// A controller that runs.
pub struct Controller {
    child: Child,
    began: Instant,
    address: SocketAddr,
    log: PathBuf,
}

/// API requests until now.
#[derive(Clone, Copy)]
pub struct Requests {
    pub writes: u64,
    pub all: u64,
}

impl Controller {
    /// Starts one.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn start(kanister: &Path, cache: &Path, log: PathBuf) -> anyhow::Result<Self> {
        let output = std::fs::File::create(&log).with_context(|| log.display().to_string())?;
        let address = SocketAddr::from(LISTEN);
        let began = Instant::now();
        let child = Command::new(kanister)
            .args(["controller", "--listen", &address.to_string(), "--cache"])
            .arg(cache)
            .env("POD_NAMESPACE", NAMESPACE)
            .env("POD_SERVICE_ACCOUNT", "default")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", kanister.display()))?;
        Ok(Self {
            child,
            began,
            address,
            log,
        })
    }

    /// Waits until it leads and is ready: the time since its start.
    ///
    /// # Errors
    /// If it ends, or takes too long.
    pub async fn ready(&mut self) -> anyhow::Result<Duration> {
        loop {
            if self.get("/readyz").await.is_ok()
                && self.get("/metrics").await?.contains("\nkanister_leader 1\n")
                // It was ready as one that stands by before it led.
                && self.get("/readyz").await.is_ok()
            {
                return Ok(self.began.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                let log = std::fs::read_to_string(&self.log)?;
                anyhow::bail!("the controller has ended ({status}):\n{log}");
            }
            anyhow::ensure!(self.began.elapsed() < START, "the controller is not ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What it counts of its requests.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn requests(&self) -> anyhow::Result<Requests> {
        let text = self.get("/metrics").await?;
        let mut requests = Requests { writes: 0, all: 0 };
        let lines = text.lines();
        for line in lines.filter(|line| line.starts_with("kanister_api_requests_total{")) {
            let number = line.rsplit(' ').next().unwrap_or_default().parse::<u64>();
            let number = number.with_context(|| line.to_owned())?;
            requests.all += number;
            if !line.contains("method=\"GET\"") {
                requests.writes += number;
            }
        }
        Ok(requests)
    }

    /// Megabytes, as the kernel says.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn memory(&self, field: &str) -> anyhow::Result<f64> {
        let pid = self.child.id().context("the controller has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        let kilobytes = kilobytes.with_context(|| format!("no {field}"))?;
        Ok(kilobytes.parse::<f64>()? * 1024.0 / 1e6)
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().context("the controller has ended")?;
        Command::new("kill").arg(pid.to_string()).status().await?;
        self.child.wait().await?;
        Ok(())
    }

    async fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(self.address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        anyhow::ensure!(head.contains(" 200 "), "{path}: {head}");
        Ok(body.to_owned())
    }
}

/// What etcd does at each write, by its command line.
///
/// # Errors
/// If processes cannot be looked at.
pub fn etcd() -> anyhow::Result<String> {
    for entry in std::fs::read_dir("/proc")? {
        let file = entry?.path().join("cmdline");
        let Ok(line) = std::fs::read(file) else {
            continue;
        };
        let mut words = line.split(|byte| *byte == 0);
        if words
            .next()
            .is_none_or(|program| !program.ends_with(b"etcd"))
        {
            continue;
        }
        let unsafe_ = words.any(|word| word == b"--unsafe-no-fsync=true");
        return Ok(match unsafe_ {
            true => "does not wait for the disk (--unsafe-no-fsync)".to_owned(),
            false => "waits for the disk at each write (fsync)".to_owned(),
        });
    }
    Ok("not on this machine: its fsync setting is not known".to_owned())
}
