//! Object stores.

mod put_output;

use crate::bindings::kanister::storage::locations;
use crate::bytes::{self, Source};
use crate::context::Context;
use crate::failure::Result;
use crate::pod::Process;
pub use locations::{IfExists, Listing, Location, ObjectMeta, Upload};

impl Context {
    /// The store bound to a slot of the manifest; `profile` is the Profile of the action.
    ///
    /// # Errors
    /// Denied, or the store is not in reach.
    pub fn location(&self, slot: &str) -> Result<Location> {
        Ok(Location::open(slot)?)
    }
}

impl Location {
    /// Stores what a command prints, if and only if its output is complete and it ended
    /// with exit code 0. Otherwise nothing becomes visible.
    ///
    /// # Errors
    /// The verdict of the output; `command-failed` with the end of standard error; whatever
    /// the store fails with.
    pub fn put_output(&self, key: &str, mode: IfExists, process: Process) -> Result<ObjectMeta> {
        put_output::put_output(process, self.write(key, mode)?)
    }

    /// Stores a source once it has said that it is complete.
    ///
    /// # Errors
    /// The verdict of the source; whatever the store fails with.
    pub fn put(&self, key: &str, mode: IfExists, source: Source) -> Result<ObjectMeta> {
        let upload = self.write(key, mode)?;
        let transfer = upload.append(source)?;
        let summary = transfer.wait()?;
        drop(transfer);
        Ok(Upload::commit(upload, Some(&summary))?)
    }

    /// Stores bytes that the function holds.
    ///
    /// # Errors
    /// Whatever the store fails with.
    pub fn put_bytes(&self, key: &str, mode: IfExists, content: &[u8]) -> Result<ObjectMeta> {
        self.put(key, mode, Source::from_bytes(content))
    }

    /// A whole object of at most `limit` bytes.
    ///
    /// # Errors
    /// Not there, or larger; whatever the store fails with.
    pub fn get_bytes(&self, key: &str, limit: usize) -> Result<Vec<u8>> {
        bytes::read_all(&self.read(key, 0, None)?, limit)
    }
}
