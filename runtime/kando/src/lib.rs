//! `kando`: what users' commands call in their own containers. It moves streams to and from the store
//! of a Profile, reports outputs of a phase, and runs processes for a client beside it.
//!
//! The interface is that of the existing tool of this name: commands, flags, the JSON of Profiles, and
//! the exit status 69 for every failure.

mod chronicle;
mod cli;
mod error;
mod location;
mod log;
mod output;
mod process;
mod profile;
mod stdio;
mod stop;

use std::ffi::OsString;
use std::process::ExitCode;

use kanister_flags::{Parsed, parse};

use cli::{Command, Kando, Location};
use error::{Error, FAILED};

/// Runs the tool with the command line `args`, whose first element is the program's name.
#[must_use]
pub fn main(args: Vec<OsString>) -> ExitCode {
    let parsed = match parse::<Kando>(&args) {
        Ok(Parsed::Run(kando)) => kando,
        Ok(Parsed::Tell(text)) => return finish(stdio::print(&text).map(|()| ExitCode::SUCCESS)),
        Err(e) => return finish(Err(e.into())),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(e) => return finish(Err(Error::Start(e))),
    };
    // In a task: what waits in `block_on` itself is woken across threads, for each piece that arrives.
    let task = runtime.spawn(async move { run(parsed, &args).await });
    let result = runtime.block_on(task);
    // A read of stdin that nobody waits for any more must not hold the end.
    runtime.shutdown_background();
    match result {
        Ok(result) => finish(result),
        // It has panicked, and has said so.
        Err(_) => ExitCode::from(FAILED),
    }
}

fn finish(result: Result<ExitCode, Error>) -> ExitCode {
    match result {
        Ok(code) => code,
        // The reader has left; it knows.
        Err(Error::Stdout(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::from(FAILED)
        }
        Err(e) => {
            let mut text = format!("Error: {e}");
            let mut cause = std::error::Error::source(&e);
            while let Some(inner) = cause {
                text = format!("{text}: {inner}");
                cause = inner.source();
            }
            stdio::complain(&text);
            ExitCode::from(e.exit_status())
        }
    }
}

async fn run(kando: Kando, argv: &[OsString]) -> Result<ExitCode, Error> {
    let Kando { verbosity, command } = kando;
    log::start(&verbosity)?;
    match command {
        Command::Output(args) => output::run(args, argv)?,
        Command::Location(Location { target, command }) => location::run(target, command).await?,
        Command::Chronicle(args) => chronicle::run(args.command).await?,
        Command::Stream(args) => return Err(args.unsupported()),
        Command::Process(args) => return process::run(args).await,
    }
    Ok(ExitCode::SUCCESS)
}
