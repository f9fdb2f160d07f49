//! `--break`: the run stands still before a phase until somebody presses Enter.

use super::timeline::screen::{Screen, Style};
use anyhow::bail;
use kanister_api::{ActionSet, Blueprint};
use kanister_engine::{CancelReason, PhaseAt, RunHandle};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, BufReader, Stdin};
use tokio::sync::Mutex;

/// Phases that the run stops before.
pub struct Breaks {
    phases: Vec<String>,
    handle: Arc<RunHandle>,
    input: Mutex<Option<BufReader<Stdin>>>,
}

impl Breaks {
    /// Before these phases: `PHASE` or `ACTION.PHASE`. Without anybody to press Enter the run is
    /// cancelled by `handle`.
    pub fn new(phases: Vec<String>, handle: Arc<RunHandle>) -> Self {
        Self {
            phases,
            handle,
            input: Mutex::default(),
        }
    }

    /// Waits before a phase, if it is one of these.
    pub async fn pause(&self, at: &PhaseAt, screen: &Screen) {
        let full = format!("{}.{}", at.action, at.phase);
        if !self.phases.iter().any(|it| *it == at.phase || *it == full) {
            return;
        }
        let mut input = self.input.lock().await;
        let text = format!(
            "  ‖ before {full} ({}); Enter goes on, Ctrl-C cancels",
            at.function
        );
        screen.line(&screen.paint(Style::Bold, &text));
        let input = input.get_or_insert_with(|| BufReader::new(tokio::io::stdin()));
        let mut line = String::new();
        match input.read_line(&mut line).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => {
                screen.line("  ! standard input has ended: the run is cancelled");
                self.handle.cancel(CancelReason::Requested);
            }
        }
    }
}

/// Whether there are phases of these names.
///
/// # Errors
/// One is not there; the text says which are.
pub fn check(
    phases: &[String],
    action_set: &ActionSet,
    blueprints: &[Blueprint],
) -> anyhow::Result<()> {
    let mut known = Vec::new();
    for action in action_set.spec.iter().flat_map(|spec| &spec.actions) {
        let blueprint = blueprints
            .iter()
            .find(|it| it.metadata.name.as_deref() == Some(&action.blueprint));
        let Some(steps) = blueprint.and_then(|it| it.actions.get(&action.name)) else {
            continue;
        };
        for step in steps.phases.iter().chain(&steps.defer_phase) {
            known.push((action.name.clone(), step.name.clone()));
        }
    }
    for wanted in phases {
        let is = |(action, phase): &(String, String)| {
            wanted == phase || *wanted == format!("{action}.{phase}")
        };
        if !known.iter().any(is) {
            let names: Vec<_> = known.iter().map(|(_, phase)| phase.as_str()).collect();
            bail!(
                "there is no phase {wanted:?} to stop before; there are: {}",
                names.join(", ")
            );
        }
    }
    Ok(())
}
