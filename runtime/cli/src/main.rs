//! The `kanister` binary.

mod arguments;
mod builtin;
mod completions;
mod crds;
mod logging;
mod output;
mod plugin;

use arguments::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start(arguments.verbose);
    match run(arguments).await {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments {
        command,
        output,
        verbose: _,
    } = arguments;
    match command {
        Command::Plugin(command) => plugin::run(*command, output).await,
        Command::Crds => crds::print(output),
        Command::Completions { shell } => completions::print(shell),
    }
}
