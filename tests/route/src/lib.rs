//! A function that moves bytes between stores and commands without touching them.

use kanister_sdk::prelude::*;
use kanister_sdk::storage::{IfExists, Location, Upload};

/// The slot that bytes are written to.
const PROFILE: &str = "profile";

/// The slot that bytes come from.
const OTHER: &str = "other";

#[arguments]
struct Route {
    /// What to do: exec, copy, abandon, put, get, list, delete, delete-prefix.
    operation: String,
    /// The object, or the prefix.
    key: String,
    /// The folder of the slot that the key is below.
    #[argument(default = "")]
    under: String,
    /// Text to put.
    #[argument(default = "")]
    text: String,
    /// The pod, in the namespace `shop`.
    #[argument(default = "")]
    pod: String,
    /// What to run in it.
    #[argument(default = Vec::new())]
    command: Vec<String>,
}

/// Moves bytes.
#[function(version = "1.0.0")]
fn route(cx: &Context, args: Route) -> Result<Output> {
    let location = cx.location(PROFILE)?;
    let location = match args.under.as_str() {
        "" => location,
        folder => location.under(folder)?,
    };
    let key = args.key.as_str();
    Ok(match args.operation.as_str() {
        "exec" => {
            let process = cx.pod("shop", &args.pod).exec(&args.command)?;
            let meta = location.put_output(key, IfExists::Replace, process)?;
            output! { "size": meta.size }
        }
        "copy" => {
            let source = cx.location(OTHER)?.read(key, 0, None)?;
            let meta = location.put(key, IfExists::Replace, source)?;
            output! { "size": meta.size }
        }
        "abandon" => {
            let source = cx.location(OTHER)?.read(key, 0, None)?;
            let upload: Upload = location.write(key, IfExists::Replace)?;
            upload.append(source)?.wait()?;
            drop(upload);
            output! {}
        }
        "put" => {
            let meta = location.put_bytes(key, IfExists::Fail, args.text.as_bytes())?;
            output! { "size": meta.size, "key": meta.key }
        }
        "get" => {
            let bytes = location.get_bytes(key, 1 << 10)?;
            output! { "text": String::from_utf8(bytes)? }
        }
        "list" => output! { "keys": keys(&location, key)? },
        "delete" => {
            location.delete(key)?;
            output! {}
        }
        "delete-prefix" => output! { "deleted": location.delete_prefix(key)? },
        other => return Err(Failure::invalid("operation", format!("{other:?} is none"))),
    })
}

fn keys(location: &Location, prefix: &str) -> Result<Vec<String>> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let page = location.list(prefix, next.as_deref())?;
        all.extend(page.items.into_iter().map(|item| item.key));
        next = page.next;
        if next.is_none() {
            return Ok(all);
        }
    }
}

kanister_sdk::plugin!(route);
