//! The `kanister` binary, as a library: `cargo xtask kanister-static` links it once more, without a dynamic
//! linker, and compiles nothing for that.

mod arguments;
mod builtin;
mod caps;
mod completions;
mod controller;
mod crds;
mod embedded;
mod faces;
mod files;
mod kubeconfig;
mod lint;
mod logging;
mod manifests;
mod output;
mod plugin;
mod render;
mod run;

use arguments::{Arguments, Command};
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// The whole program: reads the command line of this process and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    // A process of the embedded cluster starts itself under this word, before any thread.
    if args.get(1).and_then(|word| word.to_str()) == Some(kanister_devcluster::SUPERVISE) {
        return kanister_devcluster::supervise();
    }
    if let Some(code) = faces::run(&args) {
        return code;
    }
    let arguments = Arguments::parse();
    match &arguments.command {
        Command::Controller(controller) => {
            logging::start_json(arguments.verbose, controller.log_level());
        }
        _ => logging::start(arguments.verbose),
    }
    let result = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            let result = runtime.block_on(run(arguments));
            // A read of standard input that nobody answers must not keep the process.
            runtime.shutdown_background();
            result
        });
    result.unwrap_or_else(|error| {
        output::error(&error);
        ExitCode::FAILURE
    })
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments {
        command,
        output,
        verbose: _,
    } = arguments;
    match command {
        Command::Run(run) => run.run(output).await,
        Command::Render(render) => render.run(output).await,
        Command::Plugin(command) => plugin::run(*command, output).await,
        Command::Devcluster(mut options) => {
            if options.images.is_none() {
                options.images = Some(embedded::furnish(&options.state)?);
            }
            kanister_devcluster::serve(*options, kanister_devcluster::stopped()).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Controller(controller) => controller.run().await,
        Command::Caps(caps) => caps.run(output).await,
        Command::Lint(lint) => lint.run(output).await,
        Command::Crds => crds::print(output),
        Command::Manifests(manifests) => manifests.print(),
        Command::Completions { shell } => completions::print(shell),
    }
}
