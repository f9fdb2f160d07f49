//! The programs of a cluster: their command lines, starting and stopping them.
//!
//! All of this happens inside of the cluster's namespaces.

use std::fs::OpenOptions;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::config::{API_PORT, Config, ETCD_PORT, NODE_ADDRESS, NODE_NAME, SERVICE_RANGE};
use crate::wait::until;

/// A program of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Component {
    /// The store of the API server
    Etcd,
    /// The API
    KubeApiserver,
    /// Workloads, garbage collection, accounts
    KubeControllerManager,
    /// Gives pods their node
    KubeScheduler,
    /// Runs containers
    Containerd,
    /// The node
    Kubelet,
    /// Services
    KubeProxy,
    /// Names of Services
    Coredns,
}

impl Component {
    /// The name of its program, and of its files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Containerd => "containerd",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
            Self::Coredns => "coredns",
        }
    }

    /// Its arguments, without the program.
    #[must_use]
    pub fn arguments(self, config: &Config) -> Vec<String> {
        let certificate = |name: &str| config.text(&format!("certificates/{name}"));
        let setting = |name: &str| config.text(&format!("settings/{name}"));
        let flags: Vec<(&str, String)> = match self {
            Self::Etcd => {
                let url = format!("http://127.0.0.1:{ETCD_PORT}");
                let mut flags = vec![
                    ("data-dir", config.text("etcd")),
                    ("listen-client-urls", url.clone()),
                    ("advertise-client-urls", url),
                    ("listen-peer-urls", "http://127.0.0.1:2380".into()),
                ];
                if !config.fsync {
                    flags.push(("unsafe-no-fsync", "true".into()));
                }
                flags
            }
            Self::KubeApiserver => vec![
                ("etcd-servers", format!("http://127.0.0.1:{ETCD_PORT}")),
                ("secure-port", API_PORT.to_string()),
                ("bind-address", "0.0.0.0".into()),
                ("advertise-address", NODE_ADDRESS.into()),
                ("service-cluster-ip-range", SERVICE_RANGE.into()),
                ("authorization-mode", "Node,RBAC".into()),
                ("enable-admission-plugins", "NodeRestriction".into()),
                ("allow-privileged", "true".into()),
                ("tls-cert-file", certificate("kube-apiserver.crt")),
                ("tls-private-key-file", certificate("kube-apiserver.key")),
                ("client-ca-file", certificate("ca.crt")),
                ("token-auth-file", certificate("tokens.csv")),
                (
                    "service-account-issuer",
                    "https://kubernetes.default.svc".into(),
                ),
                (
                    "service-account-key-file",
                    certificate("service-accounts.pub"),
                ),
                (
                    "service-account-signing-key-file",
                    certificate("service-accounts.key"),
                ),
                ("kubelet-certificate-authority", certificate("ca.crt")),
                (
                    "kubelet-client-certificate",
                    certificate("kube-apiserver-kubelet-client.crt"),
                ),
                (
                    "kubelet-client-key",
                    certificate("kube-apiserver-kubelet-client.key"),
                ),
                // Otherwise exec and logs look the node's name up in DNS.
                ("kubelet-preferred-address-types", "InternalIP".into()),
            ],
            Self::KubeControllerManager => vec![
                ("kubeconfig", setting("kube-controller-manager.conf")),
                ("leader-elect", "false".into()),
                ("bind-address", "127.0.0.1".into()),
                ("use-service-account-credentials", "true".into()),
                ("root-ca-file", certificate("ca.crt")),
                (
                    "service-account-private-key-file",
                    certificate("service-accounts.key"),
                ),
                ("cert-dir", config.text("run/kube-controller-manager")),
                // Its controllers start one after another, each with some requests.
                ("kube-api-qps", "200".into()),
                ("kube-api-burst", "400".into()),
                // The node's network is given by the CNI settings.
                ("controllers", "*,-node-ipam-controller".into()),
            ],
            Self::KubeScheduler => vec![
                ("kubeconfig", setting("kube-scheduler.conf")),
                ("leader-elect", "false".into()),
                ("bind-address", "127.0.0.1".into()),
                ("cert-dir", config.text("run/kube-scheduler")),
            ],
            Self::Containerd => vec![("config", setting("containerd.toml"))],
            Self::Kubelet => vec![
                ("config", setting("kubelet.json")),
                ("kubeconfig", setting("kubelet.conf")),
                ("root-dir", config.text("kubelet")),
                ("cert-dir", config.text("run/kubelet")),
                ("hostname-override", NODE_NAME.into()),
                ("node-ip", NODE_ADDRESS.into()),
            ],
            Self::KubeProxy => vec![("config", setting("kube-proxy.json"))],
            Self::Coredns => vec![("conf", setting("Corefile"))],
        };
        let flag = |(name, value)| format!("--{name}={value}");
        flags.into_iter().map(flag).collect()
    }

    /// Its log file.
    #[must_use]
    pub fn log(self, config: &Config) -> PathBuf {
        config.path(&format!("log/{}.log", self.name()))
    }

    fn pid_file(self, config: &Config) -> PathBuf {
        config.path(&format!("run/{}.pid", self.name()))
    }

    /// Starts it in a process group of its own, so that Ctrl-C does not reach it. The first
    /// process of the namespace reaps it when its starter is gone.
    ///
    /// # Errors
    /// If it runs already, or its program is missing.
    pub fn start(self, config: &Config) -> anyhow::Result<Child> {
        ensure!(self.pid(config).is_none(), "{} runs already", self.name());
        let log = self.log(config);
        let output = OpenOptions::new().create(true).append(true).open(&log);
        let output = output.with_context(|| log.display().to_string())?;
        let child = Command::new(self.name())
            .args(self.arguments(config))
            .env("PATH", config.search_path())
            .current_dir(&config.state)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", self.name()))?;
        std::fs::write(self.pid_file(config), child.id().to_string())?;
        Ok(child)
    }

    /// Ends it with this signal and waits until it is gone.
    ///
    /// # Errors
    /// If it does not run, or does not end.
    pub fn stop(self, config: &Config, signal: Signal) -> anyhow::Result<()> {
        let pid = self
            .pid(config)
            .with_context(|| format!("{} does not run", self.name()))?;
        kill(Pid::from_raw(pid), signal).with_context(|| format!("cannot stop {}", self.name()))?;
        until(&format!("the end of {}", self.name()), || Ok(ended(pid)))
    }

    /// Its process, if that runs.
    fn pid(self, config: &Config) -> Option<i32> {
        let pid: i32 = std::fs::read_to_string(self.pid_file(config))
            .ok()?
            .parse()
            .ok()?;
        let folder = PathBuf::from(format!("/proc/{pid}"));
        // A dead process that nobody has reaped yet has no program.
        let program = folder.join("exe").read_link().ok()?;
        let runs = program.file_name() == Some(self.name().as_ref());
        runs.then_some(pid)
    }
}

