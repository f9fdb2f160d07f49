//! Secrets, mostly used without being seen.

use crate::bindings::kanister::secrets::{reveal, store};
use crate::context::Context;
use crate::failure::Result;
pub use store::Secret;

impl Context {
    /// The secret in a slot of the manifest. Its `token()` stands for the bytes wherever a
    /// call leaves for Kubernetes, a store or HTTP.
    ///
    /// # Errors
    /// Denied, or not there.
    pub fn secret(&self, slot: &str) -> Result<Secret> {
        Ok(store::get(slot)?)
    }

    /// The bytes of a secret: a permission of its own.
    ///
    /// # Errors
    /// Denied, or not there.
    pub fn reveal(&self, secret: &Secret) -> Result<Vec<u8>> {
        Ok(reveal::reveal(secret)?)
    }

    /// The text with each token of this call replaced by what it stands for: the same
    /// permission.
    ///
    /// # Errors
    /// Denied.
    pub fn reveal_text(&self, text: &str) -> Result<String> {
        Ok(reveal::reveal_text(text)?)
    }
}
