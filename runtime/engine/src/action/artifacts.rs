//! What an action leaves for others.

use super::{Action, ActionEnd};
use crate::failure::template_message;
use crate::record::{Live, RecordError};
use kanister_api::Artifact;
use kanister_template::{Dialect, Options, Params, Template, TemplateError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Artifacts = BTreeMap<String, Artifact>;

impl Action {
    /// Records that a phase is complete. Where nothing comes after it, the end of the action is
    /// part of the same write.
    pub(super) async fn end_of_phase(
        &mut self,
        index: usize,
        output: Map<String, Value>,
    ) -> Result<(), RecordError> {
        let action = self.index;
        let last = index + 1 == self.phases.len() && self.defer.is_none();
        if !last {
            let record = &self.run.record;
            return record
                .update(|live| live.complete_phase(action, index, output))
                .await;
        }
        let artifacts = self.artifacts().await;
        if artifacts.is_err() {
            // Complete first: the phase has done its work. `leave` records the rest.
            let record = &self.run.record;
            return record
                .update(|live| live.complete_phase(action, index, output))
                .await;
        }
        self.run
            .record
            .update(|live| {
                live.complete_phase(action, index, output);
                if let Ok(artifacts) = artifacts {
                    put(live, action, artifacts);
                }
                live.end(action);
            })
            .await?;
        self.ended = true;
        Ok(())
    }

    /// Records the end of the action. What a failed one would have left is taken back: no other
    /// action may take templates for artifacts.
    pub(super) async fn leave(&mut self, end: ActionEnd) -> Result<ActionEnd, RecordError> {
        if self.ended {
            return Ok(end);
        }
        self.ended = true;
        let action = self.index;
        let artifacts = match end {
            ActionEnd::Complete => self.artifacts().await,
            ActionEnd::Failed | ActionEnd::HandedOver => Ok(Artifacts::new()),
        };
        match artifacts {
            Ok(artifacts) => {
                self.run
                    .record
                    .update(|live| {
                        put(live, action, artifacts);
                        live.end(action);
                    })
                    .await?;
                Ok(end)
            }
            Err(error) => {
                let why = template_message(&error);
                self.run
                    .record
                    .update(|live| {
                        put(live, action, Artifacts::new());
                        live.fail(&why);
                        live.end(action);
                    })
                    .await?;
                self.warn(&format!("Failed to render output artifacts {why}"));
                Ok(ActionEnd::Failed)
            }
        }
    }

    /// The artifacts, from the templates that were recorded when the ActionSet began.
    async fn artifacts(&self) -> Result<Artifacts, TemplateError> {
        let status = self.run.record.status().await;
        let templates = status
            .actions
            .get(self.index)
            .map(|action| action.artifacts.clone())
            .unwrap_or_default();
        let params = Params::new(&self.params);
        let options = &self.run.settings.templates;
        templates
            .into_iter()
            .map(|(name, artifact)| Ok((name, rendered(artifact, &params, options)?)))
            .collect()
    }
}

fn put(live: &mut Live, action: usize, artifacts: Artifacts) {
    if let Some(action) = live.action(action) {
        action.artifacts = artifacts;
    }
}

fn rendered(
    artifact: Artifact,
    params: &Params,
    options: &Options,
) -> Result<Artifact, TemplateError> {
    let render = |text: &str| -> Result<String, TemplateError> {
        let text = Template::parse(text, Dialect::GoArguments)?.render(params, options)?;
        Ok(text.reveal().into_owned())
    };
    let Artifact {
        key_value,
        kopia_snapshot,
        unknown,
    } = artifact;
    Ok(Artifact {
        key_value: key_value
            .into_iter()
            .map(|(key, text)| Ok((key, render(&text)?)))
            .collect::<Result<_, TemplateError>>()?,
        kopia_snapshot: render(&kopia_snapshot)?,
        unknown,
    })
}
