//! Addresses that a host's name may resolve to.

use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;

use super::super::error::PatternError;
use super::text_serde;

/// Addresses that a host's name may resolve to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressPattern {
    /// `public`: every address of the public internet.
    Public,
    /// `private`: the private ranges of RFC 1918, RFC 4193 and RFC 6598.
    Private,
    /// A CIDR block, whatever addresses are in it: `10.96.0.0/12`, `127.0.0.1/32`.
    Block(IpNet),
}

impl AddressPattern {
    /// What a rule without `addresses` has.
    #[must_use]
    pub fn only_public() -> Vec<Self> {
        vec![Self::Public]
    }

    pub(in super::super) fn is_only_public(patterns: &[Self]) -> bool {
        patterns == [Self::Public]
    }
}

impl FromStr for AddressPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let error = |hint: &str| PatternError::new("set of addresses", text, hint);
        match text {
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            _ => {
                let net: IpNet = text.parse().map_err(|_| {
                    error("write public, private or a CIDR block such as 10.0.0.0/8")
                })?;
                if net.addr() != net.network() {
                    return Err(error("the address has bits beyond the block's length"));
                }
                Ok(Self::Block(net))
            }
        }
    }
}

impl fmt::Display for AddressPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Private => f.write_str("private"),
            Self::Block(net) => net.fmt(f),
        }
    }
}

text_serde!(AddressPattern, "public, private or a CIDR block");
