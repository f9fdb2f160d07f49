//! The gate in front of the network.
//!
//! [`target`] reads a URL once, in one way (the URL standard's), and makes a [`Target`] of it.
//! [`Gate::http`] asks for the right to it and gives a [`Permitted`], the only value that has a URL to
//! send to. Before connecting, every address that the host's name resolved to goes through
//! [`Permitted::addresses`]: names are the caller's claim, addresses are where bytes go, and a name
//! may resolve to a metadata service today that did not yesterday. Connect to nothing else, and ask
//! again for each redirect.

mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use kanister_api::function::{ByteSize, DomainPattern};
use url::Url;

pub use target::{Target, TargetError, target};

use super::Gate;
use crate::authority::{Access, Denial, HttpAccess};

/// A request that may be made, to addresses that [`Permitted::addresses`] lets through.
#[derive(Clone, Debug)]
pub struct Permitted {
    gate: Gate,
    url: Url,
    access: HttpAccess,
    body_limit: Option<ByteSize>,
}

impl Gate {
    /// The right to send a request with `method` to `target`, authorised by the secrets of the slots
    /// `credentials`.
    ///
    /// # Errors
    /// [`Denial`] if no rule allows it, or if the host is an address that no rule allows.
    pub fn http(
        &self,
        method: &str,
        target: Target,
        credentials: BTreeSet<String>,
    ) -> Result<Permitted, Denial> {
        let (url, access) = target.into_access(method, credentials);
        self.check(&Access::Http(access.clone()))?;
        Ok(Permitted {
            body_limit: self.authority.http_body_limit(&access),
            gate: self.clone(),
            url,
            access,
        })
    }
}

impl Permitted {
    /// Where the request goes.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The port to connect to.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.access.port
    }

    /// The longest answer that the rules allow; none: the host's default.
    #[must_use]
    pub const fn body_limit(&self) -> Option<ByteSize> {
        self.body_limit
    }

    /// Of the addresses that the host's name resolved to, those that may be connected to.
    ///
    /// # Errors
    /// [`Denial`] if none of them may; of the first one.
    pub fn addresses(
        &self,
        resolved: impl IntoIterator<Item = IpAddr>,
    ) -> Result<Vec<SocketAddr>, Denial> {
        let mut allowed = Vec::new();
        let mut first_denial = None;
        for address in resolved {
            if let DomainPattern::Address(own) = self.access.host
                && own.to_canonical() != address.to_canonical()
            {
                continue;
            }
            let access = HttpAccess {
                address: Some(address),
                ..self.access.clone()
            };
            match self.gate.check(&Access::Http(access)) {
                Ok(()) => allowed.push(SocketAddr::new(address, self.access.port)),
                Err(denial) => first_denial = first_denial.or(Some(denial)),
            }
        }
        match first_denial {
            Some(denial) if allowed.is_empty() => Err(denial),
            None if allowed.is_empty() => Err(self.gate.refuse(
                Access::Http(self.access.clone()).to_string(),
                "the host's name resolved to no address",
            )),
            _ => Ok(allowed),
        }
    }
}
