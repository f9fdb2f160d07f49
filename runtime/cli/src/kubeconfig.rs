//! The cluster of a kubeconfig.

use anyhow::Context;
use clap::Args;
use kube::config::KubeConfigOptions;
use std::path::{Path, PathBuf};

/// Which cluster, as options.
#[derive(Debug, Args)]
pub struct Kubeconfig {
    /// The kubeconfig of a cluster
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// A context of the kubeconfig; without --kubeconfig, of the one that kubectl finds
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
}

impl Kubeconfig {
    /// The current context of a file.
    pub fn of_file(file: &Path) -> Self {
        Self {
            kubeconfig: Some(file.to_owned()),
            context: None,
        }
    }

    /// Whether a cluster was asked for.
    pub fn is_given(&self) -> bool {
        self.kubeconfig.is_some() || self.context.is_some()
    }

    /// What was asked for, for people.
    pub fn describe(&self) -> String {
        let context = self.context.as_ref().map(|name| format!("context {name}"));
        let file = self
            .kubeconfig
            .as_ref()
            .map(|file| file.display().to_string());
        let parts: Vec<_> = context.into_iter().chain(file).collect();
        parts.join(" of ")
    }

    /// A connection. Nothing is sent yet.
    pub async fn client(&self) -> anyhow::Result<kube::Client> {
        kube::Client::try_from(self.config().await?).context("the connection to the cluster")
    }

    /// How the cluster is reached from inside of it, unless a kubeconfig is named.
    pub async fn config_in_cluster(&self) -> anyhow::Result<kube::Config> {
        let named = self.kubeconfig.is_some()
            || self.context.is_some()
            || std::env::var_os("KUBECONFIG").is_some_and(|files| !files.is_empty());
        if !named && std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
            return kube::Config::incluster()
                .context("the service account of this pod cannot be used");
        }
        self.config().await
    }

    /// How the cluster is reached.
    pub async fn config(&self) -> anyhow::Result<kube::Config> {
        let options = KubeConfigOptions {
            context: self.context.clone(),
            ..KubeConfigOptions::default()
        };
        let read = match &self.kubeconfig {
            Some(file) => kube::config::Kubeconfig::read_from(file)
                .map_err(without_its_lines)
                .with_context(|| format!("the kubeconfig {}", file.display()))?,
            None => kube::config::Kubeconfig::read()
                .map_err(without_its_lines)
                .context("no kubeconfig was found; give one with --kubeconfig")?,
        };
        kube::Config::from_custom_kubeconfig(read, &options)
            .await
            .context("the kubeconfig")
    }
}

/// The library quotes what it cannot read, which may be a credential.
fn without_its_lines(error: kube::config::KubeconfigError) -> anyhow::Error {
    anyhow::Error::msg(kanctl::kubeconfig_fault(&error))
}
