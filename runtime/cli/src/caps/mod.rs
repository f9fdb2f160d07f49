//! `kanister caps`: what a Blueprint needs.

mod needs;
mod rbac;
mod reads;
mod report;
mod unknown;

use crate::files::{self, Files};
use crate::output::{self, Output};
use crate::plugin::Places;
use anyhow::bail;
use clap::Args;
use kanister_api::Blueprint;
use kanister_api::document::{self, Object};
use std::process::ExitCode;

/// What a Blueprint needs, as Roles and what Roles cannot say.
#[derive(Debug, Args)]
#[command(after_help = "\
Each function says what it needs for exactly these arguments; what a template decides is not \
known before the run and is said so. Apply the Role without a namespace where the application is: \
kanister caps blueprint.yaml | kubectl apply -n shop -f -")]
pub struct Caps {
    #[command(flatten)]
    files: Files,

    /// Only this action
    #[arg(long, value_name = "NAME")]
    action: Option<String>,

    /// The namespace of the application [default: left out, for `kubectl apply -n`]
    #[arg(long, short, value_name = "NAME")]
    namespace: Option<String>,

    /// The namespace of the controller
    #[arg(long, value_name = "NAME", default_value = "kanister")]
    controller_namespace: String,

    /// The version of the functions
    #[arg(long, value_name = "VERSION", default_value = "")]
    function_version: String,

    #[command(flatten)]
    places: Places,
}

impl Caps {
    pub async fn run(self, format: Output) -> anyhow::Result<ExitCode> {
        let blueprints = match self.blueprints() {
            Ok(blueprints) => blueprints,
            Err(error) => {
                output::error(&error);
                return Ok(ExitCode::from(files::USAGE));
            }
        };
        let host = self.places.installed().await?;
        let mut all = Vec::new();
        for blueprint in &blueprints {
            let mut needs = needs::Needs::new(name(blueprint));
            for (action, definition) in &blueprint.actions {
                if self.action.as_ref().is_none_or(|wanted| wanted == action) {
                    let version = &self.function_version;
                    needs.action(&host, action, definition, version).await?;
                }
            }
            all.push(needs);
        }
        let places = rbac::Namespaces {
            subject: self.namespace,
            controller: self.controller_namespace,
        };
        match format {
            Output::Text => output::text(&report::yaml(&all, &places)?)?,
            Output::Json => output::json(&report::json(&all, &places))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn blueprints(&self) -> anyhow::Result<Vec<Blueprint>> {
        let mut blueprints = Vec::new();
        for source in self.files.read()? {
            for document in document::parse(&source.text)
                .map_err(|error| anyhow::anyhow!("{}: {error}", source.name))?
            {
                if document.api_version() == kanister_api::API_VERSION
                    && let Object::Blueprint(blueprint) = document
                        .object()
                        .map_err(|error| anyhow::anyhow!("{}: {error}", source.name))?
                {
                    blueprints.push(*blueprint);
                }
            }
        }
        if blueprints.is_empty() {
            bail!("there is no Blueprint in the files");
        }
        if let Some(wanted) = &self.action
            && !blueprints
                .iter()
                .any(|one| one.actions.contains_key(wanted))
        {
            let known: Vec<_> = blueprints
                .iter()
                .flat_map(|one| one.actions.keys())
                .collect();
            let known: Vec<_> = known.into_iter().map(String::as_str).collect();
            bail!(
                "no Blueprint has an action {wanted}; there is {}",
                known.join(", ")
            );
        }
        Ok(blueprints)
    }
}

fn name(blueprint: &Blueprint) -> String {
    let name = blueprint.metadata.name.clone();
    name.unwrap_or_else(|| "blueprint".to_owned())
}
