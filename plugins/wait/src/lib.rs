//! `Wait` and `WaitV2`: until objects of Kubernetes are as conditions say.

mod condition;
mod duration;
mod target;
mod until;

use condition::Conditions;
use kanister_sdk::prelude::*;
use kanister_sdk::template::Dialect;

#[arguments]
struct Wait {
    /// How long to wait, as Go writes durations: `90s`, `1h30m`.
    timeout: String,
    /// `anyOf` and `allOf`: lists of a `condition` and an `objectReference`. In a condition
    /// each `{ $.path }` stands for what JSONPath finds in the object; it holds if the text
    /// then renders to `true`.
    #[argument(kind = "object", rendering = "wait")]
    conditions: Conditions,
}

#[arguments]
struct WaitV2 {
    /// How long to wait, as Go writes durations: `90s`, `1h30m`. It is not rendered.
    #[argument(rendering = "none")]
    timeout: String,
    /// `anyOf` and `allOf`: lists of a `condition` and an `objectReference`. A condition is a
    /// template over the object; it holds if it renders to `true`.
    #[argument(kind = "object", rendering = "wait-v2")]
    conditions: Conditions,
}

/// Waits until one of the conditions of `anyOf` holds, or all of `allOf` do.
#[function(version = "0.0.0", idempotent, validate = validate, plan = plan)]
fn wait(cx: &Context, args: Wait) -> Result<()> {
    let timeout = duration::parse(&args.timeout)?;
    until::until(cx, Dialect::Wait, timeout, &args.conditions)
}

/// Waits until one of the conditions of `anyOf` holds, or all of `allOf` do.
#[function(name = "WaitV2", version = "0.0.0", idempotent, validate = validate_v2, plan = plan_v2)]
fn wait_v2(cx: &Context, args: WaitV2) -> Result<()> {
    let timeout = duration::parse(&args.timeout)?;
    until::until(cx, Dialect::WaitV2, timeout, &args.conditions)
}

fn validate(args: &Wait) -> Result<(), Invalid> {
    duration::parse(&args.timeout)?;
    args.conditions.check()
}

fn validate_v2(args: &WaitV2) -> Result<(), Invalid> {
    duration::parse(&args.timeout)?;
    args.conditions.check()
}

fn plan(args: &Wait, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(args.conditions.accesses())
}

fn plan_v2(args: &WaitV2, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(args.conditions.accesses())
}

kanister_sdk::plugin!(wait, wait_v2);

#[cfg(test)]
mod tests {
    use super::*;
    use kanister_sdk::types::Rendering;

    fn call(function: &str, args: Value) -> Call {
        Call {
            function: function.into(),
            version: "0.0.0".into(),
            args: args.to_string(),
            params: "{}".into(),
            extensions: vec![],
        }
    }

    fn conditions() -> Value {
        json!({
            "anyOf": [{
                "condition": "true",
                "objectReference": {"apiVersion": "v1", "resource": "namespaces", "name": "shop"},
            }],
            "allOf": [{
                "condition": "true",
                "objectReference": {"apiVersion": "v1", "group": "apps", "resource": "deployments",
                                    "name": "web", "namespace": "shop"},
            }],
        })
    }

    #[test]
    fn the_plan_is_exactly_the_objects() {
        let args = json!({"timeout": "1s", "conditions": conditions()});
        let planned = (wait_v2::FUNCTION.plan)(&call("WaitV2", args));
        let follow = |resource: access::Resource, scope, name| {
            resource.verbs(&["list", "watch"], scope, Some(name))
        };
        let mut expected = follow(
            access::resource("", "namespaces"),
            kanister_sdk::types::Scope::Cluster,
            "shop",
        );
        expected.extend(follow(
            access::resource("apps", "deployments"),
            access::namespace("shop"),
            "web",
        ));
        assert_eq!(planned, Ok(Some(expected)));
    }

    #[test]
    fn what_cannot_be_waited_for_is_refused_early() {
        for (args, path) in [
            (
                json!({"timeout": "soon", "conditions": conditions()}),
                "timeout",
            ),
            (json!({"timeout": "1s", "conditions": {}}), "conditions"),
            (
                json!({"timeout": "1s", "conditions": {"allOf": [
                    {"condition": "true", "objectReference": {"apiVersion": "v1", "resource": "pods"}},
                ]}}),
                "conditions.allOf[0].objectReference.name",
            ),
        ] {
            let refused = (wait::FUNCTION.validate)(&call("Wait", args)).unwrap_err();
            assert_eq!(refused[0].path, path);
        }
    }

    #[test]
    fn they_are_described_as_blueprints_know_them() {
        let renderings = |described: kanister_sdk::types::Descriptor| {
            let parameters = described.parameters.iter();
            parameters
                .map(|it| (it.name.clone(), it.required, it.rendering))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            renderings((wait::FUNCTION.describe)()),
            [
                ("timeout".to_owned(), true, Rendering::Arguments),
                ("conditions".to_owned(), true, Rendering::Wait),
            ]
        );
        assert_eq!(
            renderings((wait_v2::FUNCTION.describe)()),
            [
                ("timeout".to_owned(), true, Rendering::None),
                ("conditions".to_owned(), true, Rendering::WaitV2),
            ]
        );
        assert_eq!((wait::FUNCTION.describe)().name, "Wait");
    }
}
