//! What clients may ask of a running pod: its logs, and commands in it.

use std::sync::Arc;

use super::Node;
use super::container::Container;
use super::logs::Log;
use super::pod::PodRun;
use super::status::State;
use crate::object::{self, items, text};
use crate::status::Status;
use crate::store::Entry;

/// A container of a pod that runs here.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(super) run: Arc<PodRun>,
    index: usize,
}

impl Target {
    pub(super) fn container(&self) -> Option<&Container> {
        self.run.containers.get(self.index)
    }

    /// Runs a command over an upgraded connection.
    pub(crate) async fn exec(
        &self,
        request: super::exec::Request,
        upgraded: hyper::upgrade::Upgraded,
    ) {
        if let Some(container) = self.container() {
            super::exec::session(&self.run, container, request, upgraded).await;
        }
    }

    /// Whether the container has a process.
    pub(crate) fn is_running(&self) -> bool {
        self.container()
            .is_some_and(|container| container.process().is_some())
    }

    /// The log of the present run of the container, or of the one before.
    pub(crate) fn log(&self, previous: bool) -> Result<LogReader, Status> {
        let entry = self.run.entry();
        let pod = object::name(&entry.object);
        let Some(container) = self.container() else {
            return Err(Status::internal("the container is gone"));
        };
        let name = container.name();
        match container.log(previous) {
            Some(log) => Ok(LogReader(log)),
            None if previous => Err(Status::bad_request(format!(
                "previous terminated container {name:?} in pod {pod:?} not found"
            ))),
            None => {
                let slots = self.run.slots.lock();
                let reason = match slots.get(self.index).map(|slot| &slot.state) {
                    Some(State::Waiting { reason, .. }) => *reason,
                    _ => "ContainerCreating",
                };
                Err(Status::bad_request(format!(
                    "container {name:?} in pod {pod:?} is waiting to start: {reason}"
                )))
            }
        }
    }
}

/// Reads the log of a container.
#[derive(Clone, Debug)]
pub(crate) struct LogReader(Arc<Log>);

impl LogReader {
    pub(crate) fn path(&self) -> &std::path::Path {
        self.0.path()
    }

    /// Waits for bytes after `position`; false if there will be none.
    pub(crate) async fn more(&self, position: u64) -> bool {
        self.0.more(position).await
    }
}

impl Node {
    /// The container of a pod that a client means.
    pub(crate) fn target(&self, pod: &Entry, container: &str) -> Result<Target, Status> {
        let name = object::name(&pod.object);
        let names = |list: &str| -> Vec<&str> {
            items(&pod.object, &["spec", list])
                .iter()
                .map(|container| text(container, &["name"]))
                .collect()
        };
        let main = names("containers");
        let chosen = match (container, main.as_slice()) {
            ("", [only]) => *only,
            ("", many) => {
                let mut message = format!(
                    "a container name must be specified for pod {name}, choose one of: [{}]",
                    many.join(" ")
                );
                let init = names("initContainers");
                if !init.is_empty() {
                    message = format!(
                        "{message} or one of the init containers: [{}]",
                        init.join(" ")
                    );
                }
                return Err(Status::bad_request(message));
            }
            (given, _) => given,
        };
        let known = main.contains(&chosen) || names("initContainers").contains(&chosen);
        if !known {
            return Err(Status::bad_request(format!(
                "container {chosen} is not valid for pod {name}"
            )));
        }
        if text(&pod.object, &["spec", "nodeName"]).is_empty() {
            return Err(Status::bad_request(format!(
                "pod {name} does not have a host assigned"
            )));
        }
        let run = self.running(object::uid(&pod.object)).ok_or_else(|| {
            Status::bad_request(format!("pod {name} does not run any more: its processes and logs ended with an earlier start of the embedded cluster"))
        })?;
        let index = run
            .containers
            .iter()
            .position(|container| container.name() == chosen);
        let index = index.ok_or_else(|| {
            Status::bad_request(format!("container {chosen} is not valid for pod {name}"))
        })?;
        Ok(Target { run, index })
    }
}
