//! An embedded cluster as a program of its own, for tests.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// How long a start and an end may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A running cluster; it is killed when this is dropped.
pub struct Alone {
    child: Child,
    /// What it printed when it was ready.
    pub printed: String,
    /// The file by which clients find it.
    pub kubeconfig: PathBuf,
    // Closing it would make the program's next line an error.
    _output: BufReader<ChildStdout>,
}

impl Alone {
    /// Starts `program` (the test program `devcluster-alone`, or one that takes the same arguments)
    /// with its state and its kubeconfig below `folder`.
    ///
    /// # Errors
    /// If it does not say in time that it is ready: then with what it said instead.
    pub async fn start(
        program: impl AsRef<Path>,
        folder: &Path,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        Self::run(Command::new(program.as_ref()), folder, arguments).await
    }

    /// As [`Alone::start`], with a command that may have arguments and another user already.
    ///
    /// # Errors
    /// As [`Alone::start`].
    pub async fn run(
        mut command: Command,
        folder: &Path,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let kubeconfig = folder.join("kubeconfig");
        let mut child = command
            .arg("--state")
            .arg(folder.join("state"))
            .arg("--kubeconfig")
            .arg(&kubeconfig)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the cluster's program")?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut printed = String::new();
        while !printed.contains("export KUBECONFIG=") {
            let count = tokio::time::timeout(LIMIT, output.read_line(&mut printed))
                .await
                .context("the cluster was not ready in time")??;
            if count == 0 {
                let mut errors = String::new();
                if let Some(mut pipe) = child.stderr.take() {
                    pipe.read_to_string(&mut errors).await?;
                }
                bail!("the cluster did not start: {printed}{errors}");
            }
        }
        // From here on nobody reads it; a full pipe would stop the cluster.
        if let Some(errors) = child.stderr.take() {
            let mut lines = BufReader::new(errors).lines();
            tokio::spawn(async move {
                while let Ok(Some(line)) = lines.next_line().await {
                    eprintln!("{line}");
                }
            });
        }
        Ok(Self {
            child,
            printed,
            kubeconfig,
            _output: output,
        })
    }

    /// How its kubeconfig says that it is reached.
    ///
    /// # Errors
    /// If the kubeconfig cannot be used.
    pub async fn config(&self) -> anyhow::Result<kube::Config> {
        // Another test of this process can have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let file = Kubeconfig::read_from(&self.kubeconfig)?;
        Ok(kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?)
    }

    /// A client that reaches it by TLS.
    ///
    /// # Errors
    /// If the kubeconfig cannot be used.
    pub async fn client(&self) -> anyhow::Result<kube::Client> {
        Ok(kube::Client::try_from(self.config().await?)?)
    }

    /// The process id of the cluster.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    ///
    /// # Errors
    /// If the system refuses.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to end as `kill` does, and waits until it has.
    ///
    /// # Errors
    /// If it does not end in time.
    pub async fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        let id = self.child.id().context("it has ended already")?;
        let asked = Command::new("kill").arg(id.to_string()).status().await?;
        anyhow::ensure!(asked.success(), "kill {id}: {asked}");
        let ended = tokio::time::timeout(LIMIT, self.child.wait()).await;
        Ok(ended.context("the cluster did not end when it was asked to")??)
    }
}
