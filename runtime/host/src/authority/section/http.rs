//! Outgoing requests.

use kanister_api::function::{HostPattern, HttpRule, MethodPattern, NamePattern, Port};

use super::super::access::HttpAccess;
use super::address::{allows, common_addresses};
use super::{Misses, Rule, all_named, common, common_or_empty};

/// Whether a path lies in the rule's folder. A path in which a separator is encoded may mean another
/// folder to the server than to us, so no folder contains it.
pub(in super::super) fn in_folder(rule: &HttpRule, path: &str) -> bool {
    let folder = &rule.path_prefix;
    let lower = path.to_ascii_lowercase();
    folder.is_whole()
        || (!lower.contains("%2f")
            && !lower.contains("%5c")
            && !lower.contains("%2e")
            && folder.contains(path.strip_prefix('/').unwrap_or(path)))
}

impl Rule for HttpRule {
    type Access = HttpAccess;

    fn misses(&self, access: &HttpAccess) -> Vec<&'static str> {
        let Self {
            hosts,
            methods,
            schemes,
            path_prefix: _,
            addresses,
            credentials,
            body_limit: _,
        } = self;
        let host = |pattern: &HostPattern| {
            let port = match pattern.port {
                Port::Any => true,
                Port::One(port) => port == access.port,
                // A default that was not replaced stands for nothing.
                Port::Default => false,
            };
            port && pattern.domain.matches(&access.host)
        };
        let address = access
            .address
            .is_none_or(|address| addresses.iter().any(|set| allows(*set, address)));
        Misses::default()
            .unless(schemes.contains(&access.scheme), "schemes")
            .unless(hosts.iter().any(host), "hosts")
            .unless(methods.iter().any(|p| p.matches(&access.method)), "methods")
            .unless(in_folder(self, &access.path), "pathPrefix")
            .unless(
                all_named(credentials, access.credentials.iter()),
                "credentials",
            )
            .unless(address, "addresses")
            .0
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        Some(Self {
            hosts: common(&self.hosts, &other.hosts, |x, y| {
                Some(HostPattern {
                    domain: x.domain.intersect(&y.domain)?,
                    port: match (x.port, y.port) {
                        (Port::Any, port) | (port, Port::Any) => port,
                        (x, y) if x == y => x,
                        _ => return None,
                    },
                })
            })?,
            methods: common(&self.methods, &other.methods, MethodPattern::intersect)?,
            schemes: common(&self.schemes, &other.schemes, |x, y| (x == y).then_some(*x))?,
            path_prefix: self.path_prefix.intersect(&other.path_prefix)?,
            addresses: common_addresses(&self.addresses, &other.addresses),
            credentials: common_or_empty(
                &self.credentials,
                &other.credentials,
                NamePattern::intersect,
            ),
            body_limit: match (self.body_limit, other.body_limit) {
                (Some(x), Some(y)) => Some(x.min(y)),
                (x, y) => x.or(y),
            },
        })
    }
}
