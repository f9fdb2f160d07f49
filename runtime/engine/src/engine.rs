//! One ActionSet, from wherever it stands to its end.

use crate::action::{AlreadyRead, RunContext, blueprint};
use crate::actions::run_actions;
use crate::begin::{self, BeginError};
use crate::call::NotesBook;
use crate::control::RunControl;
use crate::end::{NotOurs, RunEnd, RunError, Stop};
use crate::params::{Reader, collect};
use crate::patience::patiently;
use crate::record::{Record, RecordError, Stage, stage};
use crate::seat::{RunEvent, Seat, StoreError};
use crate::settings::Settings;
use crate::validate::validate;
use kanister_api::function::GrantFile;
use kanister_api::{ActionSet, ActionSpec, ActionStatus, Blueprint, State};
use kanister_host::host::Host;
use std::sync::Arc;

/// Runs ActionSets. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    host: Arc<Host>,
    grants: Arc<GrantFile>,
    settings: Arc<Settings>,
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

    async fn drive(&self, mut seat: Seat, control: RunControl) -> Result<RunEnd, Stop> {
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
        if found.is_unclaimed()
            && let Err(error) = validate(&action_set)
        {
            let why = error.to_string();
            record.update(|live| live.refuse(&why)).await?;
            seat.events.emit(RunEvent::invalid(&why));
            return Ok(RunEnd::Failed(why));
        }
        let actions = action_set.spec.clone().unwrap_or_default().actions;
        let reader = Reader::new(
            Arc::clone(&seat.clients),
            control.clone(),
            self.settings.patience,
        );
        let mut read = None;
        if found == Stage::New {
            match self
                .begin(&record, &seat, &control, &reader, &actions)
                .await?
            {
                Begin::Ended(end) => return Ok(end),
                Begin::Begun(first) => read = first.map(|first| *first),
            }
        }
        let cluster = patiently(self.settings.patience, control.cancellation(), || {
            seat.clients.cluster()
        })
        .await?;
        let notes = if found == Stage::Ours {
            record.update(|live| live.take_over(holder)).await?;
            patiently(self.settings.patience, control.stop(), || {
                NotesBook::open(Arc::clone(&seat.store))
            })
            .await?
        } else {
            seat.events = record.intend_claim(seat.events).await;
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

    /// Writes the first status, unless the ActionSet cannot begin. Reading changes nothing, so it does
    /// not wait for the write; where the Blueprints are remembered, not even the write waits for them,
    /// and is made again if they are others by now.
    async fn begin(
        &self,
        record: &Record,
        seat: &Seat,
        control: &RunControl,
        reader: &Reader,
        actions: &[ActionSpec],
    ) -> Result<Begin, Stop> {
        let read = async {
            match actions.first() {
                Some(spec) => Some(collect(reader, spec, None).await),
                None => None,
            }
        };
        let blueprints = self.blueprints(seat, control, actions);
        let pending = |statuses: Vec<ActionStatus>| {
            record.update(|live| {
                live.status.state = State::Pending;
                live.status.actions = statuses;
            })
        };
        let (blueprints, collected) = if let Some(statuses) = remembered(seat, actions) {
            let (begun, blueprints, collected) =
                tokio::join!(pending(statuses.clone()), blueprints, read);
            begun?;
            let blueprints = blueprints?;
            match begin::skeletons(actions, blueprints.iter().map(Option::as_ref)) {
                Ok(now) if now == statuses => {}
                Ok(now) => pending(now).await?,
                Err(error) => return refused(record, seat, &error).await,
            }
            (blueprints, collected)
        } else {
            let blueprints = blueprints.await?;
            let found = blueprints.iter().map(Option::as_ref);
            let statuses = match begin::skeletons(actions, found) {
                Ok(statuses) => statuses,
                Err(error) => return refused(record, seat, &error).await,
            };
            let (begun, collected) = tokio::join!(pending(statuses), read);
            begun?;
            (blueprints, collected)
        };
        let first = blueprints.into_iter().next().flatten().zip(collected);
        Ok(Begin::Begun(first.map(|(blueprint, collected)| {
            Box::new(AlreadyRead {
                blueprint,
                collected,
            })
        })))
    }

    /// The Blueprint of each action, as far as it is there.
    async fn blueprints(
        &self,
        seat: &Seat,
        control: &RunControl,
        actions: &[ActionSpec],
    ) -> Result<Vec<Option<Blueprint>>, StoreError> {
        let mut blueprints = Vec::new();
        for spec in actions {
            let read = blueprint(seat, control, self.settings.patience, &spec.blueprint);
            blueprints.push(read.await?);
        }
        Ok(blueprints)
    }
}

/// The first status by Blueprints that are remembered; none if one is not, or nothing begins by them.
fn remembered(seat: &Seat, actions: &[ActionSpec]) -> Option<Vec<ActionStatus>> {
    let blueprints = actions
        .iter()
        .map(|spec| seat.store.remembered(&spec.blueprint));
    let blueprints = blueprints.collect::<Option<Vec<_>>>()?;
    begin::skeletons(actions, blueprints.iter().map(|it| Some(&**it))).ok()
}

/// Fails an ActionSet that cannot begin.
async fn refused(record: &Record, seat: &Seat, error: &BeginError) -> Result<Begin, Stop> {
    let why = error.to_string();
    let refusal = record.update(|live| {
        live.status.actions.clear();
        live.refuse(&why);
    });
    refusal.await?;
    seat.events.emit(error.event());
    Ok(Begin::Ended(RunEnd::Failed(why)))
}

/// How an ActionSet begins.
enum Begin {
    Ended(RunEnd),
    /// With what its first action needs, which is launched at once.
    Begun(Option<Box<AlreadyRead>>),
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

#[cfg(test)]
mod tests;
