//! `ScaleWorkload`: the replicas of a workload.

mod replicas;
mod workload;

use kanister_sdk::prelude::*;
use replicas::replicas;
use std::time::Duration;
use workload::Workload;

/// Longer than any phase: the host ends the call at its own deadline.
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

#[arguments]
struct ScaleWorkload {
    /// How many replicas there shall be.
    replicas: Value,
    /// The namespace; without it, that of the workload the ActionSet acts on.
    namespace: Option<String>,
    /// The name; without it, that of the workload the ActionSet acts on.
    name: Option<String>,
    /// `statefulset`, `deployment` or `deploymentconfig`; without it, that of the workload the
    /// ActionSet acts on.
    kind: Option<String>,
    /// Whether to wait until the workload is ready at the new count.
    #[argument(default = true)]
    wait_for_ready: bool,
}

#[outputs]
struct Scaled {
    /// How many replicas there were before.
    original_replica_count: u32,
}

/// Sets the replicas of a StatefulSet, Deployment or DeploymentConfig.
#[function(version = "0.0.0", idempotent, validate = validate, plan = plan)]
fn scale_workload(cx: &Context, args: ScaleWorkload) -> Result<Scaled> {
    let wanted = replicas(&args.replicas).map_err(Failure::permanent)?;
    let target = workload(&args, &cx.params()?)?.target();
    // A call that starts again finds the count that it set itself, so the first one notes
    // what was there before it changes anything.
    let before = match cx.load_checkpoint::<u32>()? {
        Some(before) => before,
        None => {
            let before = count(&cx.kube().get(&target)?)?;
            if before != wanted {
                cx.save_checkpoint(&before)?;
            }
            before
        }
    };
    cx.scale(&target, wanted, args.wait_for_ready.then_some(LONGEST_WAIT))?;
    Ok(Scaled {
        original_replica_count: before,
    })
}

fn validate(args: &ScaleWorkload) -> Result<(), Invalid> {
    replicas(&args.replicas).map_err(|message| Invalid::new("replicas", message))?;
    Ok(())
}

fn plan(args: &ScaleWorkload, call: &Call) -> Result<Vec<Access>, Invalid> {
    let params = serde_json::from_str(&call.params)
        .map_err(|error| Invalid::new("", format!("the parameters of the call: {error}")))?;
    Ok(workload(args, &params)?.accesses(args.wait_for_ready))
}

fn workload(args: &ScaleWorkload, params: &Value) -> Result<Workload, Invalid> {
    let ScaleWorkload {
        namespace,
        name,
        kind,
        ..
    } = args;
    Workload::find(
        [namespace, name, kind].map(|given| given.as_deref()),
        params,
    )
}

/// The replicas that a workload asks for.
fn count(workload: &Value) -> Result<u32> {
    let count = workload.pointer("/spec/replicas").and_then(Value::as_u64);
    // The API server writes it always; 1 is what it writes where nobody did.
    u32::try_from(count.unwrap_or(1))
        .map_err(|_| Failure::permanent("the workload has more replicas than a count can hold"))
}

kanister_sdk::plugin!(scale_workload);

#[cfg(test)]
mod tests {
    use super::*;
    use kanister_sdk::types::{KubeAccess, ResourceName, Scope, ValueType};

    fn call(args: Value, params: Value) -> Call {
        Call {
            function: "ScaleWorkload".into(),
            version: "0.0.0".into(),
            args: args.to_string(),
            params: params.to_string(),
            extensions: vec![],
        }
    }

    fn planned(args: Value, params: Value) -> Vec<(String, String, Option<String>)> {
        let accesses = (scale_workload::FUNCTION.plan)(&call(args, params))
            .unwrap()
            .unwrap();
        let short = |access| match access {
            Access::Kube(KubeAccess {
                verb,
                group,
                resource,
                subresource,
                scope,
                name,
            }) => {
                assert_eq!(group, "apps");
                assert_eq!(scope, Scope::Namespace("shop".into()));
                assert_eq!(name.as_deref(), Some("web"));
                let ResourceName::Plural(plural) = resource else {
                    panic!("{resource:?}")
                };
                (verb, plural, subresource)
            }
            other => panic!("{other:?}"),
        };
        accesses.into_iter().map(short).collect()
    }

    fn access(verb: &str, subresource: Option<&str>) -> (String, String, Option<String>) {
        (
            verb.into(),
            "deployments".into(),
            subresource.map(Into::into),
        )
    }

    #[test]
    fn the_plan_is_exactly_the_workload() {
        let subject = json!({"Deployment": {"Name": "web", "Namespace": "shop"}});
        let scale = [
            access("get", None),
            access("get", Some("scale")),
            access("patch", Some("scale")),
        ];
        let quick = json!({"replicas": 1, "waitForReady": false});
        assert_eq!(planned(quick, subject.clone()), scale);
        let mut waiting = scale.to_vec();
        waiting.extend([access("list", None), access("watch", None)]);
        assert_eq!(planned(json!({"replicas": 1}), subject), waiting);
    }

    #[test]
    fn replicas_that_are_no_number_are_refused_early() {
        let wrong =
            (scale_workload::FUNCTION.validate)(&call(json!({"replicas": "many"}), json!({})));
        assert_eq!(wrong.unwrap_err()[0].path, "replicas");
    }

    #[test]
    fn the_count_before_is_that_of_the_spec() {
        assert_eq!(
            count(&json!({"spec": {"replicas": 3}, "status": {"replicas": 2}})),
            Ok(3)
        );
        assert_eq!(count(&json!({"spec": {}})), Ok(1));
    }

    #[test]
    fn it_is_described_as_blueprints_know_it() {
        let described = (scale_workload::FUNCTION.describe)();
        assert_eq!(
            (described.name.as_str(), described.idempotent),
            ("ScaleWorkload", true)
        );
        let required: Vec<_> = described
            .parameters
            .iter()
            .filter(|p| p.required)
            .map(|p| p.name.as_str())
            .collect();
        assert_eq!(required, ["replicas"]);
        let [output] = described.outputs.as_slice() else {
            panic!("{:?}", described.outputs)
        };
        assert_eq!(
            (output.name.as_str(), output.kind),
            ("originalReplicaCount", ValueType::Integer)
        );
    }
}
