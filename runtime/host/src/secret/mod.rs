//! Secrets: bytes that cannot be printed, and the tokens that stand for them.
//!
//! Guests never hold a secret's bytes. What a guest gets instead is a token: a text of
//! this call, drawn at random, that the gate exchanges for the bytes where a request
//! leaves for Kubernetes, a store or HTTP. A guest that prints, returns, logs or fails
//! with its arguments reveals tokens, which are worth nothing outside the call.
//!
//! What this cannot stop: a guest with the right to run a command or to create a pod can
//! make that command print what it was given, and return it. That right is the grant's to
//! give. In what is shown to people, secrets of the call are masked all the same.

mod vault;

pub use kanister_storage::SecretBytes;
pub use vault::{MASK, NoRandomness, Token, Vault};
