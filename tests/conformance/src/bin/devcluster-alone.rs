//! The embedded cluster as a program of its own, for tests that kill it.

use std::process::ExitCode;

use clap::Parser;

/// Serves the embedded cluster until it is interrupted.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    options: kanister_devcluster::Options,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(kanister_devcluster::SUPERVISE) {
        return kanister_devcluster::supervise();
    }
    let Arguments { options } = Arguments::parse();
    let result = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            Ok(runtime.block_on(kanister_devcluster::serve(
                options,
                kanister_devcluster::stopped(),
            ))?)
        });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
