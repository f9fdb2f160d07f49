//! The cases.

mod apply;
mod definitions;
mod deletion;
mod discovery;
mod exec;
mod logs;
mod objects;
mod patches;
mod pods;
mod selectors;
mod watches;
mod workloads;

use crate::Case;

macro_rules! cases {
    ($($module:ident: $($name:ident)*;)*) => {
        vec![$($(Case {
            name: concat!(stringify!($module), "::", stringify!($name)),
            run: |target| Box::pin($module::$name(target)),
        },)*)*]
    };
}

pub(crate) fn all() -> Vec<Case> {
    cases! {
        objects: created_as_asked names_are_checked generated_names updates_need_the_version
            unknown_fields wrong_types dry_run namespaces_must_exist generation_counts_spec no_change_no_version
            secrets_are_coded defaults_of_a_pod immutable events_have_two_views;
        patches: merge strategic json status_is_apart wrong_media scale rules_hold_after_a_patch;
        apply: owns_and_drops conflicts_and_force updates_take_over lists_by_key creates_and_repeats needs_a_manager;
        selectors: labels fields pages delete_many partial_metadata tables;
        watches: sees_each_change_once from_a_version selectors_enter_and_leave too_old bookmarks initial_events one_object;
        deletion: preconditions finalizers background foreground orphan missing_owner namespace no_new_finalizers;
        definitions: served_pruned_defaulted schema_is_checked status_and_scale removed_with_objects strategic_is_refused
            without_status_subresource two_versions;
        pods: runs_to_success fails_with_its_code restarts_by_policy missing_image_and_program environment_and_volumes claims_keep_their_content
            ends_with_grace readiness events_tell;
        exec: streams_and_codes refusals outlives_its_connection lost_clients_end_the_input ends_with_its_pod;
        logs: in_parts outlive_their_readers;
        workloads: deployment rollout lost_pods_come_back stateful_set claims_of_a_stateful_set job;
        discovery: groups_and_resources aggregated unknown_paths;
    }
}
