//! What `kanister run` and `kanister render` are given.

use super::manifests::Manifests;
use super::request::Request;
use super::state::State;
use crate::embedded::{Embedded, Near};
use crate::kubeconfig::Kubeconfig;
use anyhow::bail;
use clap::Args;
use kanister_api::ActionSet;
use kanister_engine::{Settings, SystemWorld};
use kanister_host::capability::kube::{Cluster, PodDefaults};
use kanister_storage::{FileRoots, StoreOptions};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What is to be run, and where.
#[derive(Debug, Args)]
pub struct What {
    /// Files with a Blueprint, an ActionSet, and objects that only this run sees, such as a Profile
    /// and its Secret; of a folder its *.yaml, *.yml and *.json; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub request: Request,

    /// The namespace of the ActionSet, and of local objects that name none
    #[arg(long, short, value_name = "NAME", default_value = "kanister")]
    pub namespace: String,
}

/// Where it is run.
#[derive(Debug, Args)]
pub struct Where {
    /// The state directory: the records of runs, and the embedded cluster
    #[arg(
        long,
        value_name = "DIR",
        env = "KANISTER_STATE",
        default_value = ".kanister"
    )]
    pub state: PathBuf,

    #[command(flatten)]
    pub kubeconfig: Kubeconfig,

    #[command(flatten)]
    pub embedded: Embedded,

    /// Let templates read the environment of this process (`env`, `expandenv`)
    #[arg(long)]
    template_env: bool,

    /// Let templates ask the name service (`getHostByName`)
    #[arg(long)]
    template_lookup: bool,
}

/// A cluster that was reached.
pub struct Reached {
    /// As functions get it.
    pub cluster: Cluster,
    /// The embedded one, if it is that.
    pub near: Option<Near>,
    /// For people.
    pub described: String,
}

impl Reached {
    /// Waits until the embedded cluster cannot go on, and says why.
    pub async fn broken(&self) -> String {
        match &self.near {
            Some(near) => near.broken().await,
            None => std::future::pending().await,
        }
    }

    /// Ends what was started.
    pub async fn end(self) {
        if let Some(near) = self.near {
            // What deletes helper pods needs the cluster; with its end they end too.
            tokio::select! {
                () = self.cluster.sweeper.idle() => {}
                _ = near.broken() => {}
            }
            near.end().await;
        }
    }
}

impl What {
    /// The files and the one ActionSet that they or the options ask for. `name` chooses among
    /// several, or gives one its name.
    ///
    /// # Errors
    /// A file that cannot be read, or what is missing.
    pub fn read(
        &self,
        state: &State,
        name: Option<&str>,
    ) -> anyhow::Result<(Manifests, ActionSet)> {
        let manifests = Manifests::read(&self.files, &self.namespace)?;
        let mut action_set = if self.request.is_given() {
            self.request
                .action_set(&manifests.blueprints, state, &self.namespace)?
        } else {
            chosen(&manifests.action_sets, name)?
        };
        let metadata = &mut action_set.metadata;
        metadata
            .namespace
            .get_or_insert_with(|| self.namespace.clone());
        if let Some(name) = name {
            metadata.name = Some(name.to_owned());
        }
        // A record of another run is none of this one.
        action_set.status = None;
        Ok((manifests, action_set))
    }
}

fn chosen(sets: &[ActionSet], name: Option<&str>) -> anyhow::Result<ActionSet> {
    match sets {
        [one] => Ok(one.clone()),
        [] => bail!(
            "nothing says what to run: give a file with an ActionSet, or --action and --object"
        ),
        several => {
            let names: Vec<_> = several
                .iter()
                .filter_map(|set| set.metadata.name.as_deref())
                .collect();
            let wanted = several
                .iter()
                .find(|set| name.is_some() && set.metadata.name.as_deref() == name);
            match wanted {
                Some(set) => Ok(set.clone()),
                None => bail!(
                    "the files have several ActionSets; say which one with --name: {}",
                    names.join(", ")
                ),
            }
        }
    }
}

impl Where {
    /// The state directory.
    pub fn state(&self) -> anyhow::Result<State> {
        State::open(&self.state)
    }

    /// The cluster: that of a kubeconfig if one is given, else the embedded one.
    ///
    /// # Errors
    /// It cannot be reached or started.
    pub async fn reach(&self, namespace: &str) -> anyhow::Result<Reached> {
        let (client, near, described) = if self.kubeconfig.is_given() {
            let described = format!("cluster of {}", self.kubeconfig.describe());
            (self.kubeconfig.client().await?, None, described)
        } else {
            let near = self.embedded.start(&self.state).await?;
            let described = match near.is_own() {
                true => format!("embedded cluster in {}", self.state.display()),
                false => format!("running embedded cluster of {}", self.state.display()),
            };
            crate::embedded::ensure_namespace(&near.client, namespace).await?;
            (near.client.clone(), Some(near), described)
        };
        let defaults = PodDefaults::from_environment(|name| std::env::var(name).ok());
        Ok(Reached {
            cluster: Cluster::new(client, namespace, defaults),
            near,
            described,
        })
    }

    /// How runs are made.
    pub fn settings(&self, holder: &str) -> Settings {
        let mut templates = kanister_template::Options::new(Arc::new(SystemWorld));
        templates.allow_env = self.template_env;
        templates.allow_lookup = self.template_lookup;
        Settings {
            progress_interval: Duration::from_secs(1),
            stores: StoreOptions {
                // The run has its user's rights, as every program that the user starts.
                file_roots: FileRoots::Any,
                ..StoreOptions::default()
            },
            ..Settings::new(holder, templates)
        }
    }
}
