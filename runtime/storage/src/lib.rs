//! Profiles as object stores.
//!
//! A [`Location`] is a bucket with a prefix that nothing leaves. What it reads is a [`Download`], which
//! ends with a verdict: a [`Summary`] or an [`Error`], never silently. What it writes is an
//! [`Upload`], of which nothing is visible before [`Upload::commit`] has returned, and of which
//! nothing stays if it is dropped. Objects of any size pass with bounded memory.
//!
//! The stores: Amazon S3 and what has its interface, Azure Blob Storage, Google Cloud Storage, and a
//! folder. Credentials are held in [`SecretBytes`]; no error, log line or `Debug` output shows them.

mod checksum;
mod classify;
mod error;
mod key;
mod location;
mod parts;
mod profile;
mod read;
mod remove;
mod secret;
mod store;
mod target;
pub mod tls;
mod transport;
mod upload;
mod waiting;

pub use checksum::Digest;
pub use error::{Error, Place};
pub use key::{Key, KeyError, Prefix};
pub use location::{Listing, Location, ObjectMeta};
pub use profile::{Credential, Profile, ProfileJsonError, SecretData};
pub use read::{Chunk, Download, ReadRange, Summary};
pub use secret::SecretBytes;
pub use store::{FileRoots, StoreOptions};
pub use target::IfExists;
pub use upload::{Upload, WriteOptions};
