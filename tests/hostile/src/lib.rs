//! A component of hostile intent.
//!
//! One build serves every attack: what it does when it *runs* is its argument `attack`,
//! and how it *describes* itself is [`mode`], a text in its memory that a test overwrites
//! in the component's bytes before it loads them.

mod attack;
mod describe;

use kanister_sdk::types::{Access, Call, Descriptor, Failure, FieldError, Invocation, Json};

/// The component.
pub struct Hostile;

impl kanister_sdk::glue::describe::Guest for Hostile {
    fn functions() -> Vec<Descriptor> {
        describe::functions()
    }

    fn validate(call: Call) -> Result<(), Vec<FieldError>> {
        describe::validate(&call)
    }

    fn plan(call: Call) -> Result<Option<Vec<Access>>, Vec<FieldError>> {
        describe::plan(&call)
    }
}

impl kanister_sdk::glue::run::Guest for Hostile {
    fn run(invocation: Invocation) -> Result<Json, Failure> {
        kanister_sdk::glue::install_panic_hook();
        attack::run(&invocation)
    }
}

/// The text that tests overwrite; 32 bytes, padded with dots.
#[used]
static MODE: [u8; 32] = *b"HOSTILE-MODE=honest.............";

/// How this copy describes itself.
fn mode() -> &'static str {
    // Read at run time, since the bytes are not those that were compiled.
    let mode = std::hint::black_box(&MODE);
    let text = std::str::from_utf8(mode).unwrap_or_default();
    text.strip_prefix("HOSTILE-MODE=")
        .unwrap_or_default()
        .trim_end_matches('.')
}

/// An argument of a call as text.
fn argument(args: &str, name: &str) -> String {
    let args: serde_json::Value = serde_json::from_str(args).unwrap_or_default();
    match args.get(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "exporting a symbol is")]
mod export {
    use super::Hostile;
    kanister_sdk::bindings::export!(Hostile with_types_in kanister_sdk::bindings);
}
