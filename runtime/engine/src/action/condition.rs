//! `if`: whether an action or a phase runs.

use super::{Action, ActionEnd};
use crate::failure::PhaseFailure;
use crate::record::RecordError;
use crate::seat::RunEvent;
use kanister_api::State;
use kanister_template::{Dialect, Options, Params, Template};

/// What a condition says.
pub(super) fn holds(
    condition: Option<&str>,
    params: &Params,
    options: &Options,
) -> Result<bool, PhaseFailure> {
    let Some(condition) = condition else {
        return Ok(true);
    };
    let text = Template::parse(condition, Dialect::GoArguments)
        .and_then(|template| template.render(params, options))
        .map_err(|error| PhaseFailure::from(error).with("argument", "if"))?;
    // What decides whether something runs shows in what runs; the text itself is not repeated.
    match text.reveal().trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        _ => Err(PhaseFailure::final_(
            "the condition in `if` gives neither true nor false",
        )
        .with("argument", "if")),
    }
}

impl Action {
    /// Whether the action runs at all: none if it does, else how it has ended. The phases of one
    /// that does not are recorded as complete.
    pub(super) async fn unwanted(&self) -> Result<Option<ActionEnd>, RecordError> {
        let params = Params::new(&self.params);
        let options = &self.run.settings.templates;
        let conditions = [&self.spec.condition, &self.blueprint.condition];
        let mut wanted = Ok(true);
        for condition in conditions.into_iter().flatten() {
            match holds(Some(condition), &params, options) {
                Ok(true) => {}
                no => {
                    wanted = no;
                    break;
                }
            }
        }
        match wanted {
            Ok(true) => Ok(None),
            Ok(false) => {
                self.skip().await?;
                Ok(Some(ActionEnd::Complete))
            }
            // Each phase would be wrong; the first one tells.
            Err(failure) => {
                let phase = self.name_of(0);
                let text = failure.text(&self.spec.name, &phase);
                self.run
                    .record
                    .update(|live| {
                        live.fail(&text);
                        if let Some(first) = live
                            .action(self.index)
                            .and_then(|action| action.phases.first_mut())
                        {
                            first.state = State::Failed;
                        }
                    })
                    .await?;
                self.warn_failed("Failed to execute phase", &phase, &failure.message);
                Ok(Some(ActionEnd::Failed))
            }
        }
    }

    async fn skip(&self) -> Result<(), RecordError> {
        self.run
            .record
            .update(|live| {
                if let Some(action) = live.action(self.index) {
                    for phase in &mut action.phases {
                        phase.state = State::Complete;
                        phase.progress.progress_percent = "100".to_owned();
                    }
                    if !action.defer_phase.name.is_empty() {
                        action.defer_phase.state = State::Complete;
                    }
                    action.artifacts.clear();
                }
                if let Some(journal) = live.journal(self.index) {
                    journal.skipped = true;
                }
            })
            .await?;
        self.run
            .seat
            .events
            .emit(RunEvent::skipped_action(&self.spec.name));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::options;

    #[test]
    fn only_true_runs_and_nonsense_fails() {
        let params = Params::nothing();
        let says = |text: &str| holds(Some(text), &params, &options());
        assert_eq!(holds(None, &params, &options()), Ok(true));
        assert_eq!(says(" True\n"), Ok(true));
        assert_eq!(says("{{ eq 1 1 }}"), Ok(true));
        assert_eq!(says("false"), Ok(false));
        assert_eq!(says(""), Ok(false));
        for wrong in ["yes", "1", "{{", "{{ nope }}"] {
            assert!(says(wrong).is_err(), "{wrong}");
        }
    }
}
