//! A running cluster.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::controllers;
use crate::error::Error;
use crate::http::Api;
use crate::kinds::DEFAULT_CLASS;
use crate::node::{Node, Pods};
use crate::object;
use crate::registry::Known;
use crate::status::Status;
use crate::store::{Store, Window};
use crate::transport::{Access, Credentials, Socket, Tls, client, kubeconfig, write_private};
use crate::verbs::{Change, Objects, Subresource, new_uid};

/// How a cluster is set up.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Where its state is kept; in memory if absent.
    pub state: Option<PathBuf>,
    /// How much history watches can go back.
    pub window: Window,
    /// How pods are run; without it they stay pending.
    pub pods: Option<Pods>,
}

/// A cluster in this process. It ends with [`Cluster::shutdown`].
#[derive(Debug)]
pub struct Cluster {
    api: Api,
    tasks: TaskTracker,
    state: Option<PathBuf>,
    _scratch: Option<Scratch>,
}

/// The directory of pods of a cluster without a state directory; removed with it.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Error> {
        let path = std::env::temp_dir().join(format!("kanister-devcluster-{}", new_uid()));
        let fail = |source| Error::Listen {
            action: "make",
            place: path.display().to_string(),
            source,
        };
        std::fs::create_dir_all(&path).map_err(fail)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o711)).map_err(fail)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed remains for the system's cleaner of temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Cluster {
    /// Starts a cluster.
    ///
    /// # Errors
    /// If its state cannot be read or written.
    pub async fn start(setup: Setup) -> Result<Self, Error> {
        let Setup {
            state,
            window,
            pods,
        } = setup;
        // Supervisors change their directory and their root.
        let state = state.map(|path| std::path::absolute(&path).unwrap_or(path));
        let store = match &state {
            Some(directory) => Store::open(&directory.join("store"), window)?,
            None => Store::in_memory(window),
        };
        let objects = Arc::new(Objects::new(Arc::new(store)));
        furnish(&objects)?;
        let shutdown = CancellationToken::new();
        let tasks = TaskTracker::new();
        controllers::start(&objects, &shutdown, &tasks);
        let mut scratch = None;
        let node = match pods {
            None => None,
            Some(pods) => {
                let folder = match &state {
                    Some(directory) => directory.join("node"),
                    None => scratch.insert(Scratch::new()?).0.clone(),
                };
                let node = Node::new(
                    objects.clone(),
                    pods,
                    folder,
                    tasks.clone(),
                    shutdown.clone(),
                )
                .map_err(Error::Pods)?;
                let node = Arc::new(node);
                tasks.spawn(node.clone().run());
                Some(node)
            }
        };
        let api = Api {
            objects,
            node,
            shutdown,
        };
        Ok(Self {
            api,
            tasks,
            state,
            _scratch: scratch,
        })
    }

    /// A client in this process.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        client(&self.api)
    }

    /// Listens on a Unix socket, which only this user can open.
    ///
    /// # Errors
    /// If the socket cannot be made.
    pub fn listen_unix(&self, path: &Path) -> Result<(), Error> {
        let socket = Socket::bind(path)?;
        self.tasks.spawn(socket.serve(self.api.clone()));
        Ok(())
    }

    /// Listens on a TLS port (0 for any that is free), writes a kubeconfig with a token to `file`
    /// (mode 0600), and says where it listens.
    ///
    /// # Errors
    /// If the port cannot be opened or the file not be written.
    pub async fn listen_tls(&self, address: SocketAddr, file: &Path) -> Result<SocketAddr, Error> {
        let credentials = match &self.state {
            Some(directory) => Credentials::kept_in(directory)?,
            None => Credentials::generate()?,
        };
        let tls = Tls::bind(address, &credentials).await?;
        let bound = tls.address;
        let access = Access {
            server: &format!("https://{bound}"),
            authority: &credentials.authority,
            token: &credentials.token,
        };
        write_private(file, kubeconfig(&access).to_string().as_bytes())?;
        self.tasks.spawn(tls.serve(self.api.clone()));
        Ok(bound)
    }

    /// Waits until the state directory cannot be written any more, for longer than a moment, and says
    /// why. Nothing goes on in the cluster until it can.
    pub async fn broken(&self) -> String {
        self.api.objects.store.broken().await
    }

    /// Ends the cluster: its pods, its watches and its connections. Its directory is free then, also
    /// while somebody holds a client of it.
    pub async fn shutdown(self) {
        self.api.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.api.objects.store.close().await;
    }
}

/// Makes the objects that every cluster has.
fn furnish(objects: &Objects) -> Result<(), Status> {
    let manager = "kube-apiserver";
    let mut wanted = Vec::new();
    for name in controllers::INITIAL_NAMESPACES {
        wanted.push((Known::Namespace, json!({"metadata": {"name": name}})));
    }
    wanted.push((
        Known::StorageClass,
        json!({"metadata": {"name": DEFAULT_CLASS, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "devcluster.kanister.io/directory"}),
    ));
    for definition in kanister_api::crd::definitions() {
        let definition = serde_json::to_value(definition)
            .map_err(|error| Status::internal(error.to_string()))?;
        refresh(objects, &definition)?;
        wanted.push((Known::CustomResourceDefinition, definition));
    }
    for (known, object) in wanted {
        let call = objects.own_call(known, "", manager)?;
        match objects.create(&call, object) {
            Err(status) if status.reason != "AlreadyExists" => return Err(status),
            _ => {}
        }
    }
    Ok(())
}

/// Brings a definition of an earlier version of this program up to date.
fn refresh(objects: &Objects, definition: &Value) -> Result<(), Status> {
    let call = objects.own_call(Known::CustomResourceDefinition, "", "kube-apiserver")?;
    let name = object::name(definition);
    if objects.store.get(&call.key(name)).is_none() {
        return Ok(());
    }
    let part = Change::of(Subresource::Whole);
    objects
        .modify(&call, name, part, Vec::new(), |found| {
            let mut found = found.clone();
            object::set(
                &mut found,
                &["spec"],
                object::at(definition, &["spec"]).clone(),
            );
            Ok(found)
        })
        .map(|_| ())
}
