//! What the attributes make of an author's types.

use kanister_sdk::function::{dispatch_plan, dispatch_validate};
use kanister_sdk::prelude::*;
use kanister_sdk::types::{Descriptor, Invocation, Rendering, ValueType};
use std::collections::BTreeMap;

#[arguments]
struct Wanted {
    /// Where.
    namespace: String,
    /// What to run.
    command: Vec<String>,
    /// How long.
    #[argument(default = 30)]
    timeout_seconds: u64,
    pod_labels: Option<BTreeMap<String, String>>,
    #[argument(kind = "object", rendering = "wait", name = "if")]
    condition: Option<Value>,
    #[argument(default = "both")]
    streams: String,
}

#[outputs]
struct Counted {
    /// How many.
    pod_count: u32,
}

/// Counts.
///
/// Then says so.
#[function(name = "Count", version = "1.2.3", idempotent, validate = check, plan = narrow)]
fn count(_: &Context, args: Wanted) -> Result<Counted> {
    let labels = args.pod_labels.map_or(0, |labels| labels.len());
    let pod_count =
        u32::try_from(args.command.len() + labels).map_err(|_| Failure::permanent("many"))?;
    Ok(Counted { pod_count })
}

fn check(args: &Wanted) -> Result<(), Invalid> {
    if args.streams != "both" || args.timeout_seconds == 0 || args.condition.is_some() {
        return Err(Invalid::new("streams", "only both"));
    }
    Ok(())
}

fn narrow(args: &Wanted, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(vec![access::exec(
        &args.namespace,
        None,
        None,
        &args.command,
    )])
}

#[function]
fn nothing_to_say(_: &Context, _: NoArguments) -> Result<()> {
    Ok(())
}

kanister_sdk::plugin!(count, nothing_to_say);

fn call(function: &str, args: &str) -> Call {
    Call {
        function: function.into(),
        version: if function == "Count" {
            "1.2.3".into()
        } else {
            env!("CARGO_PKG_VERSION").into()
        },
        args: args.into(),
        params: "{}".into(),
        extensions: vec![],
    }
}

fn invocation(args: &str) -> Invocation {
    Invocation {
        id: "1".into(),
        function: "Count".into(),
        version: "1.2.3".into(),
        action_set: "backup".into(),
        action: "backup".into(),
        phase: "count".into(),
        attempt: 1,
        deadline_ms: None,
        args: args.into(),
        params: "{}".into(),
        extensions: vec![],
    }
}

#[test]
fn describe_is_what_the_types_say() {
    let Descriptor {
        name,
        version,
        doc,
        parameters,
        outputs,
        open_outputs,
        idempotent,
        extensions,
    } = (count::FUNCTION.describe)();
    assert_eq!((name.as_str(), version.as_str()), ("Count", "1.2.3"));
    assert_eq!(doc, "Counts.\n\nThen says so.");
    assert!(idempotent && !open_outputs && extensions.is_empty());
    let seen: Vec<_> = parameters
        .iter()
        .map(|p| {
            (
                p.name.as_str(),
                p.kind,
                p.required,
                p.default.as_deref(),
                p.rendering,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                "namespace",
                ValueType::String,
                true,
                None,
                Rendering::Arguments
            ),
            (
                "command",
                ValueType::StringList,
                true,
                None,
                Rendering::Arguments
            ),
            (
                "timeoutSeconds",
                ValueType::Integer,
                false,
                Some("30"),
                Rendering::Arguments
            ),
            (
                "podLabels",
                ValueType::StringMap,
                false,
                None,
                Rendering::Arguments
            ),
            ("if", ValueType::Object, false, None, Rendering::Wait),
            (
                "streams",
                ValueType::String,
                false,
                Some("\"both\""),
                Rendering::Arguments
            ),
        ]
    );
    assert_eq!(parameters[0].doc, "Where.");
    let seen: Vec<_> = outputs
        .iter()
        .map(|o| (o.name.as_str(), o.kind, o.doc.as_str()))
        .collect();
    assert_eq!(seen, [("podCount", ValueType::Integer, "How many.")]);
}

#[test]
fn names_and_versions_have_defaults() {
    let descriptor = (nothing_to_say::FUNCTION.describe)();
    assert_eq!(descriptor.name, "NothingToSay");
    assert_eq!(descriptor.version, env!("CARGO_PKG_VERSION"));
}

#[test]
fn validate_finds_what_serde_and_the_author_find() {
    let family = [count::FUNCTION, nothing_to_say::FUNCTION];
    let good = r#"{"namespace": "shop", "command": ["ls"]}"#;
    assert_eq!(dispatch_validate(&family, &call("Count", good)), Ok(()));
    let missing = dispatch_validate(&family, &call("Count", "{}")).unwrap_err();
    assert!(missing[0].message.contains("namespace"), "{missing:?}");
    let own = r#"{"namespace": "shop", "command": ["ls"], "streams": "one"}"#;
    assert_eq!(
        dispatch_validate(&family, &call("Count", own)).unwrap_err()[0].path,
        "streams"
    );
    let unknown = dispatch_validate(&family, &call("Other", "{}")).unwrap_err();
    assert!(unknown[0].message.contains("Other"), "{unknown:?}");
}

#[test]
fn a_plan_is_the_authors_or_none() {
    let family = [count::FUNCTION, nothing_to_say::FUNCTION];
    let planned = dispatch_plan(
        &family,
        &call("Count", r#"{"namespace": "shop", "command": ["ls", "**"]}"#),
    );
    let expected = access::exec("shop", None, None, &["ls".to_owned(), "**".to_owned()]);
    assert_eq!(planned, Ok(Some(vec![expected])));
    assert_eq!(
        dispatch_plan(&family, &call("NothingToSay", "{}")),
        Ok(None)
    );
}

#[test]
fn run_answers_with_json() {
    let args = r#"{"namespace": "shop", "command": ["a", "b"], "podLabels": {"x": "y"}}"#;
    assert_eq!(
        (count::FUNCTION.run)(invocation(args)),
        Ok(r#"{"podCount":3}"#.to_owned())
    );
    assert_eq!(
        (nothing_to_say::FUNCTION.run)(invocation("{}")),
        Ok("{}".to_owned())
    );
    let wrong = (count::FUNCTION.run)(invocation("{}")).unwrap_err();
    assert!(matches!(wrong, Failure::InvalidArgs(_)), "{wrong:?}");
}
