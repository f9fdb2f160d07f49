//! What is said at the end of a run.

use super::CANCELLED;
use super::state::record_of;
use super::timeline::screen::{Screen, Style};
use super::timeline::words;
use crate::output::{self, Output};
use kanister_api::{ActionSet, ActionSetStatus, State};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Tells how a run ended that this process did not run.
pub fn ended(
    record: &ActionSet,
    folder: &Path,
    screen: &Screen,
    format: Output,
) -> anyhow::Result<ExitCode> {
    end(record, folder, None, screen, format)
}

/// Tells how a run ended, and gives the exit code that does.
pub fn end(
    record: &ActionSet,
    folder: &Path,
    spent: Option<Duration>,
    screen: &Screen,
    format: Output,
) -> anyhow::Result<ExitCode> {
    let name = record.metadata.name.clone().unwrap_or_default();
    let status = record.status.clone().unwrap_or_default();
    let file = record_of(folder);
    let complete = status.state == State::Complete;
    let run = status.run.as_ref();
    let cancelled = !complete && run.is_some_and(|run| run.cancelled_at.is_some());
    artifacts(&status, screen);
    let spent = spent.map_or_else(String::new, |spent| format!(" in {}", words::time(spent)));
    let line = match (complete, cancelled) {
        (true, _) => screen.paint(Style::Good, &format!("complete{spent}")),
        (_, true) => screen.paint(Style::Bad, &format!("cancelled{spent}")),
        _ => screen.paint(Style::Bad, &format!("failed{spent}")),
    };
    screen.line(&line);
    if !complete {
        for text in cause(&status).lines() {
            screen.line(&format!("  {}", words::plain(text)));
        }
    }
    let place = format!("  record: {}", file.display());
    screen.line(&screen.paint(Style::Dim, &place));
    if format == Output::Json {
        output::json(&json!({
            "run": name,
            "state": status.state.as_str(),
            "cancelled": cancelled,
            "error": (!complete).then_some(&status.error.message),
            "actions": status.actions,
            "record": file,
        }))?;
    }
    Ok(match (complete, cancelled) {
        (true, _) => ExitCode::SUCCESS,
        (_, true) => ExitCode::from(CANCELLED),
        _ => ExitCode::FAILURE,
    })
}

fn artifacts(status: &ActionSetStatus, screen: &Screen) {
    if status.state != State::Complete {
        return;
    }
    for action in &status.actions {
        for (name, artifact) in &action.artifacts {
            for (key, value) in &artifact.key_value {
                let name = screen.paint(Style::Bold, name);
                screen.line(&format!(
                    "  artifact {name}: {key} = {}",
                    words::line(value)
                ));
            }
        }
    }
}

/// Why a run failed: action, phase and cause.
fn cause(status: &ActionSetStatus) -> String {
    let message = &status.error.message;
    let facts = message.split_once("}: ");
    let facts = facts.and_then(|(facts, cause)| {
        let facts = serde_json::from_str::<Value>(&format!("{facts}}}")).ok()?;
        Some((facts, cause))
    });
    if let Some((facts, cause)) = facts {
        let fact = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
        let argument = match fact("argument") {
            "" => String::new(),
            argument => format!(", argument {argument}"),
        };
        return format!(
            "action {}, phase {}{argument}: {cause}",
            fact("action"),
            fact("phase")
        );
    }
    let failed = status.actions.iter().find_map(|action| {
        let phases = action.phases.iter();
        let phase = phases.clone().find(|phase| phase.state == State::Failed)?;
        Some((action.name.as_str(), phase.name.as_str()))
    });
    match failed {
        Some((action, phase)) => {
            format!("action {action}, before phase {phase} began: {message}")
        }
        None => message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_names_action_and_phase() {
        let status = |message: &str| {
            let value = json!({"state": "failed", "error": {"message": message}, "actions": [
                {"name": "backup", "phases": [{"name": "dump", "state": "failed"}]}]});
            serde_json::from_value::<ActionSetStatus>(value).unwrap_or_default()
        };
        assert_eq!(
            cause(&status(
                r#"{"action":"a","phase":"p","argument":"image"}: no"#
            )),
            "action a, phase p, argument image: no"
        );
        assert_eq!(
            cause(&status("profiles \"x\" not found")),
            "action backup, before phase dump began: profiles \"x\" not found"
        );
    }
}
