//! Hosts of outgoing requests.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::Host;

use super::super::error::PatternError;
use super::text_serde;

/// Hosts with a port: `example.com`, `*.example.com:8443`, `[::1]:9000`, `*:*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPattern {
    /// The names or addresses.
    pub domain: DomainPattern,
    /// The port.
    pub port: Port,
}

/// Names or addresses of hosts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainPattern {
    /// `*`.
    Any,
    /// `*.example.com`: every name below the domain, not the domain itself and never an address.
    Below(Box<str>),
    /// One domain, in lower case, in ASCII (RFC 5891) and without a dot at its end.
    Domain(Box<str>),
    /// One address.
    Address(IpAddr),
}

impl DomainPattern {
    /// Whether the pattern stands for `host`, which is normalised as [`DomainPattern::normalise`]
    /// does it.
    #[must_use]
    pub fn matches(&self, host: &Self) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Below(domain), Self::Domain(host) | Self::Below(host)) => host
                .strip_suffix(&**domain)
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            (one, host) => one == host,
        }
    }

    /// The hosts that both stand for, if there are any.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        if self == other || self.matches(other) {
            Some(other.clone())
        } else {
            other.matches(self).then(|| self.clone())
        }
    }

    /// A host as every rule and every URL has it: names in lower case, in ASCII and without a dot
    /// at the end, addresses as numbers however they were spelled (`0x7f.1` is `127.0.0.1`).
    #[must_use]
    pub fn normalise(text: &str) -> Option<Self> {
        if text.contains(['%', '*']) {
            return None;
        }
        match Host::parse(text).ok()? {
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(&name);
                // IDNA maps further characters to ASCII ones that no name has, `*` among them.
                let label = |label: &str| {
                    !label.is_empty()
                        && label
                            .bytes()
                            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                };
                let sound = name.split('.').all(label);
                sound.then(|| Self::Domain(name.into()))
            }
            Host::Ipv4(address) => Some(Self::Address(address.into())),
            Host::Ipv6(address) => Some(Self::Address(address.into())),
        }
    }
}

/// The port of a host pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    /// The scheme's own: 443 or 80.
    Default,
    /// `:*`.
    Any,
    /// This one.
    One(u16),
}

impl FromStr for HostPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let error = || {
            PatternError::new(
                "host pattern",
                text,
                "write example.com, *.example.com, *, each optionally with :port or :*; no scheme \
                 and no path",
            )
        };
        let (host, port) = match text.rsplit_once(':') {
            // A colon within the brackets of an IPv6 address ends no host.
            Some((host, port)) if !port.ends_with(']') => {
                let port = match port {
                    "*" => Port::Any,
                    digits => Port::One(digits.parse().map_err(|_| error())?),
                };
                (host, port)
            }
            _ => (text, Port::Default),
        };
        let domain = match host.strip_prefix("*.") {
            _ if host == "*" => DomainPattern::Any,
            Some(parent) => match DomainPattern::normalise(parent) {
                Some(DomainPattern::Domain(name)) => DomainPattern::Below(name),
                _ => return Err(error()),
            },
            None => DomainPattern::normalise(host).ok_or_else(error)?,
        };
        Ok(Self { domain, port })
    }
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Below(domain) => write!(f, "*.{domain}"),
            Self::Domain(domain) => f.write_str(domain),
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.domain.fmt(f)?;
        match self.port {
            Port::Default => Ok(()),
            Port::Any => f.write_str(":*"),
            Port::One(port) => write!(f, ":{port}"),
        }
    }
}

text_serde!(HostPattern, "a host such as *.example.com:443");
