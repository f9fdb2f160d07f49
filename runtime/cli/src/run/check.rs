//! The checks of `kanister lint` before anything is run.

use super::plan::Plan;
use kanister_api::Blueprint;
use kanister_host::host::Host;
use kanister_lint::report::{Style, text};
use kanister_lint::{Level, Source, lint};
use std::io::IsTerminal;

/// Whether a place in a Blueprint is one that the run comes to: not if it is in another action.
fn concerns(plan: &Plan, path: &str) -> bool {
    let Some(inside) = path.strip_prefix("actions.") else {
        return true;
    };
    let actions = plan.action_set().spec.iter().flat_map(|spec| &spec.actions);
    let mut names = actions.map(|action| action.name.as_str());
    names.any(|name| {
        let rest = inside.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// What is wrong for certain, for people; none if nothing is.
pub async fn errors(plan: &Plan, blueprints: &[Blueprint], host: &Host) -> Option<String> {
    let mut sources: Vec<Source> = plan
        .sources()
        .iter()
        .map(|source| Source {
            name: source.name.clone(),
            text: source.text.clone(),
        })
        .collect();
    // What does not come from a file is checked as well, since functions may be missing here.
    let own = plan.own_blueprints();
    for blueprint in blueprints.iter().filter(|it| !own.contains(it)) {
        let name = blueprint.metadata.name.as_deref().unwrap_or_default();
        sources.push(Source {
            name: format!("Blueprint {name}"),
            text: serde_json::to_string_pretty(blueprint).ok()?,
        });
    }
    if plan.is_requested() {
        sources.push(Source {
            name: "the options of this command".to_owned(),
            text: serde_json::to_string_pretty(plan.action_set()).ok()?,
        });
    }
    let mut findings = lint(&sources, host.registry(), "").await;
    findings.retain(|found| found.level() == Level::Error && concerns(plan, &found.path));
    if findings.is_empty() {
        return None;
    }
    let style = match std::io::stderr().is_terminal() {
        true => Style::Colour,
        false => Style::Plain,
    };
    Some(text(&sources, &findings, style))
}