/// Whether a process holds nothing any more, its ports above all: it is gone, or waits to be reaped
/// without any other thread. A process that is dying loses its memory before its open files.
fn ended(pid: i32) -> bool {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    let Ok(stat) = std::fs::read_to_string(folder.join("stat")) else {
        return true;
    };
    // The name is in parentheses and may hold anything.
    let dead = stat
        .rsplit_once(") ")
        .is_some_and(|(_, fields)| fields.starts_with(['Z', 'X']));
    let threads = std::fs::read_dir(folder.join("task")).map_or(0, Iterator::count);
    dead && threads <= 1
}

/// The last lines of a log.
#[must_use]
pub fn tail(log: &Path, lines: usize) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text.lines().collect();
    let from = all.len().saturating_sub(lines);
    all.get(from..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_process_and_gone_after_its_end() {
        let folder = tempfile::tempdir().unwrap();
        // A program that takes any arguments and waits.
        let programs = folder.path().join("programs");
        std::fs::create_dir(&programs).unwrap();
        // By another process: what this one has open for writing, another test's child may hold.
        let mut copy = Command::new("cp");
        copy.arg("/bin/sleep").arg(programs.join("etcd"));
        assert!(copy.status().unwrap().success());
        let config = Config::of(&folder.path().join("state"));
        config.claim().unwrap();
        let mut sleeping = Command::new(programs.join("etcd"))
            .arg("60")
            .spawn()
            .unwrap();
        std::fs::write(Component::Etcd.pid_file(&config), sleeping.id().to_string()).unwrap();
        assert!(Component::Etcd.start(&config).is_err(), "it runs already");
        Component::Etcd.stop(&config, Signal::SIGTERM).unwrap();
        assert!(Component::Etcd.stop(&config, Signal::SIGTERM).is_err());
        sleeping.wait().unwrap();
    }

    #[test]
    fn the_tail_is_the_last_lines() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        std::fs::write(&log, "a\nb\nc\n").unwrap();
        assert_eq!(tail(&log, 2), "b\nc");
        assert_eq!(tail(&log, 9), "a\nb\nc");
        assert_eq!(tail(&folder.path().join("none"), 2), "");
    }
}
