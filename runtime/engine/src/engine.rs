//! One ActionSet, from wherever it stands to its end.

use crate::action::{ActionEnd, AlreadyRead, LaunchError, RunContext, launch};
use crate::begin;
use crate::call::NotesBook;
use crate::clock;
use crate::control::RunControl;
use crate::params::{Reader, collect};
use crate::patience::patiently;
use crate::record::{Record, RecordError, Stage, stage};
use crate::seat::{ReadError, RunEvent, Seat, StoreError};
use crate::settings::Settings;
use crate::validate::validate;
use kanister_api::function::GrantFile;
use kanister_api::{ActionSet, ActionSpec, ActionStatus, Blueprint, ExecutionMode, State};
use kanister_host::host::Host;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Runs ActionSets. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    host: Arc<Host>,
    grants: Arc<GrantFile>,
    settings: Arc<Settings>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// Everything is complete.
    Complete,
    /// It failed, as `status.error.message` says.
    Failed(String),
    /// The ActionSet was deleted, and what had to be done before is done.
    Deleted,
    /// There was nothing to do for this process.
    NotOurs(NotOurs),
    /// What ran has ended, and another process can go on.
    HandedOver,
}

/// Why there was nothing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOurs {
    /// It has ended before.
    Over,
    /// Another kind of controller runs it, or has left it running.
    Foreign,
    /// Another process took it.
    Taken(String),
}

/// Why a run could not go on. What was recorded until then stands, and another process can go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The record of the run.
    #[error("the run cannot be recorded: {0}")]
    Record(String),
    /// The cluster.
    #[error("the cluster cannot be reached: {0}")]
    Cluster(#[from] ReadError),
    /// The notes of the run.
    #[error("the notes of the run: {0}")]
    Notes(#[from] StoreError),
}

impl Engine {
    /// An engine over the functions that are installed in `host`, which may do what `grants` say.
    #[must_use]
    pub fn new(host: Arc<Host>, grants: Arc<GrantFile>, settings: Settings) -> Self {
        Self {
            host,
            grants,
            settings: Arc::new(settings),
        }
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Initialises the status of a new ActionSet, claims a pending one, resumes one that a process
    /// with our journal left, and drives it to its end.
    ///
    /// # Errors
    /// See [`RunError`]. A run that fails is no error: see [`RunEnd::Failed`].
    pub async fn run(&self, seat: Seat, control: RunControl) -> Result<RunEnd, RunError> {
        match self.drive(seat, control).await {
            Ok(end) => Ok(end),
            Err(Stop::Record(RecordError::Gone)) => Ok(RunEnd::Deleted),
            Err(Stop::Record(RecordError::Superseded(holder))) => {
                Ok(RunEnd::NotOurs(NotOurs::Taken(holder)))
            }
            Err(Stop::Record(RecordError::Rejected(why))) => Err(RunError::Record(why)),
            Err(Stop::Run(error)) => Err(error),
        }
    }

    async fn drive(&self, seat: Seat, control: RunControl) -> Result<RunEnd, Stop> {
        let holder = &self.settings.holder;
        let record = Record::open(Arc::clone(&seat.store), control.clone(), holder).await?;
        let action_set = record.stored().await;
        let found = stage(&action_set);
        let deleted = action_set.metadata.deletion_timestamp.is_some();
        match found {
            Stage::Over => {
                record.free().await?;
                return Ok(RunEnd::NotOurs(NotOurs::Over));
            }
            Stage::Foreign if !self.settings.adopt_foreign => {
                seat.events.emit(RunEvent::warning(
                    "Foreign Run",
                    "the ActionSet is running and has no journal: another controller runs it, or \
                     has left it; it is left alone"
                        .to_owned(),
                ));
                return Ok(RunEnd::NotOurs(NotOurs::Foreign));
            }
            Stage::Foreign => return adopt(&record, &seat).await,
            // Nothing has run, so nothing has to be cleaned up.
            Stage::New | Stage::Pending if deleted => {
                record.free().await?;
                return Ok(RunEnd::Deleted);
            }
            Stage::New | Stage::Pending | Stage::Ours => {}
        }
        if matches!(found, Stage::New | Stage::Pending)
            && let Err(error) = validate(&action_set)
        {
            let why = error.to_string();
            record.update(|live| live.refuse(&why)).await?;
            seat.events.emit(RunEvent::invalid(&why));
            return Ok(RunEnd::Failed(why));
        }
        let actions = action_set.spec.clone().unwrap_or_default().actions;
        let mut first = None;
        if found == Stage::New {
            match self.begin(&record, &seat, &control, &actions).await? {
                Begin::Ended(end) => return Ok(end),
                Begin::Begun(blueprint) => first = blueprint,
            }
        }
        let cluster = patiently(self.settings.patience, control.cancellation(), || {
            seat.clients.cluster()
        })
        .await?;
        let reader = Reader::new(
            Arc::clone(&seat.clients),
            control.clone(),
            self.settings.patience,
        );
        let mut read = None;
        let notes = if found == Stage::Ours {
            record.update(|live| live.take_over(holder)).await?;
            patiently(self.settings.patience, control.stop(), || {
                NotesBook::open(Arc::clone(&seat.store))
            })
            .await?
        } else {
            let claim = record.update(|live| live.claim(holder));
            match (first, actions.first()) {
                // Reading changes nothing, so the claim need not be waited for.
                (Some(blueprint), Some(spec)) => {
                    let time = clock::now().0.to_string();
                    let (claimed, collected) =
                        tokio::join!(claim, collect(&reader, spec, &time, None));
                    claimed?;
                    read = Some(AlreadyRead {
                        blueprint: *blueprint,
                        collected,
                    });
                }
                _ => claim.await?,
            }
            NotesBook::empty(Arc::clone(&seat.store))
        };
        let context = Arc::new(RunContext {
            host: Arc::clone(&self.host),
            grants: Arc::clone(&self.grants),
            settings: Arc::clone(&self.settings),
            reader,
            seat,
            control,
            record,
            notes,
            cluster,
            name: action_set.metadata.name.clone().unwrap_or_default(),
            uid: identity(&action_set),
        });
        run_actions(&context, &action_set, &actions, read).await
    }

    /// Writes the first status, unless the ActionSet cannot begin.
    async fn begin(
        &self,
        record: &Record,
        seat: &Seat,
        control: &RunControl,
        actions: &[ActionSpec],
    ) -> Result<Begin, Stop> {
        let mut statuses = Vec::new();
        let mut first = None;
        for (index, spec) in actions.iter().enumerate() {
            let blueprint = if spec.blueprint.is_empty() {
                None
            } else {
                patiently(self.settings.patience, control.cancellation(), || {
                    seat.store.blueprint(&spec.blueprint)
                })
                .await?
            };
            match begin::action(spec, blueprint.as_ref()) {
                Ok(action) => statuses.push(begin::skeleton(spec, action)),
                Err(error) => {
                    let why = error.to_string();
                    record.update(|live| live.refuse(&why)).await?;
                    seat.events.emit(error.event());
                    return Ok(Begin::Ended(RunEnd::Failed(why)));
                }
            }
            if index == 0 {
                first = blueprint;
            }
        }
        record
            .update(|live| {
                live.status.state = State::Pending;
                live.status.actions = statuses;
            })
            .await?;
        Ok(Begin::Begun(first.map(Box::new)))
    }
}

/// How an ActionSet begins.
enum Begin {
    Ended(RunEnd),
    /// With the Blueprint of its first action, which is launched at once and need not read it again.
    Begun(Option<Box<Blueprint>>),
}

/// Why a run stops before its end.
enum Stop {
    Record(RecordError),
    Run(RunError),
}

impl From<RecordError> for Stop {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self::Run(error.into())
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Gone => Self::Record(RecordError::Gone),
            other => Self::Run(other.into()),
        }
    }
}

