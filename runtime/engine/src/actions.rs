//! The actions of an ActionSet, all at once or one after another, to the end of the whole.

use crate::action::{Action, ActionEnd, AlreadyRead, LaunchError, Launched, RunContext, launch};
use crate::end::{RunEnd, Stop};
use crate::record::RecordError;
use crate::seat::RunEvent;
use kanister_api::{ActionSet, ActionSpec, ActionStatus, ExecutionMode, State};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Runs the actions that are not over. `read` is what the first one needs.
pub(crate) async fn run_actions(
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
    Launched(Box<Action>),
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
    let launched = match launch(context, index, spec, (&recorded, &journal), read).await {
        Ok(Launched { action, keep }) => match keep {
            None => Ok(action),
            Some(snapshot) => {
                // The notes are the run's, so it must be ours.
                context.record.claimed().await?;
                let kept = context.keep(index, &snapshot).await;
                kept.map(|()| action).map_err(LaunchError::Notes)
            }
        },
        Err(error) => Err(error),
    };
    match launched {
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
