//! Panics reach the log before the call traps.

/// Sends the message of a panic to the log of the call. Without it a trap is silent.
pub fn install() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|info| {
        crate::context::write_log(crate::context::Level::Error, &info.to_string(), &[]);
    }));
}