/// The uid; the name where there is none, as in a state directory.
fn identity(action_set: &ActionSet) -> String {
    let metadata = &action_set.metadata;
    let uid = metadata.uid.clone().filter(|uid| !uid.is_empty());
    uid.or_else(|| metadata.name.clone()).unwrap_or_default()
}

/// Fails what another controller left.
async fn adopt(record: &Record, seat: &Seat) -> Result<RunEnd, Stop> {
    let why = "the controller that ran the ActionSet left it running and kept no journal by which \
               it could be continued";
    record.update(|live| live.refuse(why)).await?;
    let event = RunEvent::warning("Foreign Run", format!("failed: {why}"));
    seat.events.emit(event);
    Ok(RunEnd::Failed(why.to_owned()))
}

async fn run_actions(
    context: &Arc<RunContext>,
    action_set: &ActionSet,
    actions: &[ActionSpec],
    mut read: Option<AlreadyRead>,
) -> Result<RunEnd, Stop> {
    let spec = action_set.spec.as_ref();
    let sequential = spec.is_some_and(|it| it.execution_mode == ExecutionMode::Sequential);
    let mut running = JoinSet::new();
    let mut failed = false;
    let mut handed_over = false;
    for (index, spec) in actions.iter().enumerate() {
        if failed || handed_over {
            // Those that were not begun leave nothing.
            end_unbegun(context, index, failed).await?;
            continue;
        }
        if context.control.handed_over() && running.is_empty() {
            return Ok(RunEnd::HandedOver);
        }
        match begin_action(context, index, spec, read.take()).await? {
            Begun::Over(state) => failed |= sequential && state == State::Failed,
            Begun::NotLaunched => failed = true,
            Begun::Launched(action) => {
                running.spawn(action.run());
                if sequential {
                    match finish(&mut running).await? {
                        Ends { failed: true, .. } => failed = true,
                        Ends {
                            handed_over: true, ..
                        } => handed_over = true,
                        Ends { .. } => {}
                    }
                }
            }
        }
    }
    let ends = finish(&mut running).await?;
    if handed_over || ends.handed_over {
        return Ok(RunEnd::HandedOver);
    }
    // Ends the whole where nothing ran.
    context.record.update(|_| {}).await?;
    if let Err(error) = context.notes.close().await {
        tracing::warn!(%error, "the notes of the run are left");
    }
    let status = context.record.status().await;
    if context.record.is_deleted().await {
        return Ok(RunEnd::Deleted);
    }
    if status.state == State::Complete {
        context.seat.events.emit(RunEvent::complete(&context.name));
        return Ok(RunEnd::Complete);
    }
    Ok(RunEnd::Failed(status.error.message))
}

