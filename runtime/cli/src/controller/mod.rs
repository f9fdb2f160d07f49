//! `kanister controller`.

mod environment;

use crate::builtin;
use crate::kubeconfig::Kubeconfig;
use crate::plugin::Places;
use anyhow::{Context as _, bail};
use clap::Args;
use environment::{Environment, own_service_account};
use kanister_controller::{Hooks, LeaseSettings, Listen, Metrics, Settings};
use kanister_engine::{Engine, SystemWorld};
use kanister_host::capability::kube::{Cluster, PodDefaults};
use kanister_storage::{FileRoots, StoreOptions};
use kanister_template::Options;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long a controller that is to end waits for calls: less than the grace that Kubernetes gives
/// a pod.
const PATIENCE: Duration = Duration::from_secs(25);

/// Run the ActionSets of a cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
Several controllers may run: one of them leads, the others stand by. What functions may do is what \
is granted: built-in ones by the binary, others by --grants.

The environment is that of existing installations: POD_NAMESPACE, POD_NAME, POD_SERVICE_ACCOUNT, \
LOG_LEVEL, CREATEORUPDATE_CRDS, KANISTER_METRICS_ENABLED, LIVENESS_PATH, READINESS_PATH, \
HEALTH_CHECK_PORT, SECURE_DEFAULTS_FOR_JOB_PODS, TIMEOUT_WORKER_POD_READY.

Example: POD_NAMESPACE=kanister kanister controller --kubeconfig ~/.kube/config")]
pub struct Controller {
    /// A namespace whose ActionSets are run; may be repeated [default: the controller's own]
    #[arg(long = "namespace", short, value_name = "NAME")]
    namespaces: Vec<String>,

    /// The controller's own namespace: its lease, the notes of runs, helper pods that name none
    /// [default: that of the service account, else of the kubeconfig]
    #[arg(long, value_name = "NAME", env = "POD_NAMESPACE")]
    own_namespace: Option<String>,

    /// What is granted besides: a file of FunctionGrants and ClusterFunctionGrants
    #[arg(long, value_name = "FILE")]
    grants: Option<PathBuf>,

    /// Fail ActionSets that another kind of controller has left running
    #[arg(long)]
    adopt_foreign: bool,

    /// Runs that go on at once
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    concurrency: usize,

    /// How long a leader that is not heard of stays the leader, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    lease_seconds: u64,

    /// Be the only controller: elect no leader
    #[arg(long)]
    no_lease: bool,

    /// Where metrics and health are served [default: port 8000, or HEALTH_CHECK_PORT]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// A folder that Profiles of the type filestore may use; may be repeated
    #[arg(long, value_name = "DIR")]
    file_store: Vec<PathBuf>,

    /// Let templates read the controller's environment
    #[arg(long)]
    template_env: bool,

    /// Let templates ask the name service
    #[arg(long)]
    template_dns: bool,

    #[command(flatten)]
    kubeconfig: Kubeconfig,

    #[command(flatten)]
    places: Places,
}

impl Controller {
    /// The level of the log.
    pub fn log_level(&self) -> &'static str {
        Environment::read().log_level()
    }

    /// Runs until the process is told to end.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let environment = Environment::read();
        let config = self.kubeconfig.config_in_cluster().await?;
        let namespace = self.own_namespace(&config.default_namespace)?;
        let metrics = Metrics::default();
        let client = kanister_controller::connect(config, &metrics)?;
        let mut defaults = PodDefaults::from_environment(|name| std::env::var(name).ok());
        if defaults.service_account.is_none() {
            defaults.service_account = own_service_account(&client, &namespace).await;
        }
        let cluster = Cluster::new(client, namespace.clone(), defaults);
        let settings = self.settings(namespace, &environment)?;
        let engine = self.engine(&settings.identity).await?;
        // A call that is dropped cleans up; nobody may drop one that another process goes on with.
        let abandon = Arc::new(|status: i32| std::process::exit(status));
        let stop = kanister_devcluster::stopped();
        kanister_controller::serve(settings, engine, cluster, metrics, Hooks { abandon }, stop)
            .await?;
        Ok(ExitCode::SUCCESS)
    }

    fn own_namespace(&self, default: &str) -> anyhow::Result<String> {
        match &self.own_namespace {
            Some(name) if !name.is_empty() => Ok(name.clone()),
            _ if !default.is_empty() => Ok(default.to_owned()),
            _ => bail!("the controller's namespace is not known; set POD_NAMESPACE"),
        }
    }

    async fn engine(&self, identity: &str) -> anyhow::Result<Engine> {
        let host = self.places.installed().await?;
        let grants = builtin::with_grants(host.registry(), self.grants.as_deref())?;
        let templates = Options {
            allow_env: self.template_env,
            allow_lookup: self.template_dns,
            ..Options::new(Arc::new(SystemWorld))
        };
        let settings = kanister_engine::Settings {
            adopt_foreign: self.adopt_foreign,
            stores: StoreOptions {
                file_roots: match self.file_store.is_empty() {
                    true => FileRoots::None,
                    false => FileRoots::Below(self.file_store.clone()),
                },
                ..StoreOptions::default()
            },
            ..kanister_engine::Settings::new(identity, templates)
        };
        Ok(Engine::new(Arc::new(host), Arc::new(grants), settings))
    }

    fn settings(&self, namespace: String, environment: &Environment) -> anyhow::Result<Settings> {
        let watched = match self.namespaces.as_slice() {
            [] => vec![namespace.clone()],
            named => named.to_vec(),
        };
        let lease = LeaseSettings {
            name: "kanister-controller".to_owned(),
            duration: Duration::from_secs(self.lease_seconds),
        };
        Ok(Settings {
            namespace,
            watched,
            identity: environment
                .identity()
                .context("no random identity can be made")?,
            concurrency: self.concurrency,
            lease: (!self.no_lease).then_some(lease),
            install_definitions: environment.install_definitions(),
            listen: Some(Listen {
                address: self.listen.unwrap_or(environment.address()),
                liveness: environment.liveness(),
                readiness: environment.readiness(),
                metrics: environment.metrics(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            }),
            patience: PATIENCE,
        })
    }
}
