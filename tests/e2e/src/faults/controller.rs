//! The controllers that are put to the test.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::ground::{Ground, NAMESPACE};
use super::http::ask;
use crate::config::API_PORT;
use crate::wait::until;

/// A controller.
pub struct Controller {
    name: String,
    /// Where it finds the API server.
    port: u16,
    /// How long others wait for it as the leader; the product's own default if none is given.
    lease: Option<u32>,
    starts: u32,
    child: Child,
}

impl Controller {
    /// Starts one that others wait a short time for: a run of many kills ends sooner.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(ground: &Ground<'_>, name: &str) -> anyhow::Result<Self> {
        Self::with(ground, name, Some(6), API_PORT)
    }

    /// Starts one with the product's own lease.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn with_default_lease(ground: &Ground<'_>, name: &str) -> anyhow::Result<Self> {
        Self::with(ground, name, None, API_PORT)
    }

    /// Starts one that finds the API server at another port.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn at_port(ground: &Ground<'_>, name: &str, port: u16) -> anyhow::Result<Self> {
        Self::with(ground, name, Some(15), port)
    }

    fn with(
        ground: &Ground<'_>,
        name: &str,
        lease: Option<u32>,
        port: u16,
    ) -> anyhow::Result<Self> {
        let name = ground.name(name);
        let child = spawn(ground, &name, 0, lease, port)?;
        Ok(Self {
            name,
            port,
            lease,
            starts: 0,
            child,
        })
    }

    /// Whoever loses the lease ends, which happens on a busy machine: another one is started.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn alive(&mut self, ground: &Ground<'_>) -> anyhow::Result<()> {
        if self.child.try_wait()?.is_some() {
            self.again(ground)?;
        }
        Ok(())
    }

    /// Ends it without a chance to finish anything, and starts another one.
    ///
    /// # Errors
    /// If the other one cannot be started.
    pub fn kill_and_start(&mut self, ground: &Ground<'_>) -> anyhow::Result<()> {
        self.kill()?;
        self.again(ground)
    }

    /// Ends it without a chance to finish anything.
    ///
    /// # Errors
    /// If it cannot be ended.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn again(&mut self, ground: &Ground<'_>) -> anyhow::Result<()> {
        self.starts += 1;
        self.child = spawn(ground, &self.name, self.starts, self.lease, self.port)?;
        Ok(())
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// If it is gone.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.child.id())?);
        kill(pid, signal).with_context(|| format!("the controller {} is gone", self.name))
    }

    /// Waits until it has ended by itself: its exit code.
    ///
    /// # Errors
    /// If it does not end.
    pub fn ended(&mut self) -> anyhow::Result<Option<i32>> {
        let mut status = None;
        until("the controller's end", || {
            status = self.child.try_wait()?;
            Ok(status.is_some())
        })?;
        Ok(status.and_then(|status| status.code()))
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// If it does not end, or not well.
    pub fn end(mut self) -> anyhow::Result<()> {
        if self.child.try_wait()?.is_none() {
            self.signal(Signal::SIGTERM)?;
            let code = self.ended()?;
            ensure!(code == Some(0), "the controller ends with {code:?}");
        }
        Ok(())
    }

    /// How it finds the API server, and as whom.
    ///
    /// # Errors
    /// If there is no token for it.
    pub fn kubeconfig(&self, ground: &Ground<'_>) -> anyhow::Result<PathBuf> {
        kubeconfig(ground, self.port)
    }

    /// The name that its leases and journals begin with.
    pub fn identity(&self) -> String {
        format!("{}.{}_", self.name, self.starts)
    }

    /// How many of its requests the API server has answered with this status.
    ///
    /// # Errors
    /// If it does not serve its metrics.
    pub fn requests(&self, ground: &Ground<'_>, status: &str) -> anyhow::Result<u64> {
        let log = self.log(ground)?;
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let mut addresses = lines.filter_map(|line: Value| {
            let address = line.get("address")?.as_str()?;
            Some(address.to_owned())
        });
        let address = addresses.next().context("it serves no metrics")?;
        let text = ask(address, "GET", "/metrics", "")?;
        let wanted = format!("status=\"{status}\"");
        let lines = text.lines().filter(|line| {
            line.starts_with("kanister_api_requests_total{") && line.contains(&wanted)
        });
        Ok(lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum())
    }

    /// What it has logged since its last start.
    ///
    /// # Errors
    /// If there is no log.
    pub fn log(&self, ground: &Ground<'_>) -> anyhow::Result<String> {
        let file = log(ground, &self.name, self.starts);
        std::fs::read_to_string(&file).with_context(|| file.display().to_string())
    }
}

impl Drop for Controller {
    /// A case that failed leaves none behind for the next one.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log(ground: &Ground<'_>, name: &str, start: u32) -> PathBuf {
    ground.logs().join(format!("{name}.{start}.log"))
}

fn spawn(
    ground: &Ground<'_>,
    name: &str,
    start: u32,
    lease: Option<u32>,
    port: u16,
) -> anyhow::Result<Child> {
    let output = File::create(log(ground, name, start))?;
    let mut command = Command::new(&ground.programs.kanister);
    command
        .args(["controller", "--listen", "127.0.0.1:0"])
        .arg("--kubeconfig")
        .arg(kubeconfig(ground, port)?)
        .arg("--cache")
        .arg(&ground.programs.cache)
        .arg("--plugins")
        .arg(&ground.programs.plugins)
        .arg("--grants")
        .arg(ground.grants())
        .arg("--file-store")
        .arg(ground.store());
    if let Some(seconds) = lease {
        command.args(["--lease-seconds", &seconds.to_string()]);
    }
    command
        .env("POD_NAMESPACE", NAMESPACE)
        .env("POD_NAME", format!("{name}.{start}"))
        .env("POD_SERVICE_ACCOUNT", "default")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .with_context(|| format!("cannot start {}", ground.programs.kanister.display()))
}

/// How a controller finds the API server at a port, as the account of this suite.
fn kubeconfig(ground: &Ground<'_>, port: u16) -> anyhow::Result<PathBuf> {
    let file = ground.config.path(&format!("settings/faults-{port}.conf"));
    if file.exists() {
        return Ok(file);
    }
    let token = ground.kubectl(&["create", "token", "controller", "--duration=10h"])?;
    let authority = ground.config.path("certificates/ca.crt");
    let text = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "e2e", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority": authority,
        }}],
        "users": [{"name": "user", "user": {"token": token.trim()}}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "user"}}],
        "current-context": "e2e",
    });
    std::fs::write(&file, text.to_string())?;
    Ok(file)
}
