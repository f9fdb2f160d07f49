//! The embedded cluster for commands that need one: started in this process, or the one that
//! `kanister devcluster` serves from the same state directory.

mod images;
mod objects;

pub use images::furnish;
pub use objects::{apply, ensure_namespace, wait_until_ready};

use crate::kubeconfig::Kubeconfig;
use anyhow::{Context, bail};
use clap::Args;
use kanister_devcluster::{Cluster, Error, Pods, SUPERVISE, Setup, StoreError, Supervisor};
use std::path::{Path, PathBuf};

/// How the embedded cluster is run, as options.
#[derive(Debug, Args)]
pub struct Embedded {
    /// Directory of images for pods of the embedded cluster: each is a directory of programs
    #[arg(long, value_name = "DIR", help_heading = "Embedded cluster")]
    images: Option<PathBuf>,

    /// Run pods with all rights of this user; only for Blueprints and pods that you trust
    #[arg(long, help_heading = "Embedded cluster")]
    unconfined: bool,

    /// Let pods mount this directory and those below it by hostPath
    #[arg(long, value_name = "DIR", help_heading = "Embedded cluster")]
    allow_host_path: Vec<PathBuf>,

    /// Mount this directory in the run's helper pods at the same path, as for a file store; it is made
    /// if it is missing. Pods of several containers (MultiContainerRun) do not get it
    #[arg(long, value_name = "DIR", help_heading = "Embedded cluster")]
    mount: Vec<PathBuf>,

    /// User as whom pods run if this program is started by root
    #[arg(
        long,
        value_name = "NAME",
        default_value = "nobody",
        help_heading = "Embedded cluster"
    )]
    pod_user: String,
}

/// An embedded cluster and the way to it.
pub struct Near {
    /// A connection.
    pub client: kube::Client,
    /// The cluster, if it runs in this process.
    own: Option<Cluster>,
}

impl Near {
    /// Whether the cluster and its pods end with this process.
    pub fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Waits until the cluster of this process cannot write its state any more, and says why.
    pub async fn broken(&self) -> String {
        match &self.own {
            Some(cluster) => cluster.broken().await,
            None => std::future::pending().await,
        }
    }

    /// Ends the cluster, if it runs in this process.
    pub async fn end(self) {
        if let Some(cluster) = self.own {
            cluster.shutdown().await;
        }
    }
}

impl Embedded {
    /// The directories that helper pods get.
    pub fn mounts(&self) -> Vec<PathBuf> {
        self.mount.iter().map(|it| absolute(it)).collect()
    }

    fn host_paths(&self) -> Vec<PathBuf> {
        let allowed = self.allow_host_path.iter().chain(&self.mount);
        allowed.map(|it| absolute(it)).collect()
    }

    /// Starts the cluster of a state directory, or joins the one that runs there.
    ///
    /// # Errors
    /// The cluster does not start, or the one that runs cannot be reached.
    pub async fn start(&self, state: &Path) -> anyhow::Result<Near> {
        let images = match &self.images {
            Some(images) => images.clone(),
            None => furnish(state)?,
        };
        let pods = Pods {
            supervisor: Supervisor {
                program: std::env::current_exe().context("the path of this program")?,
                arguments: vec![SUPERVISE.into()],
            },
            images: Some(absolute(&images)),
            unconfined: self.unconfined,
            no_namespaces: false,
            host_paths: self.host_paths(),
            user: self.pod_user.clone(),
        };
        let setup = Setup {
            state: Some(absolute(state)),
            pods: Some(pods),
            ..Setup::default()
        };
        match Cluster::start(setup).await {
            Ok(cluster) => Ok(Near {
                client: cluster.client(),
                own: Some(cluster),
            }),
            Err(Error::Store(StoreError::InUse { .. })) => join(state).await,
            Err(error) => Err(error).context("the embedded cluster does not start"),
        }
    }
}

/// The cluster that another process runs.
async fn join(state: &Path) -> anyhow::Result<Near> {
    let file = state.join("kubeconfig");
    if !file.is_file() {
        bail!(
            "the state directory {} is in use by another `kanister run`; wait for its end, or run \
             `kanister devcluster --state {0}` beforehand, which several of them can use",
            state.display()
        );
    }
    let client = Kubeconfig::of_file(&file).client().await?;
    client.apiserver_version().await.with_context(|| {
        format!(
            "the state directory {} is in use, but no cluster answers as {} says; if another \
             `kanister run` uses it, wait for its end",
            state.display(),
            file.display()
        )
    })?;
    Ok(Near { client, own: None })
}

/// The same path from the root on: pods' supervisors change their directory.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
