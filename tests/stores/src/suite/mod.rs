//! The cases. Each gets a location of its own in the store.

mod answers;
mod content;
mod faults;
mod keys;
mod uploads;

use std::pin::Pin;

use anyhow::{Result, ensure};
use bytes::Bytes;
use kanister_storage::{Chunk, FileRoots, Location, ReadRange, StoreOptions, WriteOptions};

use crate::profile::Settings;
use crate::server::Server;

/// What a case runs with.
#[derive(Debug)]
pub struct Case<'s> {
    /// The store.
    pub server: &'s Server,
    /// Where it may do what it likes.
    pub location: Location,
}

/// A case.
pub type Run = for<'a> fn(&'a Case<'a>) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

macro_rules! cases {
    ($($module:ident :: $name:ident),+ $(,)?) => {
        &[$((concat!(stringify!($module), "::", stringify!($name)), |case| Box::pin($module::$name(case)))),+]
    };
}

/// Every case for a store, by name.
pub const CASES: &[(&str, Run)] = cases![
    content::put_get_head,
    content::ranges,
    content::missing_is_not_found,
    content::sizes_around_the_parts,
    content::replaced_as_a_whole,
    content::copied,
    keys::odd_characters,
    keys::listed_in_pages,
    keys::nothing_leaves_the_prefix,
    keys::deleted_in_whole_segments,
    keys::never_the_whole_bucket,
    keys::deleting_what_is_not_there,
    keys::read_only,
    uploads::aborted_leaves_nothing,
    uploads::dropped_leaves_nothing,
    uploads::invisible_before_the_end,
    uploads::unexpected_end_leaves_nothing,
    uploads::create_only,
    uploads::one_of_many_creates,
    faults::missing_bucket,
    faults::wrong_credentials,
    faults::unreachable,
    faults::cut_while_sending,
    faults::cut_while_reading,
    faults::cut_while_deleting,
    faults::throttled,
    faults::corrupted_answer,
];

/// A case that brings its own store.
pub type RunAlone = fn() -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// Cases about what an S3 store answers, without a store.
pub const ANSWERS: &[(&str, RunAlone)] = &[
    ("answers::expired", || Box::pin(answers::expired())),
    (
        "answers::wrong_region",
        || Box::pin(answers::wrong_region()),
    ),
    ("answers::region_is_looked_up", || {
        Box::pin(answers::region_is_looked_up())
    }),
    ("answers::denied", || Box::pin(answers::denied())),
    ("answers::truncated", || Box::pin(answers::truncated())),
    ("answers::no_secret_in_errors", || {
        Box::pin(answers::no_secret_in_errors())
    }),
];

/// Options that allow any folder.
#[must_use]
pub fn options() -> StoreOptions {
    StoreOptions {
        file_roots: FileRoots::Any,
        ..StoreOptions::default()
    }
}

impl<'s> Case<'s> {
    /// A location of its own for the case `name`.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub async fn new(server: &'s Server, name: &str) -> Result<Self> {
        let location = Location::connect(&server.settings.profile()?, &options()).await?;
        Ok(Self {
            server,
            location: location.under(&name.replace("::", "/"))?,
        })
    }

    /// The same place through other settings.
    fn with(&self, settings: &Settings) -> Result<Location> {
        let prefix = self.location.place().key;
        let settings = Settings {
            prefix,
            ..settings.clone()
        };
        Ok(Location::open(&settings.profile()?, &options())?)
    }

    /// All keys in the location.
    async fn keys(&self) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        let mut next = None;
        loop {
            let page = self.location.list("", next.as_deref()).await?;
            keys.extend(page.items.into_iter().map(|item| item.key));
            next = page.next;
            if next.is_none() {
                keys.sort();
                return Ok(keys);
            }
        }
    }
}

/// Writes `bytes` in pieces of an odd size.
async fn put(location: &Location, key: &str, bytes: &Bytes) -> Result<(), kanister_storage::Error> {
    let mut upload = location.write(key, WriteOptions::default())?;
    let mut rest = bytes.clone();
    while !rest.is_empty() {
        let piece = rest.split_to(rest.len().min(99_991));
        if let Err(e) = upload.append(piece).await {
            upload.abort().await;
            return Err(e);
        }
    }
    upload.commit(None).await.map(drop)
}

/// Reads a range to its end.
async fn get(
    location: &Location,
    key: &str,
    range: ReadRange,
) -> Result<Bytes, kanister_storage::Error> {
    let mut source = location.read(key, range).await?;
    let mut all = Vec::new();
    loop {
        match source.chunk().await? {
            Chunk::Data(bytes) => all.extend_from_slice(&bytes),
            Chunk::End(summary) => {
                assert_eq!(
                    summary.bytes,
                    all.len() as u64,
                    "the summary counts what passed"
                );
                return Ok(all.into());
            }
        }
    }
}

async fn get_all(location: &Location, key: &str) -> Result<Bytes, kanister_storage::Error> {
    get(location, key, ReadRange::default()).await
}

/// Like `ensure!(left == right)` without printing megabytes.
fn same(left: &Bytes, right: &Bytes) -> Result<()> {
    ensure!(
        left == right,
        "{} bytes differ from {} bytes",
        left.len(),
        right.len()
    );
    Ok(())
}
