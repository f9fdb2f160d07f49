//! Bringing the programs up, inside of the namespaces, and saying what is ready when.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use crate::components::{Component, tail};
use crate::config::{CONTAINERD_SOCKET, Config, NODE_ADDRESS, NODE_NAME};
use crate::namespaces::is_inside;
use crate::wait::until;

/// Starts everything and waits for the node.
///
/// # Errors
/// What did not start, with the end of its log.
pub fn boot(config: &Config) -> anyhow::Result<()> {
    ensure!(
        is_inside(&config.state),
        "this sets up a network, which must not be the machine's; `cargo xtask e2e up` runs it inside"
    );
    let mut boot = Boot {
        config,
        start: Instant::now(),
        children: Vec::new(),
    };
    network()?;
    boot.start(Component::Etcd)?;
    boot.start(Component::KubeApiserver)?;
    boot.start(Component::Containerd)?;
    boot.wait("containerd", || Ok(runs(&mut containerd("version"))))?;
    let imports = config.images.iter().map(|image| import(image));
    let imports = imports.collect::<anyhow::Result<Vec<_>>>()?;
    boot.wait("kube-apiserver", || {
        Ok(runs(kubectl(config).args(["get", "--raw", "/readyz"])))
    })?;
    for component in [
        Component::KubeControllerManager,
        Component::KubeScheduler,
        Component::Kubelet,
        Component::KubeProxy,
    ] {
        boot.start(component)?;
    }
    let manifest = config.path("settings/dns.yaml");
    let mut apply = kubectl(config);
    output(apply.args(["apply", "-f"]).arg(manifest))?;
    boot.start(Component::Coredns)?;
    let names = SocketAddr::new(NODE_ADDRESS.parse()?, 53);
    boot.wait("coredns", || Ok(accepts(names)))?;
    boot.wait("the node", || node_is_ready(config))?;
    // Pods of the namespace `default` need it.
    boot.wait("the default service account", || {
        Ok(runs(kubectl(config).args([
            "get",
            "serviceaccount",
            "default",
        ])))
    })?;
    for (import, archive) in imports.into_iter().zip(&config.images) {
        let result = import.wait_with_output()?;
        ensure!(
            result.status.success(),
            "the import of {} failed: {}",
            archive.display(),
            String::from_utf8_lossy(&result.stderr).trim()
        );
    }
    boot.say("images imported");
    Ok(())
}

/// Waits until the API server answers, e.g. after it was started again.
///
/// # Errors
/// If it does not.
pub fn wait_for_api(config: &Config) -> anyhow::Result<()> {
    until("kube-apiserver", || {
        Ok(runs(kubectl(config).args(["get", "--raw", "/readyz"])))
    })
}

/// Whether the kubelet says that its node can run pods.
///
/// # Errors
/// If kubectl cannot be run.
pub fn node_is_ready(config: &Config) -> anyhow::Result<bool> {
    let path = r#"jsonpath={.status.conditions[?(@.type=="Ready")].status}"#;
    let mut get = kubectl(config);
    get.args(["get", "node", NODE_NAME, "-o", path]);
    Ok(get.stderr(Stdio::null()).output()?.stdout == b"True")
}

/// kubectl as the administrator.
#[must_use]
pub fn kubectl(config: &Config) -> Command {
    let mut command = Command::new("kubectl");
    command
        .env("PATH", config.search_path())
        .env("KUBECONFIG", config.path("admin.conf"))
        .stdin(Stdio::null());
    command
}

/// Runs a command and gives what it prints.
///
/// # Errors
/// If it fails, with what it said.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    ensure!(
        output.status.success(),
        "`{}` failed ({}): {}",
        line(command),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command as somebody would type it.
fn line(command: &Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

struct Boot<'a> {
    config: &'a Config,
    start: Instant,
    children: Vec<(Component, Child)>,
}

impl Boot<'_> {
    fn say(&self, what: &str) {
        println!("{:>7} ms  {what}", self.start.elapsed().as_millis());
    }

    fn start(&mut self, component: Component) -> anyhow::Result<()> {
        let child = component.start(self.config)?;
        self.children.push((component, child));
        Ok(())
    }

    fn wait(
        &mut self,
        what: &str,
        mut probe: impl FnMut() -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let (config, children) = (self.config, &mut self.children);
        until(what, || {
            for (component, child) in children.iter_mut() {
                if let Some(status) = child.try_wait()? {
                    let log = component.log(config);
                    bail!(
                        "{} ended ({status}) while waiting for {what}; the end of {}:\n{}",
                        component.name(),
                        log.display(),
                        tail(&log, 8)
                    );
                }
            }
            probe()
        })
        .with_context(|| format!("the logs are in {}", self.config.text("log")))?;
        self.say(&format!("{what} ready"));
        Ok(())
    }
}

/// The node's address; nothing leaves the namespace, and yet every address has a route.
fn network() -> anyhow::Result<()> {
    let address = format!("{NODE_ADDRESS}/32");
    for words in [
        ["link", "set", "lo", "up"].as_slice(),
        &["address", "add", &address, "dev", "lo"],
        &["route", "add", "default", "dev", "lo"],
    ] {
        output(Command::new("ip").args(words))?;
    }
    let forward = "/proc/sys/net/ipv4/ip_forward";
    fs::write(forward, "1").context(forward)
}

fn containerd(command: &str) -> Command {
    let mut ctr = Command::new("ctr");
    ctr.args(["-a", CONTAINERD_SOCKET, "-n", "k8s.io", command]);
    ctr
}

/// Large images take long; meanwhile the rest starts.
fn import(archive: &Path) -> anyhow::Result<Child> {
    let mut import = containerd("images");
    import.arg("import").arg(archive);
    let import = import.stdout(Stdio::null()).stderr(Stdio::piped());
    import.spawn().context("cannot run ctr")
}

fn runs(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}
