//! `kanister render`: what an ActionSet would call its functions with.

use crate::files::USAGE;
use crate::output::{self, Output};
use crate::plugin::Places;
use crate::run::{Overlay, Reached, What, Where, blueprints_of};
use clap::Args;
use kanister_api::function::GrantFile;
use kanister_engine::{ActionPreview, Engine, PhasePreview};
use kanister_host::host::Host;
use serde_json::{Value, json};
use std::fmt::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// Prints every phase's arguments as they would be, with secrets masked.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is run and nothing is changed. What templates refer to is read: local manifests first, then \
the cluster, as for `kanister run`. What a phase will give is not known before the run; \
`<phase.output>` stands in its place. Exit code: 1 if something would fail.

Example: kanister render blueprint.yaml profile.yaml --action backup --object deployment/shop/web")]
pub struct Render {
    #[command(flatten)]
    what: What,

    #[command(flatten)]
    place: Where,

    #[command(flatten)]
    places: Places,
}

impl Render {
    pub async fn run(self, format: Output) -> anyhow::Result<ExitCode> {
        let state = self.place.state()?;
        let (manifests, action_set) = match self.what.read(&state, None) {
            Ok(read) => read,
            Err(error) => {
                output::error(&error);
                return Ok(ExitCode::from(USAGE));
            }
        };
        let namespace = action_set.metadata.namespace.clone().unwrap_or_default();
        let (host, reached) = tokio::join!(self.places.installed(), self.place.reach(&namespace));
        let reached = reached?;
        let previews = async {
            let blueprints =
                blueprints_of(&action_set, manifests.blueprints.iter(), &reached.cluster).await?;
            let overlay = Overlay::new(reached.cluster.clone(), &manifests.local);
            let engine = self.engine(host?);
            anyhow::Ok(
                engine
                    .preview(Arc::new(overlay), &action_set, &blueprints)
                    .await,
            )
        }
        .await;
        end(reached).await;
        let previews = previews?;
        match format {
            Output::Text => output::text(&text(&previews)?)?,
            Output::Json => output::json(&previews.iter().map(as_json).collect::<Vec<_>>())?,
        }
        Ok(if previews.iter().all(succeeds) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn engine(&self, host: Host) -> Engine {
        // Nothing is called, so nothing is granted.
        let grants = Arc::new(GrantFile::default());
        Engine::new(Arc::new(host), grants, self.place.settings("render"))
    }
}

async fn end(reached: Reached) {
    reached.end().await;
}

fn succeeds(preview: &ActionPreview) -> bool {
    let phases = preview.phases.as_ref();
    preview.artifacts.is_ok()
        && phases.is_ok_and(|phases| phases.iter().all(|phase| phase.args.is_ok()))
}

fn text(previews: &[ActionPreview]) -> anyhow::Result<String> {
    let mut text = String::new();
    for preview in previews {
        let ActionPreview {
            action,
            phases,
            artifacts,
        } = preview;
        let phases = match phases {
            Ok(phases) => phases,
            Err(why) => {
                let _ = writeln!(text, "# action {action} would not begin: {why}");
                continue;
            }
        };
        for phase in phases {
            self::phase(&mut text, action, phase)?;
        }
        match artifacts {
            Ok(artifacts) if artifacts.is_empty() => {}
            Ok(artifacts) => {
                let _ = writeln!(text, "---\n# action {action} would leave");
                text.push_str(&serde_saphyr::to_string(&json!({"artifacts": artifacts}))?);
            }
            Err(why) => {
                let _ = writeln!(
                    text,
                    "---\n# action {action}: its artifacts would fail: {why}"
                );
            }
        }
    }
    Ok(text)
}

fn phase(text: &mut String, action: &str, preview: &PhasePreview) -> anyhow::Result<()> {
    let PhasePreview {
        phase,
        function,
        deferred,
        condition,
        args,
    } = preview;
    let last = if *deferred { ", at the end" } else { "" };
    let _ = writeln!(text, "---\n# action {action}, phase {phase}{last}");
    if let Some(condition) = condition {
        let _ = writeln!(text, "# if: {condition}");
    }
    match args {
        Ok(args) => {
            let shown = json!({"func": function, "args": args});
            text.push_str(&serde_saphyr::to_string(&shown)?);
        }
        Err(why) => {
            let _ = writeln!(text, "func: {function}");
            for line in why.lines() {
                let _ = writeln!(text, "# it would fail: {line}");
            }
        }
    }
    Ok(())
}

fn as_json(preview: &ActionPreview) -> Value {
    let ActionPreview {
        action,
        phases,
        artifacts,
    } = preview;
    let phase = |it: &PhasePreview| {
        let PhasePreview {
            phase,
            function,
            deferred,
            condition,
            args,
        } = it;
        json!({
            "phase": phase,
            "func": function,
            "deferred": deferred,
            "if": condition,
            "args": args.as_ref().ok(),
            "error": args.as_ref().err(),
        })
    };
    let phases_of = phases
        .as_ref()
        .map(|all| all.iter().map(phase).collect::<Vec<_>>());
    json!({
        "action": action,
        "phases": phases_of.as_ref().ok(),
        "error": phases.as_ref().err(),
        "artifacts": artifacts.as_ref().ok(),
        "artifactsError": artifacts.as_ref().err(),
    })
}
