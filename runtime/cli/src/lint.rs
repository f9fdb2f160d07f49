//! `kanister lint`.

use crate::files;
use crate::output::{self, Output};
use crate::plugin::Places;
use clap::{Args, ValueEnum};
use kanister_lint::report::{self, Counts, Style};
use kanister_lint::{Finding, Level, lint};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// Says what is wrong with Blueprints, ActionSets and Profiles before they run.
#[derive(Debug, Args)]
#[command(after_help = "\
Files that belong together are given together: an ActionSet is held against its Blueprint, a \
Profile against its Secret. Exit code: 0 if nothing is as bad as --fail-on says, 1 if something \
is, 2 for files that cannot be read and wrong options.

Example: kanister lint blueprint.yaml
         kanister lint --format sarif blueprints/ > lint.sarif")]
pub struct Lint {
    /// Files with manifests; of a folder its *.yaml, *.yml and *.json; `-` reads standard input
    #[arg(value_name = "FILE", required_unless_present = "rules")]
    files: Vec<PathBuf>,

    /// How findings are printed; --output json is --format json
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// What makes the command fail
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,

    /// The version of functions that Blueprints are checked with
    #[arg(long, value_name = "VERSION", default_value = "")]
    function_version: String,

    /// Print every rule with its reason and what to do, and check nothing
    #[arg(long)]
    rules: bool,

    #[command(flatten)]
    places: Places,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the lines that they are about.
    Text,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for tools that show findings beside code.
    Sarif,
}

/// The least bad finding that makes the command fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What cannot work.
    #[default]
    Error,
    /// What may go wrong as well.
    Warning,
    /// Every finding.
    Note,
}

impl Lint {
    pub async fn run(self, output: Output) -> anyhow::Result<ExitCode> {
        let format = self.format.unwrap_or(match output {
            Output::Text => Format::Text,
            Output::Json => Format::Json,
        });
        if self.rules {
            return print_rules(format);
        }
        let sources = match files::read(&self.files) {
            Ok(sources) => sources,
            Err(error) => {
                output::error(&error);
                return Ok(ExitCode::from(files::USAGE));
            }
        };
        let host = self.places.installed().await?;
        let findings = lint(&sources, host.registry(), &self.function_version).await;
        match format {
            Format::Text => {
                let style = if std::io::stdout().is_terminal() {
                    Style::Colour
                } else {
                    Style::Plain
                };
                output::text(&report::text(&sources, &findings, style))?;
            }
            Format::Json => output::json(&serde_json::json!({
                "findings": findings,
                "counts": Counts::of(&findings),
            }))?,
            Format::Sarif => {
                output::json(&report::sarif(&findings, env!("CARGO_PKG_VERSION")))?;
            }
        }
        Ok(if self.fail_on.fails(&findings) {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

impl FailOn {
    fn fails(self, findings: &[Finding]) -> bool {
        let least = match self {
            Self::Error => Level::Error,
            Self::Warning => Level::Warning,
            Self::Note => Level::Note,
        };
        findings.iter().any(|found| found.level() >= least)
    }
}

fn print_rules(format: Format) -> anyhow::Result<ExitCode> {
    let rules: Vec<_> = kanister_lint::rules().collect();
    match format {
        Format::Text => {
            let mut text = String::new();
            for rule in rules {
                text.push_str(&format!(
                    "{} ({})\n  why: {}\n  do:  {}\n",
                    rule.id, rule.level, rule.reason, rule.remedy
                ));
            }
            output::text(&text)?;
        }
        Format::Json | Format::Sarif => output::json(&rules)?,
    }
    Ok(ExitCode::SUCCESS)
}
