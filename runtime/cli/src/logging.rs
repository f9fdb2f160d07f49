//! Events of `tracing` on standard error.

use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;

/// Starts logging: warnings, or more with `-v`; `RUST_LOG` goes before both.
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => "warn,kanister::function=info",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(verbose > 1)
        .without_time()
        .init();
}

/// Starts logging for machines: one JSON object a line, from `level` on, or more with `-v`;
/// `RUST_LOG` goes before both.
pub fn start_json(verbose: u8, level: &str) {
    let level = match verbose {
        0 => level,
        1 => "debug",
        _ => "trace",
    };
    // What libraries say is for those who look for a fault in them.
    let default = format!(
        "warn,kanister={level},kanister_controller={level},kanister_engine={level},kanister_host={level}"
    );
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
}
