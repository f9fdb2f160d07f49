//! `kanister plugin inspect`.

use super::place::{Places, is_file};
use crate::output::{self, Output};
use clap::Args;
use kanister_api::function::to_flow_yaml;
use kanister_host::component::{Descriptor, Plugin};
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

/// Show what a component is, needs and offers.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A component's file, or the name of an installed function
    target: String,

    #[command(flatten)]
    places: Places,
}

impl Inspect {
    pub async fn run(self, format: Output) -> anyhow::Result<ExitCode> {
        let Self { target, places } = self;
        let plugin = if is_file(&target) {
            let host = places.host()?;
            places.file(&host, Path::new(&target)).await?
        } else {
            let host = places.installed().await?;
            host.registry().find(&target, "")?.function.plugin
        };
        match format {
            Output::Json => output::json(&serde_json::json!({
                "digest": plugin.digest().to_string(),
                "bytes": plugin.size(),
                "manifest": plugin.manifest(),
                "imports": plugin
                    .file()
                    .imports
                    .iter()
                    .map(|import| &import.name)
                    .collect::<Vec<_>>(),
                "functions": plugin.functions().iter().map(AsRef::as_ref).collect::<Vec<&Descriptor>>(),
            }))?,
            Output::Text => output::text(&text(&plugin))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(plugin: &Plugin) -> String {
    let manifest = plugin.manifest();
    let mut text = format!(
        "{} {}\n{}, {} bytes\n",
        manifest.plugin.name,
        manifest.plugin.version,
        plugin.digest(),
        plugin.size()
    );
    if !manifest.plugin.description.is_empty() {
        let _ = writeln!(text, "{}", manifest.plugin.description);
    }
    text.push('\n');
    text.push_str(&permissions(plugin.file()));
    if !manifest.requires.is_empty() {
        let _ = writeln!(
            text,
            "\nIts manifest limits that to:\n  {}",
            to_flow_yaml(&manifest.requires)
        );
    }
    for function in plugin.functions() {
        text.push('\n');
        text.push_str(&self::function(function));
    }
    text
}

/// What a component may ask for, by its imports.
pub fn permissions(component: &kanister_plugin::Component) -> String {
    let permissions = component.permissions();
    let asked: Vec<_> = permissions
        .iter()
        .filter(|permission| !permission.import.functions.is_empty())
        .collect();
    if asked.is_empty() {
        return "It imports nothing: it only computes.\n".to_owned();
    }
    let mut text = "It can, as far as it is granted:\n".to_owned();
    for permission in asked {
        let _ = writeln!(
            text,
            "  {:<40} it {}",
            permission.import.name, permission.meaning
        );
    }
    text
}

fn function(function: &Descriptor) -> String {
    let mut text = format!("{} v{}\n", function.name, function.version);
    if !function.doc.is_empty() {
        let _ = writeln!(text, "  {}", function.doc.trim().replace('\n', "\n  "));
    }
    let rows: Vec<[String; 4]> = function
        .parameters
        .iter()
        .map(|parameter| {
            let need = match (&parameter.default, parameter.required) {
                (Some(default), _) => format!("default {default}"),
                (None, true) => "required".to_owned(),
                (None, false) => "optional".to_owned(),
            };
            [
                format!("  {}", parameter.name),
                output::word(&parameter.kind),
                need,
                output::first_sentence(&parameter.doc),
            ]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&output::table(["  ARGUMENT", "KIND", "", "MEANING"], &rows));
    }
    let mut outputs: Vec<_> = function
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    if function.open_outputs {
        outputs.push("others that it does not list");
    }
    if !outputs.is_empty() {
        let _ = writeln!(text, "  Outputs: {}", outputs.join(", "));
    }
    text
}
