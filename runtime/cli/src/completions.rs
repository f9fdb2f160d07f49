//! `kanister completions`.

use crate::arguments::Arguments;
use clap::CommandFactory;
use clap_complete::Shell;
use std::process::ExitCode;

pub fn print(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "kanister", &mut script);
    crate::output::text(&String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}
