//! `kanister plugin list`.

use super::place::Places;
use crate::output::{self, Output};
use clap::Args;
use std::process::ExitCode;

/// List the functions that are built in or installed.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    places: Places,
}

impl List {
    pub async fn run(self, format: Output) -> anyhow::Result<ExitCode> {
        let host = self.places.installed().await?;
        let functions = host.registry().functions();
        match format {
            Output::Json => {
                let all: Vec<_> = functions
                    .iter()
                    .map(|function| {
                        serde_json::json!({
                            "name": function.descriptor.name,
                            "version": function.descriptor.version,
                            "plugin": function.plugin.manifest().plugin.name,
                            "digest": function.plugin.digest().to_string(),
                            "idempotent": function.descriptor.idempotent,
                            "doc": function.descriptor.doc,
                        })
                    })
                    .collect();
                output::json(&all)?;
            }
            Output::Text if functions.is_empty() => output::text(
                "No functions: this binary has none built in, and no folder was given with \
                 --plugins.\n",
            )?,
            Output::Text => {
                let rows: Vec<[String; 4]> = functions
                    .iter()
                    .map(|function| {
                        [
                            function.descriptor.name.clone(),
                            format!("v{}", function.descriptor.version),
                            function.plugin.manifest().plugin.name.clone(),
                            output::first_sentence(&function.descriptor.doc),
                        ]
                    })
                    .collect();
                output::text(&output::table(
                    ["FUNCTION", "VERSION", "PLUGIN", "WHAT IT DOES"],
                    &rows,
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
