//! The controller as a pod: what it may do, what it does, and what it tells nobody.
//!
//! Runs inside of the namespaces.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cases::{Case, play};
use crate::client::Client;
use crate::config::Config;
use crate::product::{CONTROLLER, NAMESPACE, Product};

/// The application's namespace.
const APPLICATION: &str = "tour";
/// Nothing else in the cluster holds this text.
const PASSWORD: &str = "correct-horse-battery-staple-8471";

const CASES: [Case<Product>; 7] = [
    ("an ActionSet is run to its end", |product| {
        let done = product.client.run(NAMESPACE, "first", &action("run"))?;
        let digest: String = Sha256::digest(PASSWORD)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let artifact = done.pointer("/status/actions/0/artifacts/digest/keyValue");
        let expected = json!({"inPod": digest, "ownPod": digest});
        ensure!(artifact == Some(&expected), "{artifact:?}");
        let pods = product
            .client
            .kubectl(APPLICATION, "get pods --output=name")?;
        ensure!(pods.lines().count() == 1, "a helper pod is left: {pods}");
        Ok(())
    }),
    ("an ActionSet that fails says why", |product| {
        let error = product.client.run(NAMESPACE, "broken", &action("broken"));
        let error = format!("{:#}", error.err().context("it did not fail")?);
        ensure!(error.contains('3') && !error.contains(PASSWORD), "{error}");
        Ok(())
    }),
    ("no log, event or status holds a secret", |product| {
        let log = product.log()?;
        ensure!(
            log.contains("first") && log.contains("broken"),
            "the log does not tell of the ActionSets"
        );
        let client = &product.client;
        let mut told = vec![("the log", log)];
        for (what, kinds) in [
            ("an event", "events"),
            ("an ActionSet or a note", "actionsets,configmaps"),
        ] {
            let words = format!("get {kinds} --all-namespaces --output=json");
            told.push((what, client.kubectl(NAMESPACE, &words)?));
        }
        for (what, text) in told {
            let place = text.lines().find(|line| line.contains(PASSWORD));
            ensure!(place.is_none(), "{what} holds the secret: {place:?}");
        }
        Ok(())
    }),
    ("lines of the log are JSON and name their run", |product| {
        let log = product.log()?;
        let mut phases = 0;
        for line in log.lines() {
            let line: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
            let text = line.to_string();
            ensure!(!text.contains("orbidden"), "a right is missing: {text}");
            phases += usize::from(text.contains("\"inPod\"") && text.contains("first"));
        }
        ensure!(phases > 0, "no line names the phase inPod of the ActionSet");
        Ok(())
    }),
    ("the next controller takes over", |product| {
        let client = &product.client;
        client.kubectl(
            NAMESPACE,
            &format!("rollout restart deployment/{CONTROLLER}"),
        )?;
        client.rolled_out(NAMESPACE, &format!("deployment/{CONTROLLER}"))?;
        client.run(NAMESPACE, "second", &action("run"))?;
        Ok(())
    }),
    ("it may do what it needs and nothing else", |product| {
        let may = |namespace: &str, verb: &str, resource: &str| {
            let mut command = product.client.command(namespace, "auth can-i");
            let account = format!("--as=system:serviceaccount:{NAMESPACE}:{CONTROLLER}");
            command.args([verb, resource, &account]);
            // It exits with 1 where the answer is no.
            let answer = command.output()?;
            anyhow::Ok(answer.stdout.starts_with(b"yes"))
        };
        for (namespace, verb, resource) in [
            (NAMESPACE, "update", "actionsets.cr.kanister.io"),
            (NAMESPACE, "update", "leases/kanister-controller"),
            (APPLICATION, "get", "deployments/web"),
        ] {
            ensure!(
                may(namespace, verb, resource)?,
                "it may not {verb} {resource}"
            );
        }
        for (namespace, verb, resource) in [
            (NAMESPACE, "create", "pods"),
            (NAMESPACE, "create", "pods/exec"),
            (NAMESPACE, "list", "secrets"),
            (
                NAMESPACE,
                "create",
                "rolebindings.rbac.authorization.k8s.io",
            ),
            (NAMESPACE, "update", "blueprints.cr.kanister.io"),
            (
                NAMESPACE,
                "delete",
                "customresourcedefinitions.apiextensions.k8s.io",
            ),
            (APPLICATION, "list", "secrets"),
            (APPLICATION, "delete", "deployments.apps"),
            ("default", "get", "secrets"),
            ("kube-system", "get", "pods"),
        ] {
            let allowed = may(namespace, verb, resource)?;
            ensure!(!allowed, "it may {verb} {resource} in {namespace}");
        }
        Ok(())
    }),
    (
        "it runs as nobody, with nothing, from a file alone",
        |product| {
            let client = &product.client;
            let pods = format!("pods --selector=app={CONTROLLER}");
            let pods = client.object(NAMESPACE, &pods)?;
            let pod = pods.pointer("/items/0").context("no controller")?;
            let name = pod.pointer("/metadata/name").and_then(Value::as_str);
            let name = name.context("a pod without a name")?;
            let restarts = pod.pointer("/status/containerStatuses/0/restartCount");
            ensure!(
                restarts == Some(&json!(0)),
                "it was started again: {restarts:?}"
            );
            // There is nothing but the binary.
            for shell in ["sh", "/bin/sh", "bash"] {
                let tried = client.kubectl(NAMESPACE, &format!("exec {name} -- {shell} -c true"));
                ensure!(tried.is_err(), "the image has {shell}");
            }
            let process = process()?;
            let mounts = std::fs::read_to_string(process.join("mountinfo"))?;
            let root = mounts
                .lines()
                .find(|line| line.split(' ').nth(4) == Some("/"));
            let options = root
                .and_then(|line| line.split(' ').nth(5))
                .unwrap_or_default();
            ensure!(
                options.split(',').any(|it| it == "ro"),
                "its files can be written: {root:?}"
            );
            let status = std::fs::read_to_string(process.join("status"))?;
            for (field, expected) in [
                ("Uid", "65532\t65532\t65532\t65532"),
                ("Gid", "65532\t65532\t65532\t65532"),
                ("CapEff", "0000000000000000"),
                ("CapBnd", "0000000000000000"),
                ("NoNewPrivs", "1"),
                ("Seccomp", "2"),
            ] {
                let found = status.lines().find_map(|line| line.strip_prefix(field));
                let found = found.map(|value| value.trim_start_matches(':').trim());
                ensure!(found == Some(expected), "{field} is {found:?}");
            }
            Ok(())
        },
    ),
];

