//! Components for tests and benchmarks, made on first use.
//!
//! A test that runs an attack must run today's attack, so the component is made by the
//! test itself and not kept in the repository. Cargo makes it in seconds when nothing has
//! changed.

use anyhow::Context;
use kanister_plugin::build::{Request, Source, build};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the mode of the hostile component begins with, in its memory and so in its bytes.
const MODE: &[u8] = b"HOSTILE-MODE=";

/// Bytes of the mode, what it begins with included.
const MODE_LEN: usize = 32;

/// The root of the checkout.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The component of hostile intent (`tests/hostile`).
///
/// # Errors
/// Why it was not made; without the Rust target wasm32-unknown-unknown, what to run.
pub fn hostile() -> anyhow::Result<Arc<[u8]>> {
    made("tests/hostile")
}

/// The component that moves bytes without touching them (`tests/route`).
///
/// # Errors
/// Why it was not made.
pub fn route() -> anyhow::Result<Arc<[u8]>> {
    made("tests/route")
}

/// The hello world of the SDK.
///
/// # Errors
/// Why it was not made.
pub fn hello() -> anyhow::Result<Arc<[u8]>> {
    made("sdk/rust/examples/hello")
}

/// A built-in plugin, by the name of its folder below `plugins/`.
///
/// # Errors
/// Why it was not made.
pub fn plugin(name: &str) -> anyhow::Result<Arc<[u8]>> {
    made(&format!("plugins/{name}"))
}

/// The first component of the contract's version 0.1.0, which is kept and never made anew.
///
/// # Errors
/// The file cannot be read.
pub fn first() -> anyhow::Result<Arc<[u8]>> {
    let file = root().join("tests/fixtures/contract-0.1.0/hello.wasm");
    let bytes = std::fs::read(&file).with_context(|| format!("{}", file.display()))?;
    Ok(bytes.into())
}

fn made(dir: &str) -> anyhow::Result<Arc<[u8]>> {
    let request = Request {
        dir: root().join(dir),
        source: Source::Crate {
            profile: Some("plugin".to_owned()),
        },
    };
    let built = build(&request, &mut |_| {}).with_context(|| format!("making {dir}"))?;
    Ok(built.bytes.into())
}

/// The hostile component with another way to describe itself.
///
/// # Errors
/// The component has no mode, or the mode is too long.
pub fn with_mode(component: &[u8], mode: &str) -> anyhow::Result<Arc<[u8]>> {
    let mut text = [MODE, mode.as_bytes()].concat();
    anyhow::ensure!(text.len() <= MODE_LEN, "the mode {mode:?} is too long");
    text.resize(MODE_LEN, b'.');
    let places: Vec<_> = component
        .windows(MODE.len())
        .enumerate()
        .filter(|(_, window)| *window == MODE)
        .map(|(place, _)| place)
        .collect();
    let mut changed = component.to_vec();
    let mut done = 0;
    for place in places {
        // The prefix alone stands once more, in the code that strips it.
        if let Some(target) = changed.get_mut(place..place + MODE_LEN)
            && target.ends_with(b".")
        {
            target.copy_from_slice(&text);
            done += 1;
        }
    }
    anyhow::ensure!(done == 1, "the component has {done} modes");
    Ok(changed.into())
}
