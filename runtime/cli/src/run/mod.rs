//! `kanister run`: an ActionSet from its beginning to its end, in this process.

mod breaks;
mod check;
mod interrupt;
mod journal;
mod manifests;
mod mount;
mod options;
mod overlay;
mod plan;
mod report;
mod request;
mod resume;
mod state;
mod store;
mod submit;
mod timeline;

pub use options::{Reached, What, Where};
pub use overlay::Overlay;
pub use plan::blueprints_of;

use crate::builtin;
use crate::files::USAGE;
use crate::output::{self, Output};
use crate::plugin::Places;
use breaks::Breaks;
use clap::Args;
use journal::Journal;
use kanister_engine::{Engine, RunEnd, RunError, RunHandle, Seat};
use kanister_host::authority::TracingAudit;
use kanister_host::host::Host;
use plan::Plan;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::FileStore;
use timeline::Timeline;
use timeline::screen::{Screen, Stream, Style};

/// The exit code of a run that was cancelled, as after Ctrl-C in a shell.
const CANCELLED: u8 = 130;

/// Runs an ActionSet to its end, on this machine or on a cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
The run is made by this process. Its ActionSet and everything about it stay in the state directory \
(--state), never in the cluster, so no controller picks it up as well; --submit sends it to one \
instead. Without --kubeconfig or --context the cluster is an embedded one with pods as processes; \
`kanister devcluster` keeps one running between runs.

Ctrl-C cancels: the functions that run stop and clean up, then deferPhases run. A second one stops \
those too. A run that was killed goes on when the same command is given again, or with --resume.

Exit code: 0 if it is complete, 1 if it failed, 130 if it was cancelled, 2 for wrong options and \
files.

Examples:
  kanister run blueprint.yaml actionset.yaml profile.yaml
  kanister run blueprint.yaml profile.yaml --action backup --object deployment/shop/web --profile local
  kanister run --from web-backup-x7k2p --action restore profile.yaml")]
pub struct Run {
    #[command(flatten)]
    what: What,

    /// The name of the run [default: that of the ActionSet, or one that is made]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Goes on with a run that was interrupted [default: the last one that has not ended]
    #[arg(long, value_name = "RUN", num_args = 0..=1, conflicts_with_all = ["action", "name"])]
    resume: Option<Option<String>>,

    /// Applies manifests to the embedded cluster first and waits until their workloads are ready;
    /// objects without a namespace go into that of the object acted on.
    /// With nothing to run, that is all
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kubeconfig", "context"])]
    apply: Vec<PathBuf>,

    /// Stands still before a phase (PHASE or ACTION.PHASE) until Enter is pressed
    #[arg(long = "break", value_name = "PHASE")]
    breaks: Vec<String>,

    /// What functions are granted besides those that are built in: a file of FunctionGrants and
    /// ClusterFunctionGrants
    #[arg(long, value_name = "FILE")]
    grants: Option<PathBuf>,

    /// Runs even if the checks of `kanister lint` find errors
    #[arg(long)]
    no_check: bool,

    /// Sends the ActionSet to the cluster, where a controller runs it, and follows it
    #[arg(long, conflicts_with_all = ["resume", "breaks", "grants", "apply"])]
    submit: bool,

    #[command(flatten)]
    place: Where,

    #[command(flatten)]
    places: Places,
}

impl Run {
    pub async fn run(self, format: Output) -> anyhow::Result<ExitCode> {
        if self.only_applies() {
            return self.only_apply().await;
        }
        let plan = match self.plan() {
            Ok(plan) => plan,
            Err(error) => {
                output::error(&error);
                return Ok(ExitCode::from(USAGE));
            }
        };
        let screen = Screen::of(match format {
            Output::Text => Stream::Out,
            Output::Json => Stream::Error,
        });
        if self.submit {
            return submit::run(&self, plan, &screen, format).await;
        }
        if let Some(record) = plan.ended() {
            let name = plan.name();
            screen.line(&format!(
                "the run {name} has ended before; nothing is run again"
            ));
            return report::ended(record, plan.folder(), &screen, format);
        }
        screen.line(&plan.headline(&screen));
        if self.places.is_cold() {
            let text = "  compiling the functions, once for this version of kanister; some seconds";
            screen.line(&screen.paint(Style::Dim, text));
        }
        // Both take time, and neither needs the other.
        let namespace = plan.namespace();
        let (host, reached) = tokio::join!(self.places.installed(), self.place.reach(&namespace));
        let reached = reached?;
        let end = match host {
            Ok(host) => {
                self.on(plan, Arc::new(host), &reached, screen, format)
                    .await
            }
            Err(error) => Err(error),
        };
        reached.end().await;
        end
    }