/// How an action began.
enum Begun {
    Launched(Box<crate::action::Action>),
    NotLaunched,
    /// An earlier process brought it to its end.
    Over(State),
}

async fn begin_action(
    context: &Arc<RunContext>,
    index: usize,
    spec: &ActionSpec,
    read: Option<AlreadyRead>,
) -> Result<Begun, RecordError> {
    let status = context.record.status().await;
    let recorded = status.actions.get(index).cloned().unwrap_or_default();
    let journal = status
        .run
        .as_ref()
        .and_then(|run| run.actions.get(index).cloned())
        .unwrap_or_default();
    if let Some(state) = ended(&recorded, &journal) {
        context.record.update(|live| live.end(index)).await?;
        return Ok(Begun::Over(state));
    }
    if journal.time.is_none() {
        let event = RunEvent::started_action(&spec.name);
        context.seat.events.emit(event);
    }
    match launch(context, index, spec, (&recorded, &journal), read).await {
        Ok(action) => Ok(Begun::Launched(Box::new(action))),
        Err(error) => {
            not_launched(context, index, spec, &error).await?;
            Ok(Begun::NotLaunched)
        }
    }
}

/// Whether the record says that an action has ended, its deferPhase included.
fn ended(recorded: &ActionStatus, journal: &kanister_api::RunAction) -> Option<State> {
    journal.finished_at.as_ref()?;
    let failed = recorded
        .phases
        .iter()
        .any(|phase| phase.state != State::Complete);
    let defer_failed = recorded.defer_phase.state == State::Failed;
    Some(if failed || defer_failed {
        State::Failed
    } else {
        State::Complete
    })
}

/// Records that an action cannot be launched; its first phase stands for it, as upstream has it.
async fn not_launched(
    context: &RunContext,
    index: usize,
    spec: &ActionSpec,
    error: &LaunchError,
) -> Result<(), RecordError> {
    let why = error.to_string();
    context
        .record
        .update(|live| {
            live.fail(&why);
            if let Some(action) = live.action(index) {
                action.artifacts.clear();
                if let Some(first) = action.phases.first_mut() {
                    first.state = State::Failed;
                }
            }
            live.end(index);
        })
        .await?;
    let message = format!("Failed to launch Action {}: {why}", context.name);
    let event = RunEvent::failed_action(&spec.name, &spec.blueprint, &message);
    context.seat.events.emit(event);
    context.seat.observer.action_ended(&spec.name, false);
    Ok(())
}

/// Records that an action will not begin, since one before it has failed.
async fn end_unbegun(context: &RunContext, index: usize, failed: bool) -> Result<(), RecordError> {
    if !failed {
        return Ok(());
    }
    context
        .record
        .update(|live| {
            if let Some(action) = live.action(index) {
                action.artifacts.clear();
            }
            live.end(index);
        })
        .await
}

/// How the actions that ran ended.
#[derive(Default)]
struct Ends {
    failed: bool,
    handed_over: bool,
}

async fn finish(
    running: &mut JoinSet<Result<ActionEnd, RecordError>>,
) -> Result<Ends, RecordError> {
    let mut ends = Ends::default();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(Ok(ActionEnd::Complete)) => {}
            Ok(Ok(ActionEnd::Failed)) => ends.failed = true,
            Ok(Ok(ActionEnd::HandedOver)) => ends.handed_over = true,
            Ok(Err(error)) => return Err(error),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => ends.handed_over = true,
        }
    }
    Ok(ends)
}
