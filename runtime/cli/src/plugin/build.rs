//! `kanister plugin build`.

use crate::output::{self, Output};
use anyhow::Context;
use clap::Args;
use kanister_plugin::build::{Progress, Request, Source, build};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make a component of a plugin's folder.
#[derive(Debug, Args)]
#[command(after_help = "\
A folder with a Cargo.toml is built for wasm32-unknown-unknown. For other languages give the \
core module (C, Go) or the component (Python, JavaScript) that their tools made. The manifest is \
manifest.yaml in the folder; without one the plugin asks for nothing.

Example: kanister plugin build hello && kanister plugin run hello/hello.wasm --arg name=world")]
pub struct Build {
    /// The plugin's folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,

    /// Where to write the component [default: NAME.wasm in the folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// A core module that another language's tools made
    #[arg(long, value_name = "FILE", conflicts_with = "component")]
    core: Option<PathBuf>,

    /// A component that another language's tools made
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,

    /// A cargo profile of the crate's workspace [default: settings for small components]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["core", "component"])]
    profile: Option<String>,
}

impl Build {
    pub async fn run(self, format: Output) -> anyhow::Result<ExitCode> {
        let Self {
            dir,
            out,
            core,
            component,
            profile,
        } = self;
        let source = match (core, component) {
            (Some(core), _) => Source::Core(core),
            (None, Some(component)) => Source::Component(component),
            (None, None) => Source::Crate { profile },
        };
        let request = Request {
            dir: dir.clone(),
            source,
        };
        let built = tokio::task::spawn_blocking(move || build(&request, &mut say)).await??;
        let out = out.unwrap_or_else(|| dir.join(format!("{}.wasm", built.name)));
        write(&out, &built.bytes)
            .with_context(|| format!("the component cannot be written to {}", out.display()))?;
        let permissions = built.component.permissions();
        match format {
            Output::Json => output::json(&serde_json::json!({
                "name": built.name,
                "file": out,
                "bytes": built.bytes.len(),
                "digest": kanister_host::component::digest_of(&built.bytes).to_string(),
                "permissions": permissions
                    .iter()
                    .map(|permission| serde_json::json!({
                        "import": permission.import.name,
                        "meaning": permission.meaning,
                    }))
                    .collect::<Vec<_>>(),
            }))?,
            Output::Text => {
                let mut text = format!("{}: {} bytes\n", out.display(), built.bytes.len());
                text.push_str(&super::inspect::permissions(&built.component));
                output::text(&text)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The file appears whole or not at all.
fn write(out: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let half = out.with_extension("wasm.part");
    std::fs::write(&half, bytes)?;
    std::fs::rename(&half, out).inspect_err(|_| {
        // The error to tell is that of the rename.
        let _ = std::fs::remove_file(&half);
    })
}

/// Progress on standard error, so that standard output stays the result.
fn say(progress: Progress) {
    match progress {
        Progress::AddingTarget { toolchain } => {
            eprintln!("adding the target wasm32-unknown-unknown to {toolchain}");
        }
        Progress::Compiling { name } => eprintln!("compiling {name}"),
        Progress::Line(line) => eprintln!("  {line}"),
        Progress::Componentizing => eprintln!("making the component"),
    }
}
