//! Probes: when a container is ready, and when it must be started anew.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::container::Container;
use super::pod::PodRun;
use super::{ADDRESS, exec};
use crate::object::{at, integer, items, text};

/// The probes of a container.
#[derive(Debug)]
pub(super) struct Probes {
    startup: Value,
    liveness: Value,
    readiness: Value,
}

impl Probes {
    pub(super) fn of(spec: &Value) -> Self {
        let probe = |name: &str| at(spec, &[name]).clone();
        Self {
            startup: probe("startupProbe"),
            liveness: probe("livenessProbe"),
            readiness: probe("readinessProbe"),
        }
    }

    pub(super) fn has_startup(&self) -> bool {
        self.startup.is_object()
    }

    pub(super) fn ready_at_once(&self) -> bool {
        !self.readiness.is_object() && !self.has_startup()
    }

    /// Probes as long as the container lives; returns after it was killed for failing one.
    pub(super) async fn run(&self, run: &PodRun, container: &Container) {
        if self.has_startup() {
            if !watch(run, container, &self.startup, "Startup", false, |_| async {
            })
            .await
            {
                container.signal(9).await;
                return;
            }
            run.update(container.index, |slot| {
                slot.started = true;
                slot.ready = !self.readiness.is_object();
            })
            .await;
        }
        let readiness = async {
            if self.readiness.is_object() {
                let tell =
                    |ready: bool| run.update(container.index, move |slot| slot.ready = ready);
                watch(run, container, &self.readiness, "Readiness", true, tell).await;
            }
            std::future::pending::<()>().await;
        };
        let liveness = async {
            if self.liveness.is_object()
                && !watch(
                    run,
                    container,
                    &self.liveness,
                    "Liveness",
                    true,
                    |_| async {},
                )
                .await
            {
                container.signal(9).await;
                return;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = readiness => {}
            () = liveness => {}
        }
    }
}

/// Probes until the failures are too many (false) or, unless it goes on, until the first success.
/// A readiness probe is told each change and never gives up.
async fn watch<F: Future<Output = ()>>(
    run: &PodRun,
    container: &Container,
    probe: &Value,
    kind: &str,
    goes_on: bool,
    tell: impl Fn(bool) -> F,
) -> bool {
    let seconds = |field: &str| {
        u64::try_from(integer(probe, &[field]).unwrap_or_default()).unwrap_or_default()
    };
    let period = Duration::from_secs(seconds("periodSeconds").max(1));
    let (mut good, mut bad, mut state) = (0, 0, false);
    tokio::time::sleep(Duration::from_secs(seconds("initialDelaySeconds"))).await;
    loop {
        let limit = Duration::from_secs(seconds("timeoutSeconds").max(1));
        let result = tokio::time::timeout(limit, check(run, container, probe)).await;
        match result.unwrap_or_else(|_| Err("it took too long".to_owned())) {
            Ok(()) => {
                (good, bad) = (good + 1, 0);
                if good >= seconds("successThreshold").max(1) && !state {
                    state = true;
                    tell(true).await;
                    if !goes_on {
                        return true;
                    }
                }
            }
            Err(message) => {
                (good, bad) = (0, bad + 1);
                run.node.event(
                    &run.entry(),
                    "Warning",
                    "Unhealthy",
                    &format!("{kind} probe failed: {message}"),
                );
                if bad >= seconds("failureThreshold").max(1) {
                    if kind != "Readiness" {
                        let message = format!(
                            "Container {} failed {} probe, will be restarted",
                            container.name(),
                            kind.to_lowercase()
                        );
                        run.node.event(&run.entry(), "Normal", "Killing", &message);
                        return false;
                    }
                    if state {
                        state = false;
                        tell(false).await;
                    }
                }
            }
        }
        // A container that is not ready yet is asked more often, so that tests need not wait.
        let pause = if kind == "Readiness" && !state {
            period.min(Duration::from_secs(1))
        } else {
            period
        };
        tokio::time::sleep(pause).await;
    }
}

async fn check(run: &PodRun, container: &Container, probe: &Value) -> Result<(), String> {
    let command = items(probe, &["exec", "command"]);
    if !command.is_empty() {
        let command = command
            .iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect();
        return exec::quietly(run, container, command).await;
    }
    let port = |body: &Value| -> Result<u16, String> {
        let port = at(body, &["port"]);
        let named = || {
            items(&container.spec, &["ports"])
                .iter()
                .find(|own| at(own, &["name"]) == port)
        };
        let number = port
            .as_i64()
            .or_else(|| named().and_then(|own| integer(own, &["containerPort"])));
        number
            .and_then(|number| u16::try_from(number).ok())
            .ok_or_else(|| format!("there is no port {port}"))
    };
    let connect = async |port: u16| {
        TcpStream::connect((ADDRESS, port))
            .await
            .map_err(|error| error.to_string())
    };
    let tcp = at(probe, &["tcpSocket"]);
    if tcp.is_object() {
        return connect(port(tcp)?).await.map(|_| ());
    }
    let get = at(probe, &["httpGet"]);
    if !get.is_object() {
        return Err("the embedded cluster has exec, tcpSocket and httpGet probes".into());
    }
    let mut stream = connect(port(get)?).await?;
    let request = format!(
        "GET {} HTTP/1.0\r\nHost: {ADDRESS}\r\nUser-Agent: kube-probe/1.34\r\nConnection: close\r\n\r\n",
        text(get, &["path"])
    );
    stream
        .write_all(request.as_bytes())
        .await
        .map_err(|error| error.to_string())?;
    let mut head = [0; 12];
    stream
        .read_exact(&mut head)
        .await
        .map_err(|error| error.to_string())?;
    let code = std::str::from_utf8(&head)
        .ok()
        .and_then(|head| head.split(' ').nth(1)?.parse::<u16>().ok());
    match code {
        Some(200..400) => Ok(()),
        Some(code) => Err(format!("HTTP probe failed with statuscode: {code}")),
        None => Err("the answer is no HTTP".into()),
    }
}
