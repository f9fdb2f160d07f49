//! `kanister plugin run`.

use super::cluster::connect;
use super::place::{Places, is_file};
use crate::builtin;
use crate::kubeconfig::Kubeconfig;
use crate::output::{self, Output};
use anyhow::{Context as _, bail};
use clap::Args;
use kanister_api::function::{
    ClusterFunctionGrant, FunctionSelector, GrantFile, GrantSpec, Section,
};
use kanister_host::authority::Context;
use kanister_host::call::{CallEnd, Invocation, Services};
use kanister_host::capability::cancel::{Cancel, Canceller};
use kanister_host::capability::kube::SlotSecrets;
use kanister_host::capability::secrets::{NoSecrets, SecretSource};
use kanister_host::host::{Host, Request};
use kanister_host::registry::{Function, Registry};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The grace of a call that is interrupted.
const GRACE: Duration = Duration::from_secs(30);

/// Call one function, sandboxed, outside of any ActionSet.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is allowed unless it is granted: by --grants FILE, or by --allow for sections of the \
component's own manifest that you have read (see `kanister plugin inspect`).

Ctrl-C asks the function to stop and clean up; a second one ends it.

Example: kanister plugin run hello.wasm --arg name=world")]
pub struct Run {
    /// A component's file, or the name of an installed function
    target: String,

    /// Which function, if the component has several
    function: Option<String>,

    /// An argument; the value is JSON if it can be read as such, else text
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    args: Vec<String>,

    /// All arguments as a file of JSON or YAML; `-` reads standard input
    #[arg(long = "args", value_name = "FILE", conflicts_with = "args")]
    file: Option<PathBuf>,

    /// What is granted: a file of FunctionGrants and ClusterFunctionGrants
    #[arg(long, value_name = "FILE")]
    grants: Option<PathBuf>,

    /// Grants a section of the component's manifest as it stands there
    #[arg(long, value_name = "SECTION", value_parser = section)]
    allow: Vec<Section>,

    /// The namespace of what the function acts on
    #[arg(long, short, value_name = "NAME", default_value = "default")]
    namespace: String,

    /// The version of the function
    #[arg(long, value_name = "VERSION", default_value = "")]
    function_version: String,

    /// Stops after so many seconds
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,

    /// Only says what the call would be allowed to do
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    kubeconfig: Kubeconfig,

    #[command(flatten)]
    places: Places,
}

fn section(word: &str) -> Result<Section, String> {
    serde_json::from_value(Value::String(word.to_owned())).map_err(|_| {
        "the sections are kubernetes, exec, workload, storage, http and secrets".to_owned()
    })
}

impl Run {
    pub async fn run(self, format: Output) -> anyhow::Result<ExitCode> {
        let (host, function) = self.function().await?;
        let args = self.arguments()?;
        let grants = self.grants(host.registry(), &function)?;
        let name = &function.descriptor.name;
        // Whether a cluster is there matters only for a call that may be made.
        let cluster = connect(&self.kubeconfig, &function.plugin, &self.namespace).await;
        let context = Context {
            subject_namespace: Some(self.namespace.clone()),
            controller_namespace: Some(self.namespace.clone()),
            helper_service_account: None,
        };
        let prepared = host
            .prepare(Request {
                function: &function,
                args,
                params: json!({}),
                grants: &grants,
                context: &context,
                cluster: cluster.as_ref().ok().and_then(Option::as_ref),
            })
            .await
            .with_context(|| format!("function {name}"))?;
        if self.dry_run {
            return dry_run(&prepared, format);
        }
        let cluster = cluster?;
        let invocation = Invocation {
            id: format!("{name}-{}", std::process::id()),
            question: prepared.question().clone(),
            action_set: String::new(),
            action: String::new(),
            phase: String::new(),
            attempt: 1,
            deadline: self
                .timeout
                .and_then(|seconds| SystemTime::now().checked_add(Duration::from_secs(seconds))),
        };
        let (canceller, cancel) = Cancel::new();
        let secrets: Arc<dyn SecretSource> = match &cluster {
            Some(cluster) => Arc::new(SlotSecrets::new(
                cluster.clone(),
                prepared.granted().slots.clone(),
            )),
            None => Arc::new(NoSecrets),
        };
        let services = Services {
            cancel,
            secrets,
            cluster,
            ..Services::detached(&invocation.id)
        };
        let end = tokio::select! {
            end = host.run(&prepared, &invocation, services) => end,
            () = interrupted(&canceller) => bail!("function {name} was interrupted"),
        };
        report(name, end, format)
    }

