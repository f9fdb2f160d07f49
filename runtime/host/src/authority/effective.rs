//! What several layers have in common, as rules.

use kanister_api::function::Rules;

use super::layer::Layer;
use super::section::Rule;

/// Rules that allow exactly what both allow. Neither may have variables.
#[must_use]
pub fn intersect(a: &Rules, b: &Rules) -> Rules {
    let Rules {
        kubernetes,
        exec,
        workload,
        storage,
        http,
        secrets,
    } = a;
    Rules {
        kubernetes: pairs(kubernetes, &b.kubernetes),
        exec: pairs(exec, &b.exec),
        workload: pairs(workload, &b.workload),
        storage: pairs(storage, &b.storage),
        http: pairs(http, &b.http),
        secrets: pairs(secrets, &b.secrets),
    }
}

/// What all layers have in common, for display: what a call may do.
#[must_use]
pub fn effective(layers: &[Layer]) -> Rules {
    layers
        .iter()
        .map(|layer| layer.rules().clone())
        .reduce(|a, b| intersect(&a, &b))
        .unwrap_or_default()
}

fn pairs<R: Rule + PartialEq>(a: &[R], b: &[R]) -> Vec<R> {
    let mut rules = Vec::new();
    for rule in a
        .iter()
        .flat_map(|x| b.iter().filter_map(|y| x.intersect(y)))
    {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}
