//! Runs the render cases of the files named on the command line.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let files: Vec<_> = std::env::args_os().skip(1).map(Into::into).collect();
    let passed = template_conformance::run(&files)?;
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
