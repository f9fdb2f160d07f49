//! The smallest function: it greets.
use kanister_sdk::prelude::*;

#[arguments]
struct Hello {
    /** Whom to greet. */
    name: String,
}

/// Greets somebody.
#[function(version = "1.0.0")]
fn hello(_: &Context, args: Hello) -> Result<Output> {
    Ok(output! { "greeting": format!("hello, {}", args.name) })
}

kanister_sdk::plugin!(hello);
