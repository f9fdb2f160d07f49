//! In whose turn an ActionSet is run.

use kanister_api::ActionSet;
use kube::ResourceExt as _;

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
