//! Whether the cluster is one: what tests of the product take for granted.
//!
//! Runs inside of the namespaces.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use nix::sys::signal::Signal;
use serde_json::json;

use crate::boot::{kubectl, node_is_ready, output, wait_for_api};
use crate::cases::{Case, play};
use crate::components::Component;
use crate::config::Config;
use crate::images::BUSYBOX;
use crate::wait::until;

const NAMESPACE: &str = "smoke";

const CASES: [Case<Smoke>; 10] = [
    ("the node is ready and runs pods", |smoke| {
        ensure!(node_is_ready(&smoke.config)?, "the node is not ready");
        let phase = smoke.kubectl("get pod app -o jsonpath={.status.phase}")?;
        ensure!(phase == "Running", "the pod is {phase}");
        Ok(())
    }),
    ("exec gives output and exit code", |smoke| {
        let text = smoke.exec(&["sh", "-c", "echo one; echo two >&2"])?;
        ensure!(text == "one\n", "{text:?}");
        let status = smoke.exec_command(&["sh", "-c", "exit 7"]).status()?;
        ensure!(status.code() == Some(7), "{status}");
        Ok(())
    }),
    ("exec takes input", |smoke| {
        let mut command = smoke.command("exec -i app -- md5sum");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut input = child.stdin.take().context("no input")?;
        input.write_all(&vec![b'x'; 5_000_000])?;
        drop(input);
        let text = String::from_utf8(child.wait_with_output()?.stdout)?;
        let expected = "9dff3479548c346bbeeeab2c23af22fd";
        ensure!(text.starts_with(expected), "{text}");
        Ok(())
    }),
    ("logs are kept", |smoke| {
        let text = smoke.kubectl("logs app")?;
        ensure!(text == "started\n", "{text:?}");
        Ok(())
    }),
    ("names are resolved", |smoke| {
        let text = smoke.exec(&["nslookup", "app.smoke.svc.cluster.local"])?;
        ensure!(text.contains("10.78.0."), "{text}");
        let absent = smoke.exec(&["nslookup", "none.smoke.svc.cluster.local"]);
        ensure!(absent.is_err(), "a name without a Service was resolved");
        Ok(())
    }),
    ("a Service leads to its pod", |smoke| {
        until("the Service", || {
            let page = smoke.exec(&["timeout", "2", "wget", "-q", "-O", "-", "http://app"]);
            Ok(page.is_ok_and(|page| page == "page\n"))
        })
    }),
    ("a pod's token is known to the API", |smoke| {
        let ask = "wget -q -O - --no-check-certificate --header \"Authorization: Bearer $(cat \
                   /var/run/secrets/kubernetes.io/serviceaccount/token)\" \
                   https://kubernetes.default.svc/api/v1/namespaces/smoke/pods";
        // Known, and without rights: 403, where a wrong token gives 401.
        let refused = smoke.exec(&["sh", "-c", ask]).err();
        let refused = refused.context("the account may list pods without a role")?;
        ensure!(format!("{refused:#}").contains("403"), "{refused:#}");
        smoke
            .kubectl("create rolebinding view --clusterrole=view --serviceaccount=smoke:default")?;
        until("the role", || {
            let list = smoke.exec(&["sh", "-c", ask]);
            Ok(list.is_ok_and(|list| list.contains("PodList")))
        })
    }),
    ("a job ends", |smoke| {
        smoke.kubectl(&format!("create job once --image={BUSYBOX} -- sh -c true"))?;
        smoke.kubectl("wait --for=condition=complete --timeout=60s job/once")?;
        Ok(())
    }),
    (
        "the API server, etcd and the kubelet can be killed",
        |smoke| {
            for component in [
                Component::Kubelet,
                Component::Etcd,
                Component::KubeApiserver,
            ] {
                component.stop(&smoke.config, Signal::SIGKILL)?;
                drop(component.start(&smoke.config)?);
                wait_for_api(&smoke.config)?;
            }
            let restarts = "get pod app -o jsonpath={.status.containerStatuses[0].restartCount}";
            let restarts = smoke.kubectl(restarts)?;
            ensure!(
                restarts == "0",
                "the pod was started again {restarts} times"
            );
            until("exec after the kubelet's restart", || {
                Ok(smoke
                    .exec(&["echo", "back"])
                    .is_ok_and(|text| text == "back\n"))
            })
        },
    ),
    ("the token of tools is known to the API", |smoke| {
        let mut command = kubectl(&smoke.config);
        command.env("KUBECONFIG", smoke.config.path("token.conf"));
        command.args(["auth", "can-i", "*", "*"]);
        let answer = output(&mut command)?;
        ensure!(answer == "yes\n", "{answer}");
        Ok(())
    }),
];

/// Runs the cases whose names contain the filter.
///
/// # Errors
/// If one fails.
pub fn run(config: &Config, filter: &str) -> anyhow::Result<()> {
    let smoke = Smoke {
        config: config.clone(),
    };
    smoke.prepare()?;
    play(&smoke, &CASES, filter)?;
    smoke.kubectl("delete namespace smoke --wait=false")?;
    Ok(())
}

struct Smoke {
    config: Config,
}

impl Smoke {
    /// A pod that serves a page, and its Service.
    fn prepare(&self) -> anyhow::Result<()> {
        let script = "mkdir /www && echo page > /www/index.html && echo started && \
                      exec httpd -f -p 80 -h /www";
        let objects = json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "app", "namespace": NAMESPACE, "labels": {"app": "app"}},
                "spec": {
                    "terminationGracePeriodSeconds": 0,
                    "containers": [{
                        "name": "app",
                        "image": BUSYBOX,
                        "command": ["sh", "-c", script],
                        "readinessProbe": {
                            "tcpSocket": {"port": 80},
                            "periodSeconds": 1,
                        },
                    }],
                },
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "app", "namespace": NAMESPACE},
                "spec": {"selector": {"app": "app"}, "ports": [{"port": 80}]},
            },
        ]});
        // The pod needs the namespace's account, which is made a moment later.
        until("the pod's admission", || {
            let mut apply = self.command("apply -f -");
            let mut child = apply
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            if let Some(mut input) = child.stdin.take() {
                input.write_all(objects.to_string().as_bytes())?;
            }
            Ok(child.wait()?.success())
        })?;
        let start = Instant::now();
        self.kubectl("wait --for=condition=Ready --timeout=120s pod/app")?;
        println!("the pod is ready after {} ms", start.elapsed().as_millis());
        Ok(())
    }

    /// kubectl with these words, which hold no blanks, in the namespace of this suite.
    fn command(&self, words: &str) -> Command {
        let mut command = kubectl(&self.config);
        command
            .args(["--namespace", NAMESPACE])
            .args(words.split(' '));
        command
    }

    fn kubectl(&self, words: &str) -> anyhow::Result<String> {
        output(&mut self.command(words))
    }

    fn exec_command(&self, words: &[&str]) -> Command {
        let mut command = self.command("exec app --");
        command.args(words);
        command
    }

    fn exec(&self, words: &[&str]) -> anyhow::Result<String> {
        output(&mut self.exec_command(words))
    }
}
