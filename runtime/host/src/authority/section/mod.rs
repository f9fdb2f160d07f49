//! The rules of each section: what they allow, and what two of them have in common.

mod address;
mod exec;
mod http;
mod kubernetes;
mod secret;
mod storage;
#[cfg(test)]
mod tests;
mod workload;

pub(crate) use address::{AddressClass, class_of};
pub(super) use http::in_folder as allows_path;

use kanister_api::function::{NamePattern, NamespacePattern};

/// A rule of one section.
pub(super) trait Rule: Sized {
    /// What it decides about.
    type Access;

    /// The fields in which the rule does not fit the access; none if the rule allows it.
    fn misses(&self, access: &Self::Access) -> Vec<&'static str>;

    /// The rule that allows exactly what both allow; none if that is nothing.
    fn intersect(&self, other: &Self) -> Option<Self>;

    /// Whether the rule allows the access.
    fn allows(&self, access: &Self::Access) -> bool {
        self.misses(access).is_empty()
    }
}

/// The fields in which the best of the rules does not fit, for people.
pub(super) fn nearest<R: Rule>(rules: &[R], access: &R::Access) -> Option<String> {
    let misses = rules.iter().map(|rule| rule.misses(access));
    Some(misses.min_by_key(Vec::len)?.join(", "))
}

/// Collects the names of fields that do not fit.
#[derive(Default)]
struct Misses(Vec<&'static str>);

impl Misses {
    fn unless(mut self, fits: bool, field: &'static str) -> Self {
        if !fits {
            self.0.push(field);
        }
        self
    }
}

/// What two lists of patterns, each a union, have in common; none if that is nothing.
fn common<P: PartialEq>(a: &[P], b: &[P], both: impl Fn(&P, &P) -> Option<P>) -> Option<Vec<P>> {
    let list = common_or_empty(a, b, both);
    (!list.is_empty()).then_some(list)
}

/// What two lists of patterns have in common, where an empty list is no empty rule.
fn common_or_empty<P: PartialEq>(a: &[P], b: &[P], both: impl Fn(&P, &P) -> Option<P>) -> Vec<P> {
    let mut list = Vec::new();
    for x in a {
        for pattern in b.iter().filter_map(|y| both(x, y)) {
            if !list.contains(&pattern) {
                list.push(pattern);
            }
        }
    }
    list
}

fn in_namespace(patterns: &[NamespacePattern], namespace: Option<&str>) -> bool {
    patterns.iter().any(|pattern| match pattern {
        NamespacePattern::Any => namespace.is_some(),
        NamespacePattern::Cluster => namespace.is_none(),
        NamespacePattern::Exact(exact) => namespace == Some(exact),
        // A variable that was not replaced stands for nothing.
        NamespacePattern::Subject | NamespacePattern::Controller => false,
    })
}

fn common_namespaces(
    a: &[NamespacePattern],
    b: &[NamespacePattern],
) -> Option<Vec<NamespacePattern>> {
    use NamespacePattern::{Any, Exact};
    common(a, b, |x, y| match (x, y) {
        (Any, rest @ (Any | Exact(_))) | (rest @ Exact(_), Any) => Some(rest.clone()),
        (x, y) => (x == y).then(|| x.clone()),
    })
}

/// Whether each of `names` is allowed by one of `patterns`.
fn all_named<'a>(patterns: &[NamePattern], mut names: impl Iterator<Item = &'a String>) -> bool {
    names.all(|name| patterns.iter().any(|pattern| pattern.matches(name)))
}
