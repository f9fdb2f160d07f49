//! What is wrong with Blueprints, ActionSets and Profiles before they run. No I/O of its own: functions are asked through
//! a [`Catalogue`].
//!
//! [`lint`] reads files and gives [`Finding`]s; [`report`] writes them for people and for programs.
//!
//! To add a rule: write it beside its check in the file of its subject, put it in that file's `RULES`, and add a case
//! folder to `tests/lint/cases`.

mod actionset;
mod arguments;
mod blueprint;
mod catalogue;
mod commands;
mod credentials;
mod finding;
mod profile;
mod references;
pub mod report;
mod reporter;
mod rule;
mod shell;
mod source;
mod structure;
mod templates;
mod text;
mod uses;

pub use catalogue::{Catalogue, Known};
pub use finding::{Finding, Place};
pub use rule::{Level, Rule, rules};
pub use source::Source;

use kanister_api::document::Object;
use text::Read;
use uses::Uses;

/// Finds what is wrong in files that belong together: an ActionSet is held against its Blueprint, a Profile against its
/// Secret, if they are among them. `version` is the version of functions that Blueprints are checked with; empty means
/// the default one. The findings come in the order of the files and lines.
pub async fn lint(sources: &[Source], functions: &dyn Catalogue, version: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let read = text::read(sources, &mut findings);
    let blueprints: Vec<_> = read
        .iter()
        .filter_map(|Read { object, .. }| match object {
            Some(Object::Blueprint(blueprint)) => Some((blueprint.as_ref(), Uses::of(blueprint))),
            _ => None,
        })
        .collect();
    for Read {
        source,
        document,
        object,
    } in &read
    {
        let mut reporter = reporter::Reporter::new(source, document);
        match object {
            Some(Object::Blueprint(blueprint)) => {
                blueprint::check(blueprint, functions, version, &mut reporter).await;
            }
            Some(Object::ActionSet(set)) => {
                actionset::check(set, &blueprints, functions, &mut reporter);
            }
            Some(Object::Profile(profile)) => profile::check(profile, &read, &mut reporter),
            None => {}
        }
        findings.append(&mut reporter.findings);
    }
    let order = |file: &str| sources.iter().position(|source| source.name == file);
    findings.sort_by_key(|found| (order(&found.file), found.place, found.rule.id));
    findings.dedup();
    findings
}