    fn only_applies(&self) -> bool {
        let What {
            files,
            request,
            namespace: _,
        } = &self.what;
        !self.apply.is_empty() && files.is_empty() && !request.is_given() && self.resume.is_none()
    }

    /// Applies manifests, and runs nothing.
    async fn only_apply(&self) -> anyhow::Result<ExitCode> {
        let screen = Screen::of(Stream::Out);
        let reached = self.place.reach(&self.what.namespace).await?;
        let client = &reached.cluster.host;
        let applied = plan::apply(&self.apply, client, &self.what.namespace, &screen).await;
        reached.end().await;
        applied.map(|()| ExitCode::SUCCESS)
    }

    /// Runs the plan on a cluster.
    async fn on(
        &self,
        plan: Plan,
        host: Arc<Host>,
        reached: &Reached,
        screen: Screen,
        format: Output,
    ) -> anyhow::Result<ExitCode> {
        let place = format!("  on the {}", reached.described);
        screen.line(&screen.paint(Style::Dim, &place));
        let grants = builtin::with_grants(host.registry(), self.grants.as_deref())?;
        if !self.apply.is_empty() {
            let namespace = plan.subject_namespace();
            plan::apply(&self.apply, &reached.cluster.host, &namespace, &screen).await?;
        }
        let blueprints = plan.blueprints(&reached.cluster).await?;
        if !self.no_check && plan.is_new() {
            let wrong = check::errors(&plan, &blueprints, &host).await;
            if let Some(text) = wrong {
                eprint!("{text}");
                anyhow::bail!(
                    "nothing was run, since it would fail; correct this, or use --no-check"
                );
            }
        }
        breaks::check(&self.breaks, plan.action_set(), &blueprints)?;
        let overlay = Overlay::new(reached.cluster.clone(), plan.local());
        let store = Arc::new(plan.open(&blueprints)?);
        let (handle, control) = RunHandle::new();
        let handle = Arc::new(handle);
        let timeline = Arc::new(Timeline::new(
            screen,
            Arc::clone(&store),
            Journal::open(store.folder())?,
            Breaks::new(self.breaks.clone(), Arc::clone(&handle)),
        ));
        let seat = Seat {
            store: Arc::clone(&store) as Arc<_>,
            events: Arc::clone(&timeline) as Arc<_>,
            clients: Arc::new(overlay),
            observer: Arc::clone(&timeline) as Arc<_>,
            audit: Arc::new(TracingAudit),
        };
        let settings = self.place.settings(&plan::holder()?);
        let engine = Engine::new(host, Arc::new(grants), settings);
        let end = tokio::select! {
            end = engine.run(seat, control) => Some(end),
            () = interrupt::watch(&handle, timeline.screen()) => None,
            () = timeline.live() => None,
            why = reached.broken() => {
                timeline.close();
                let name = store.record().metadata.name.unwrap_or_default();
                anyhow::bail!(
                    "the embedded cluster cannot go on: it {why}; make room, then go on with \
                     `kanister run --resume {name}`"
                );
            }
        };
        timeline.close();
        self.report(end, &store, &timeline, format)
    }

    fn report(
        &self,
        end: Option<Result<RunEnd, RunError>>,
        store: &FileStore,
        timeline: &Timeline,
        format: Output,
    ) -> anyhow::Result<ExitCode> {
        let screen = timeline.screen();
        match end {
            Some(Ok(_)) => {
                let spent = Some(timeline.elapsed());
                report::end(&store.record(), store.folder(), spent, screen, format)
            }
            Some(Err(error)) => {
                let name = store.record().metadata.name.unwrap_or_default();
                Err(anyhow::Error::new(error).context(format!(
                    "the run {name} stopped before its end; `kanister run --resume {name}` goes on \
                     with it"
                )))
            }
            None => {
                let name = store.record().metadata.name.unwrap_or_default();
                screen.line(&format!(
                    "  stopped before its end; `kanister run --resume {name}` ends it in good order"
                ));
                Ok(ExitCode::from(CANCELLED))
            }
        }
    }
}
