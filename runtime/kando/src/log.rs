//! Log lines on stderr.

use tracing_subscriber::filter::LevelFilter;

use crate::error::Error;

/// Starts logging at the level that users give.
///
/// # Errors
/// An unknown level.
pub(crate) fn start(level: &str) -> Result<(), Error> {
    let filter = filter(level)?;
    // Only this project's lines: those of the libraries below may show requests.
    let ours = tracing_subscriber::filter::Targets::new()
        .with_target("kando", filter)
        .with_target("kanister_storage", filter);
    use tracing_subscriber::layer::SubscriberExt as _;
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(std::io::stderr);
    // A second start in one process keeps the first.
    let _ = tracing::subscriber::set_global_default(
        tracing_subscriber::registry().with(ours).with(lines),
    );
    Ok(())
}

/// Checks a level that comes too late to be used.
///
/// # Errors
/// An unknown level.
pub(crate) fn check(level: &str) -> Result<(), Error> {
    filter(level).map(drop)
}

fn filter(level: &str) -> Result<LevelFilter, Error> {
    Ok(match level.to_ascii_lowercase().as_str() {
        "panic" | "fatal" | "error" => LevelFilter::ERROR,
        "warn" | "warning" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => return Err(Error::LogLevel(level.into())),
    })
}
