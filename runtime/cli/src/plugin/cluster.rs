//! The cluster that a function may be let near.

use anyhow::Context;
use clap::Args;
use kanister_api::function::Section;
use kanister_host::capability::kube::{self as cluster, PodDefaults};
use kanister_host::component::Plugin;
use kanister_plugin::Need;
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::path::PathBuf;

/// Which cluster, as options.
#[derive(Debug, Args)]
pub struct Cluster {
    /// The kubeconfig [default: as kubectl finds it]
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
}

impl Cluster {
    /// The cluster for a plugin; none for one that cannot use it.
    pub async fn connect(
        &self,
        plugin: &Plugin,
        namespace: &str,
    ) -> anyhow::Result<Option<cluster::Cluster>> {
        let permissions = plugin.file().permissions();
        let wants = permissions.iter().any(|permission| {
            permission.needs.iter().any(|need| {
                matches!(
                    need,
                    Need::Section(Section::Kubernetes | Section::Exec | Section::Workload)
                )
            })
        });
        if !wants {
            return Ok(None);
        }
        let options = KubeConfigOptions {
            context: self.context.clone(),
            ..KubeConfigOptions::default()
        };
        let read = match &self.kubeconfig {
            Some(file) => Kubeconfig::read_from(file)
                .with_context(|| format!("the kubeconfig {}", file.display()))?,
            None => Kubeconfig::read().context(
                "this function works in a cluster, and no kubeconfig was found; give one with \
                 --kubeconfig",
            )?,
        };
        let config = kube::Config::from_custom_kubeconfig(read, &options)
            .await
            .context("the kubeconfig")?;
        let client = kube::Client::try_from(config).context("the connection to the cluster")?;
        Ok(Some(cluster::Cluster::new(
            client,
            namespace,
            PodDefaults::default(),
        )))
    }
}
