//! The cluster of a kubeconfig.

use anyhow::Context;
use clap::Args;
use kube::config::KubeConfigOptions;
use std::path::PathBuf;

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
    /// A connection. Nothing is sent yet.
    pub async fn client(&self) -> anyhow::Result<kube::Client> {
        let options = KubeConfigOptions {
            context: self.context.clone(),
            ..KubeConfigOptions::default()
        };
        let read = match &self.kubeconfig {
            Some(file) => kube::config::Kubeconfig::read_from(file)
                .with_context(|| format!("the kubeconfig {}", file.display()))?,
            None => kube::config::Kubeconfig::read()
                .context("no kubeconfig was found; give one with --kubeconfig")?,
        };
        let config = kube::Config::from_custom_kubeconfig(read, &options)
            .await
            .context("the kubeconfig")?;
        kube::Client::try_from(config).context("the connection to the cluster")
    }
}
