//! The thread that advances the epoch.

use super::TICK;

/// Ticks until the engine is gone: the thread holds it weakly, so it never keeps an
/// engine alive. Always on, since a limit that somebody must remember to switch on is
/// none.
pub(super) fn start(engine: &wasmtime::Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("epoch".to_owned())
        .spawn(move || {
            loop {
                std::thread::sleep(TICK);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => break,
                }
            }
        })?;
    Ok(())
}
