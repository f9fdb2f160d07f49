//! Events of `tracing` on standard error.

use std::io::{self, IsTerminal};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Libraries that log addresses, headers or bytes of what they carry, below their warnings: the
/// address of an exec is its command, with the secrets that are in it. Nothing turns these lines on.
const CARRIERS: [&str; 9] = [
    "h2",
    "hyper",
    "hyper_util",
    "kube",
    "kube_client",
    "object_store",
    "reqwest",
    "tokio_tungstenite",
    "tungstenite",
];

/// Starts logging: warnings, or more with `-v`; `RUST_LOG` goes before both.
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => "warn,kanister::function=info",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(verbose > 1)
        .without_time();
    tracing_subscriber::registry()
        .with(lines.with_filter(discreet()))
        .with(filter(level))
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
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(io::stderr);
    tracing_subscriber::registry()
        .with(lines.with_filter(discreet()))
        .with(filter(&default))
        .init();
}

fn filter(default: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default))
}

fn discreet() -> Targets {
    let carriers = CARRIERS.map(|name| (name, LevelFilter::WARN));
    Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_targets(carriers)
}
