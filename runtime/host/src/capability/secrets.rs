//! `kanister:secrets`: secrets that a function uses without seeing them, and the separate
//! permission to see them.

use crate::authority::{Access, Denial, SecretAccess};
use crate::bindings::kanister::secrets::{reveal, store};
use crate::call::CallState;
use crate::gate::Reveal;
use crate::secret::{SecretBytes, Token};
use async_trait::async_trait;
use wasmtime::component::Resource;

/// Why a slot has no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The operator bound the slot to something that is not there.
    #[error("not found")]
    NotFound,
    /// Worth trying again.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Where the secrets behind slots come from.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// The secret that the operator bound to a slot.
    ///
    /// # Errors
    /// See [`SecretError`].
    async fn get(&self, slot: &str) -> Result<SecretBytes, SecretError>;
}

/// No slot is bound.
#[derive(Debug, Clone, Copy)]
pub struct NoSecrets;

#[async_trait]
impl SecretSource for NoSecrets {
    async fn get(&self, _slot: &str) -> Result<SecretBytes, SecretError> {
        Err(SecretError::NotFound)
    }
}

/// The host's side of `kanister:secrets/store.secret`.
pub struct Secret {
    slot: String,
    token: Token,
}

impl From<Denial> for store::Error {
    fn from(denial: Denial) -> Self {
        Self::Denied((&denial).into())
    }
}

impl From<SecretError> for store::Error {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::NotFound => Self::NotFound,
            SecretError::Unavailable(why) => Self::Unavailable(why),
            SecretError::Other(why) => Self::Other(why),
        }
    }
}

impl store::Host for CallState {
    async fn get(
        &mut self,
        slot: String,
    ) -> wasmtime::Result<Result<Resource<Secret>, store::Error>> {
        if let Err(denial) = self.gate.check(&access(&slot, false)) {
            return Ok(Err(denial.into()));
        }
        let bytes = match self.services.secrets.get(&slot).await {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error.into())),
        };
        let token = match self.services.vault.deposit(bytes) {
            Ok(token) => token,
            Err(error) => return Ok(Err(store::Error::Other(error.to_string()))),
        };
        Ok(Ok(self.push(Secret { slot, token })?))
    }
}

impl store::HostSecret for CallState {
    async fn token(&mut self, secret: Resource<Secret>) -> wasmtime::Result<String> {
        Ok(self.table.get(&secret)?.token.to_string())
    }

    async fn drop(&mut self, secret: Resource<Secret>) -> wasmtime::Result<()> {
        self.table.delete(secret)?;
        Ok(())
    }
}

impl reveal::Host for CallState {
    async fn reveal(
        &mut self,
        secret: Resource<Secret>,
    ) -> wasmtime::Result<Result<Vec<u8>, reveal::Error>> {
        let secret = self.table.get(&secret)?;
        if let Err(denial) = self.gate.check(&access(&secret.slot, true)) {
            return Ok(Err(denial.into()));
        }
        Ok(match self.services.vault.bytes(secret.token.as_str()) {
            Some(bytes) => Ok(bytes.expose().to_vec()),
            None => Err(reveal::Error::NotFound),
        })
    }

    async fn reveal_text(
        &mut self,
        text: String,
    ) -> wasmtime::Result<Result<String, reveal::Error>> {
        // Tokens of arguments belong to no slot of the manifest.
        if let Err(denial) = self.gate.check(&access(ARGUMENTS, true)) {
            return Ok(Err(denial.into()));
        }
        Ok(Ok(self.services.vault.reveal_text(&text).into_owned()))
    }
}

fn access(slot: &str, reveal: bool) -> Access {
    Access::Secret(SecretAccess {
        slot: slot.to_owned(),
        reveal,
    })
}

/// The slot under which a manifest or grant allows to reveal tokens of arguments.
pub const ARGUMENTS: &str = "arguments";
