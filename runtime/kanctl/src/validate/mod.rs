//! `kanctl validate`.

mod blueprint;
mod profile;

use std::io::Read as _;

use kanister_flags::{exact_args, shown_path};

use crate::cli::Validate;
use crate::error::Error;
use crate::functions::Functions;
use crate::print;

pub(crate) async fn run(
    mut args: Validate,
    namespace: Option<String>,
    functions: &(dyn Functions + Sync),
) -> Result<(), Error> {
    let [resource] = exact_args(std::mem::take(&mut args.resource))?;
    let resource = resource.to_string_lossy();
    match &*resource {
        "profile" => profile::run(args, namespace).await,
        "blueprint" => blueprint::run(args, functions),
        other => Err(Error::Argument(format!(
            "resource {other} is not supported for validate subcommand; use profile or blueprint"
        ))),
    }
}

/// The text of the file, or of stdin.
fn read(path: &str) -> Result<String, Error> {
    let error = |source| Error::File {
        path: shown_path(path),
        source,
    };
    if path != "-" {
        return std::fs::read_to_string(path).map_err(error);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(error)?;
    Ok(text)
}

fn passed(check: &str) -> Result<(), Error> {
    print::out(&format!("Passed the '{check}' check.. ✅\n"))
}

fn failed(check: &str) -> Result<(), Error> {
    print::out(&format!("Failed the '{check}' check.. ❌\n"))
}

fn skipped(check: &str) -> Result<(), Error> {
    print::out(&format!("Skipping the '{check}' check.. 🚫\n"))
}