    async fn function(&self) -> anyhow::Result<(Host, Function)> {
        if !is_file(&self.target) {
            if self.function.is_some() {
                bail!(
                    "`{}` is the name of a function, so no second name is needed; for a file \
                     write its path with `/` or `.wasm`",
                    self.target
                );
            }
            let host = self.places.installed().await?;
            let found = host
                .registry()
                .find(&self.target, &self.function_version)
                .context(
                    "`kanister plugin list` shows the functions there are; a file is meant by a \
                     path with `/` or `.wasm` in it",
                )?;
            if let Some(version) = found.instead_of {
                tracing::warn!(
                    "{} has no version v{version}; its default version runs instead",
                    self.target
                );
            }
            return Ok((host, found.function));
        }
        let host = self.places.host()?;
        let plugin = self.places.file(&host, Path::new(&self.target)).await?;
        let name = match (&self.function, plugin.functions()) {
            (Some(name), _) => name.clone(),
            (None, [only]) => only.name.clone(),
            (None, several) => {
                let names: Vec<_> = several.iter().map(|function| &*function.name).collect();
                bail!(
                    "{} has several functions; say which one after the file: {}",
                    self.target,
                    names.join(", ")
                );
            }
        };
        let found = host.registry().find(&name, &self.function_version)?;
        Ok((host, found.function))
    }

    fn arguments(&self) -> anyhow::Result<Map<String, Value>> {
        if let Some(file) = &self.file {
            let text = if file.as_os_str() == "-" {
                std::io::read_to_string(std::io::stdin())?
            } else {
                std::fs::read_to_string(file).with_context(|| {
                    format!("the file of arguments {} cannot be read", file.display())
                })?
            };
            let value = serde_saphyr::from_str::<Value>(&text)
                .with_context(|| format!("the file of arguments {}", file.display()))?;
            return match value {
                Value::Object(args) => Ok(args),
                Value::Null => Ok(Map::new()),
                _ => bail!("the file of arguments {} holds no map", file.display()),
            };
        }
        let mut args = Map::new();
        for arg in &self.args {
            let Some((name, value)) = arg.split_once('=') else {
                bail!("the argument `{arg}` has no `=`; write --arg NAME=VALUE");
            };
            let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
            args.insert(name.to_owned(), value);
        }
        Ok(args)
    }

    /// The operator's grants, and those of `--allow` for exactly this component.
    fn grants(&self, registry: &Registry, function: &Function) -> anyhow::Result<GrantFile> {
        let mut grants = builtin::with_grants(registry, self.grants.as_deref())?;
        if !self.allow.is_empty() {
            grants.cluster_grants.push(ClusterFunctionGrant {
                metadata: kanister_api::ObjectMeta {
                    name: Some("command-line".to_owned()),
                    ..kanister_api::ObjectMeta::default()
                },
                spec: GrantSpec {
                    functions: vec![FunctionSelector {
                        name: function.descriptor.name.clone(),
                        version: None,
                        digest: Some(function.plugin.digest()),
                    }],
                    allow: self.allow.clone(),
                    ..GrantSpec::default()
                },
            });
        }
        Ok(grants)
    }
}

/// The first Ctrl-C asks, the second one ends.
async fn interrupted(canceller: &Canceller) {
    let wait = || async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals nobody can interrupt.
            std::future::pending::<()>().await;
        }
    };
    wait().await;
    eprintln!(
        "asked the function to stop; it has {} s to clean up, press Ctrl-C again to end it now",
        GRACE.as_secs()
    );
    canceller.cancel(GRACE);
    wait().await;
}

fn dry_run(prepared: &kanister_host::host::Prepared, format: Output) -> anyhow::Result<ExitCode> {
    let effective = prepared.authority().effective();
    match format {
        Output::Json => output::json(&json!({
            "function": prepared.question().function,
            "version": prepared.question().version,
            "args": prepared.question().args,
            "effective": effective,
        }))?,
        Output::Text if effective.is_empty() => {
            output::text("The call would be made, with no access to anything.\n")?;
        }
        Output::Text => output::text(&format!(
            "The call would be made, with access to:\n  {}\n",
            kanister_api::function::to_flow_yaml(&effective)
        ))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn report(name: &str, end: CallEnd, format: Output) -> anyhow::Result<ExitCode> {
    let CallEnd {
        outcome,
        memory,
        dropped_log_lines,
        elapsed,
    } = end;
    match (outcome, format) {
        (Ok(output), Output::Json) => {
            output::json(&json!({
                "output": output,
                "memoryBytes": memory,
                "droppedLogLines": dropped_log_lines,
                "elapsedSeconds": elapsed.as_secs_f64(),
            }))?;
            Ok(ExitCode::SUCCESS)
        }
        (Ok(output), Output::Text) => {
            let mut text = String::new();
            for (name, value) in &output {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                text.push_str(&format!("{name}: {value}\n"));
            }
            output::text(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        (Err(error), Output::Json) => {
            output::json(&json!({ "error": error.to_string() }))?;
            Ok(ExitCode::FAILURE)
        }
        (Err(error), Output::Text) => {
            Err(anyhow::Error::new(error).context(format!("function {name} failed")))
        }
    }
}
