//! Which ActionSet.

use kanister_api::ActionSet;
use kube::ResourceExt as _;
use std::fmt;

/// The place of an ActionSet or a Blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, name } = self;
        write!(f, "{namespace}/{name}")
    }
}

/// The namespace in whose turn an ActionSet is run: that of its first subject.
pub(super) fn line_of(action_set: &ActionSet) -> String {
    let actions = action_set.spec.as_ref().map(|spec| &spec.actions);
    let subjects = actions.into_iter().flatten().map(|action| &action.object);
    subjects
        .map(|object| {
            if object.namespace.is_empty() && object.kind.eq_ignore_ascii_case("namespace") {
                &object.name
            } else {
                &object.namespace
            }
        })
        .find(|namespace| !namespace.is_empty())
        .cloned()
        .or_else(|| action_set.namespace())
        .unwrap_or_default()
}