/// Runs the cases whose names contain the filter.
///
/// # Errors
/// If one fails.
pub fn run(config: &Config, kanister: &Path, filter: &str) -> anyhow::Result<()> {
    let client = Client::new(config);
    let start = std::time::Instant::now();
    let product = Product::install(client, kanister)?;
    println!(
        "the controller is ready after {} ms",
        start.elapsed().as_millis()
    );
    let client = &product.client;
    client.namespace(APPLICATION)?;
    let application = include_str!("../manifests/tour.yaml").replace("PASSWORD", PASSWORD);
    client.apply(APPLICATION, &application)?;
    product.blueprint(
        include_str!("../manifests/tour-blueprint.yaml"),
        APPLICATION,
    )?;
    client.rolled_out(APPLICATION, "deployment/web")?;
    play(&product, &CASES, filter)
}

fn action(name: &str) -> Value {
    json!({
        "name": name,
        "blueprint": "tour",
        "object": {"kind": "Deployment", "name": "web", "namespace": APPLICATION},
        "secrets": {"credentials": {
            "kind": "Secret", "name": "credentials", "namespace": APPLICATION,
        }},
    })
}

/// The controller's process in /proc, where this process sees all of the cluster's.
fn process() -> anyhow::Result<PathBuf> {
    for entry in std::fs::read_dir("/proc")? {
        let folder = entry?.path();
        let words = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        if words.starts_with(b"/kanister\0controller\0") {
            return Ok(folder);
        }
    }
    anyhow::bail!("no process is the controller's")
}
