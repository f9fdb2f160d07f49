//! Runs the suite against the cluster of `KUBECONFIG`.

use clap::Parser;

/// Checks a cluster against what Kanister and kubectl rely on.
#[derive(Parser)]
struct Arguments {
    /// Only cases whose names contain this text.
    #[arg(default_value = "")]
    filter: String,
    /// How many cases run at a time.
    #[arg(long, default_value_t = 4)]
    parallel: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { filter, parallel } = Arguments::parse();
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        anyhow::bail!("another TLS provider is installed already");
    }
    let client = kube::Client::try_default().await?;
    let failed = kanister_conformance::run_all(&client, &filter, parallel).await;
    anyhow::ensure!(failed.is_empty(), "{} cases failed", failed.len());
    Ok(())
}
