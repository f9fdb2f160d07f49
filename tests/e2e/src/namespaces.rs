//! The namespaces of a cluster: its own mounts, network and processes.
//!
//! The first process of the process namespace does nothing but reap. When it is killed, the kernel
//! ends every other process of the cluster, and with the last of them go network and mounts.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, ensure};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, setsid};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::wait::until;

/// The first process, as processes outside see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    pid: i32,
    /// When it started, in ticks since boot: tells it from a later process with its number.
    started: u64,
}

impl First {
    /// The first process of this cluster, if it lives.
    #[must_use]
    pub fn find(state: &Path) -> Option<Self> {
        let text = fs::read(record(state)).ok()?;
        let first: Self = serde_json::from_slice(&text).ok()?;
        first.lives().then_some(first)
    }

    fn lives(self) -> bool {
        started(&self.pid.to_string()) == Some(self.started)
    }

    /// Ends it, and with it everything in its namespaces.
    ///
    /// # Errors
    /// If something does not end.
    pub fn end(self) -> anyhow::Result<()> {
        kill(Pid::from_raw(self.pid), Signal::SIGKILL).context("cannot end the cluster")?;
        until("the end of the cluster's processes", || Ok(!self.lives()))
    }

    /// Moves this process into the mounts and the network, and its children into the processes
    /// of the cluster.
    ///
    /// # Errors
    /// If this process has not the right to.
    pub fn enter(self) -> anyhow::Result<()> {
        let namespaces = [
            ("pid", CloneFlags::CLONE_NEWPID),
            ("net", CloneFlags::CLONE_NEWNET),
            ("mnt", CloneFlags::CLONE_NEWNS),
        ];
        // Opened before the first is entered, since the path leads elsewhere afterwards.
        let open = |(name, kind)| {
            let path = format!("/proc/{}/ns/{name}", self.pid);
            File::open(&path).map(|file| (file, kind)).context(path)
        };
        let files = namespaces.into_iter().map(open);
        for (file, kind) in files.collect::<anyhow::Result<Vec<_>>>()? {
            setns(&file, kind).context("cannot enter the cluster's namespaces")?;
        }
        Ok(())
    }
}

fn record(state: &Path) -> PathBuf {
    state.join("first.json")
}

/// When a process started, unless it is dead.
fn started(process: &str) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name is in parentheses and may hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let dead = matches!(fields.next(), Some("Z" | "X"));
    let started = fields.nth(18)?.parse().ok()?;
    (!dead).then_some(started)
}

/// Runs in a process of its own: makes the namespaces and starts their first process, which is
/// this program with the arguments `first`.
///
/// # Errors
/// If this machine does not allow it; it needs root.
pub fn create(config: &Config, first: &[String]) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWPID)
        .context("cannot make namespaces; this needs root")?;
    let log = config.path("log/first.log");
    let child = Command::new(program)
        .args(first)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log)?)
        .spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout {
        BufReader::new(output).read_line(&mut line)?;
    }
    ensure!(
        !line.is_empty(),
        "the first process of the cluster failed: {}",
        crate::components::tail(&log, 3)
    );
    Ok(())
}

/// The life of the first process.
///
/// # Errors
/// If the mounts cannot be made.
pub fn first(config: &Config) -> anyhow::Result<()> {
    // Mounted before, /proc shows the numbers that processes outside see.
    let pid = fs::read_link("/proc/self").context("/proc/self")?;
    let pid = pid.to_string_lossy();
    let myself = First {
        pid: pid.parse()?,
        started: started(&pid).context("this process is not in /proc")?,
    };
    let text = serde_json::to_vec(&myself)?;
    let (path, new) = (record(&config.state), config.path("first.new"));
    fs::write(&new, text).and_then(|()| fs::rename(&new, &path))?;
    setsid()?;
    let mut child_ended = SigSet::empty();
    child_ended.add(Signal::SIGCHLD);
    child_ended.thread_block()?;
    mounts(config)?;
    println!("ready");
    std::io::stdout().flush()?;
    loop {
        while !matches!(
            waitpid(None, Some(WaitPidFlag::WNOHANG)),
            Err(_) | Ok(WaitStatus::StillAlive)
        ) {}
        child_ended.wait()?;
    }
}

/// What the cluster sees in place of the machine's: processes, sockets, logs and state that
/// programs leave in fixed places, and the name server.
fn mounts(config: &Config) -> anyhow::Result<()> {
    let none = None::<&str>;
    let place =
        |source: Option<&Path>, target: &str, kind: Option<&str>, flags, data: Option<&str>| {
            mount(source, target, kind, flags, data)
                .with_context(|| format!("cannot mount {target}"))
        };
    place(None, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    place(None, "/proc", Some("proc"), MsFlags::empty(), none)?;
    place(
        None,
        "/run",
        Some("tmpfs"),
        MsFlags::empty(),
        Some("mode=755"),
    )?;
    fs::create_dir_all("/run/e2e")?;
    for target in ["/var/lib", "/var/log"] {
        // A state directory below stays as it is: file systems on top of this kind do not nest.
        if config.state.starts_with(target) {
            continue;
        }
        let name = target.trim_start_matches('/').replace('/', "-");
        let [upper, work] =
            ["upper", "work"].map(|part| config.path(&format!("var/{name}-{part}")));
        for folder in [&upper, &work] {
            fs::create_dir_all(folder)?;
        }
        let options = format!(
            "lowerdir={target},upperdir={},workdir={}",
            upper.display(),
            work.display()
        );
        place(
            None,
            target,
            Some("overlay"),
            MsFlags::empty(),
            Some(&options),
        )?;
    }
    let names = config.path("settings/resolv.conf");
    place(
        Some(&names),
        "/etc/resolv.conf",
        none,
        MsFlags::MS_BIND,
        none,
    )
}

/// Tells a process inside where its cluster's files are.
const STATE: &str = "KANISTER_E2E_STATE";

/// Whether this process is inside of that cluster.
#[must_use]
pub fn is_inside(state: &Path) -> bool {
    std::env::var_os(STATE).is_some_and(|inside| inside == state.as_os_str())
}

/// Runs a command inside of the cluster, in this folder, with a kubeconfig and the cluster's
/// programs. This process stays in the namespaces, so it should do nothing else afterwards.
///
/// # Errors
/// If the cluster does not run, or the command cannot be started.
pub fn run_inside(config: &Config, command: &[String]) -> anyhow::Result<ExitStatus> {
    let (program, arguments) = command.split_first().context("no command was given")?;
    let first = First::find(&config.state).with_context(|| {
        format!(
            "the cluster in {} does not run; `cargo xtask e2e down` and `up` start it anew",
            config.state.display()
        )
    })?;
    let folder = std::env::current_dir()?;
    first.enter()?;
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PATH", config.search_path())
        .env("KUBECONFIG", config.path("admin.conf"))
        .env(STATE, &config.state)
        .status()
        .with_context(|| format!("cannot run {program}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_process_is_not_taken_for_another() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id().to_string();
        let first = First {
            pid: i32::try_from(child.id()).unwrap(),
            started: started(&pid).unwrap(),
        };
        assert!(first.lives());
        let other = First {
            started: first.started + 1,
            ..first
        };
        assert!(!other.lives());
        // Nobody has reaped it yet.
        first.end().unwrap();
        child.wait().unwrap();
        assert!(!first.lives());
    }
}
