//! The cluster as a program of its own.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::cluster::{Cluster, Setup};
use crate::error::Error;
use crate::node::{Pods, Supervisor};
use crate::store::Window;

/// The first argument with which [`serve`] starts its own program as a supervisor, unless
/// [`Options::supervisor`] names another. The program must then call [`crate::supervise`] before it
/// does anything else.
pub const SUPERVISE: &str = "devcluster-supervise";

/// How the cluster is started from the command line.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Directory of the cluster's state; it is made if it is missing
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,
    /// Address of the API (port 0: any that is free)
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Listen on this Unix socket as well
    #[arg(long, value_name = "FILE")]
    pub socket: Option<PathBuf>,
    /// Where the kubeconfig is written (default: kubeconfig in the state directory)
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Directory of images: each image is a directory of programs below it
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    /// Run pods with all rights of this user; only for Blueprints and pods that you trust
    #[arg(long)]
    pub unconfined: bool,
    /// Confine pods with Landlock alone, without namespaces
    #[arg(long)]
    pub no_namespaces: bool,
    /// Let pods mount this directory and those below it by hostPath
    #[arg(long, value_name = "DIR")]
    pub allow_host_path: Vec<PathBuf>,
    /// User as whom pods run if the cluster is started by root
    #[arg(long, value_name = "NAME", default_value = "nobody")]
    pub pod_user: String,
    /// The program that supervises containers; by default this one.
    #[arg(skip)]
    pub supervisor: Option<Supervisor>,
}

/// The same path from the root on, so that it means the same wherever it is used.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// Waits until somebody wants this program to end: Ctrl-C, `kill`, or the end of its terminal.
pub async fn stopped() {
    let heard = async {
        let mut terminated = signal(SignalKind::terminate())?;
        let mut hung_up = signal(SignalKind::hangup())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
            _ = hung_up.recv() => Ok(()),
        }
    };
    if heard.await.is_err() {
        // Without a handler the signal ends the process, and with it the pods: as good.
        std::future::pending::<()>().await;
    }
}

/// Runs a cluster until `shutdown` is done. Prints how to reach it to standard output when it is
/// ready.
///
/// # Errors
/// If the cluster cannot be started.
pub async fn serve(options: Options, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
    let Options {
        state,
        listen,
        socket,
        kubeconfig,
        images,
        unconfined,
        no_namespaces,
        allow_host_path,
        pod_user,
        supervisor,
    } = options;
    let supervisor = match supervisor {
        Some(supervisor) => supervisor,
        None => Supervisor {
            program: std::env::current_exe().map_err(|error| Error::Pods(error.to_string()))?,
            arguments: vec![SUPERVISE.into()],
        },
    };
    let pods = Pods {
        supervisor,
        images: images.map(absolute),
        unconfined,
        no_namespaces,
        host_paths: allow_host_path.into_iter().map(absolute).collect(),
        user: pod_user,
    };
    let file = absolute(kubeconfig.unwrap_or_else(|| state.join("kubeconfig")));
    let setup = Setup {
        state: Some(absolute(state)),
        window: Window::default(),
        pods: Some(pods),
    };
    let cluster = Cluster::start(setup).await?;
    let address = cluster.listen_tls(listen, &file).await?;
    let mut text = format!("Kubernetes API at https://{address}\n");
    if let Some(socket) = &socket {
        cluster.listen_unix(socket)?;
        text.push_str(&format!("and at the Unix socket {}\n", socket.display()));
    }
    text.push_str(&format!("export KUBECONFIG={}\n", file.display()));
    // Whoever closed the output does not want to read it.
    let _ = std::io::stdout().write_all(text.as_bytes());
    let _ = std::io::stdout().flush();
    shutdown.await;
    cluster.shutdown().await;
    Ok(())
}
