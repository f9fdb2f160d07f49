//! Requests to the API server.

use kanister_api::function::{KubernetesRule, NamePattern, VerbPattern, WordPattern};

use super::super::access::{KubernetesAccess, ObjectName};
use super::{Misses, Rule, common, common_namespaces, in_namespace};

/// Subresources that reach beyond the object and that `*` therefore leaves out: they run code, open
/// connections into the cluster's network, or hand out identities.
const POWERFUL: [&str; 6] = [
    "attach",
    "ephemeralcontainers",
    "exec",
    "portforward",
    "proxy",
    "token",
];

fn has_subresource(patterns: &[WordPattern], subresource: Option<&str>) -> bool {
    match subresource {
        None => patterns.is_empty(),
        Some(name) => patterns.iter().any(|pattern| match pattern {
            WordPattern::Any => !POWERFUL.contains(&name),
            WordPattern::Exact(exact) => **exact == *name,
        }),
    }
}

/// `None` if the two have nothing in common; an empty list is the resource itself.
fn common_subresources(a: &[WordPattern], b: &[WordPattern]) -> Option<Vec<WordPattern>> {
    if a.is_empty() && b.is_empty() {
        return Some(Vec::new());
    }
    common(a, b, |x, y| match (x, y) {
        (WordPattern::Any, WordPattern::Exact(name))
        | (WordPattern::Exact(name), WordPattern::Any)
            if POWERFUL.contains(&&**name) =>
        {
            None
        }
        (x, y) => x.intersect(y),
    })
}

fn is_named(patterns: &[NamePattern], name: &ObjectName) -> bool {
    patterns.iter().any(|pattern| match name {
        ObjectName::Any => *pattern == NamePattern::Any,
        ObjectName::Exact(name) => pattern.matches(name),
        ObjectName::Generated(start) => pattern.matches_all_with(start),
    })
}

impl Rule for KubernetesRule {
    type Access = KubernetesAccess;

    fn misses(&self, access: &KubernetesAccess) -> Vec<&'static str> {
        let Self {
            verbs,
            groups,
            resources,
            subresources,
            namespaces,
            names,
        } = self;
        let verb = |pattern: &VerbPattern| match pattern {
            VerbPattern::Any => true,
            VerbPattern::One(verb) => *verb == access.verb,
        };
        Misses::default()
            .unless(verbs.iter().any(verb), "verbs")
            .unless(groups.iter().any(|p| p.matches(&access.group)), "groups")
            .unless(
                resources.iter().any(|p| p.matches(&access.resource)),
                "resources",
            )
            .unless(
                has_subresource(subresources, access.subresource.as_deref()),
                "subresources",
            )
            .unless(
                in_namespace(namespaces, access.namespace.as_deref()),
                "namespaces",
            )
            .unless(is_named(names, &access.name), "names")
            .0
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        Some(Self {
            verbs: common(&self.verbs, &other.verbs, |x, y| match (x, y) {
                (VerbPattern::Any, rest) | (rest, VerbPattern::Any) => Some(*rest),
                (x, y) => (x == y).then_some(*x),
            })?,
            groups: common(&self.groups, &other.groups, WordPattern::intersect)?,
            resources: common(&self.resources, &other.resources, WordPattern::intersect)?,
            subresources: common_subresources(&self.subresources, &other.subresources)?,
            namespaces: common_namespaces(&self.namespaces, &other.namespaces)?,
            names: common(&self.names, &other.names, NamePattern::intersect)?,
        })
    }
}
