//! `kando location`.

mod pull;
mod push;

use kanister_flags::exact_args;

use crate::cli::{LocationCommand, Target};
use crate::error::Error;
use crate::profile::{self, Opened};

pub(crate) use pull::pull;

pub(crate) async fn run(target: Target, command: LocationCommand) -> Result<(), Error> {
    match command {
        LocationCommand::Push {
            output_name: _,
            source,
        } => {
            let [source] = exact_args(source)?;
            let profile = profile::read(&target)?;
            push::push(&profile, &target.path, &source).await
        }
        LocationCommand::Pull {
            kopia_snapshot: _,
            target: to,
        } => {
            let [to] = exact_args(to)?;
            let opened = Opened::connect(&profile::read(&target)?).await?;
            pull(&opened.location, &opened.path(&target.path), &to).await
        }
        LocationCommand::Delete {
            kopia_snapshot: _,
            none,
        } => {
            let [] = exact_args(none)?;
            let opened = Opened::connect(&profile::read(&target)?).await?;
            delete(&opened, &target.path).await
        }
    }
}

/// Deletes the object `path` and what is below `path/`; with a slash at its end only the latter. An
/// empty path means the profile's prefix, if it has one.
async fn delete(opened: &Opened, path: &str) -> Result<(), Error> {
    let location = opened.location.under(&opened.path(path))?;
    let only_below = path.ends_with('/');
    let deleted = location.delete_all().await?;
    tracing::info!(deleted, "objects were deleted");
    if !only_below {
        location.delete("").await?;
    }
    Ok(())
}
