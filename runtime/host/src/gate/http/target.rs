//! The URL of an outgoing request.

use std::collections::BTreeSet;

use kanister_api::function::{DomainPattern, HttpScheme};
use url::Url;

use crate::authority::HttpAccess;

/// A URL that has one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    scheme: HttpScheme,
    host: DomainPattern,
    port: u16,
}

/// Why a URL is no [`Target`]. Shows no part of the URL but its scheme: the rest may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is not a URL (URL standard).
    #[error("the URL is not well formed: {0}")]
    Form(#[from] url::ParseError),
    /// Only `https` and `http` are sent.
    #[error("the scheme {0:?} is not https or http")]
    Scheme(String),
    /// Readers disagree about where such a URL goes, and it would put a credential into logs.
    #[error("the URL has a user name or a password; use auth")]
    UserInfo,
    /// The host's name is empty, or not one of the domain name system.
    #[error("the URL has no host that could be asked for")]
    Host,
    /// The text has characters that some readers drop and others do not.
    #[error("the URL has a tab, a line break, a space around it or a backslash")]
    Characters,
}

/// Reads a URL in the URL standard's way: names in lower case and in ASCII (IDNA), addresses as
/// numbers however they were spelled, dot segments resolved, default ports known.
///
/// # Errors
/// [`TargetError`].
pub fn target(text: &str) -> Result<Target, TargetError> {
    // The standard drops or mends these; other readers do not.
    let mended = |c: char| c.is_control() || c == '\\';
    if text.contains(mended) || text.trim() != text {
        return Err(TargetError::Characters);
    }
    let mut url = Url::parse(text)?;
    let scheme = match url.scheme() {
        "https" => HttpScheme::Https,
        "http" => HttpScheme::Http,
        other => return Err(TargetError::Scheme(other.chars().take(20).collect())),
    };
    let authority = text
        .split_once("//")
        .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    if authority.is_none_or(|authority| authority.contains('@')) {
        return Err(TargetError::UserInfo);
    }
    let host = url
        .host_str()
        .and_then(DomainPattern::normalise)
        .ok_or(TargetError::Host)?;
    let port = url.port_or_known_default().ok_or(TargetError::Host)?;
    if port == 0 {
        return Err(TargetError::Host);
    }
    // With its dot at the end a name is the same host and another text, for certificates too.
    if let DomainPattern::Domain(name) = &host {
        url.set_host(Some(name))?;
    }
    url.set_fragment(None);
    Ok(Target {
        url,
        scheme,
        host,
        port,
    })
}

impl Target {
    pub(super) fn into_access(
        self,
        method: &str,
        credentials: BTreeSet<String>,
    ) -> (Url, HttpAccess) {
        let Self {
            url,
            scheme,
            host,
            port,
        } = self;
        let access = HttpAccess {
            scheme,
            // A host that is an address has nothing to resolve: it is decided at once.
            address: match host {
                DomainPattern::Address(address) => Some(address),
                _ => None,
            },
            host,
            port,
            method: method.to_ascii_uppercase(),
            path: url.path().to_owned(),
            credentials,
        };
        (url, access)
    }
}
