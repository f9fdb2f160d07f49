//! Lies and worse in answer to `functions`, `validate` and `plan`.

use crate::{argument, mode};
use kanister_sdk::bindings::kanister::host::clock;
use kanister_sdk::types::{
    Access, ArgvPart, Call, Descriptor, ExecAccess, FieldError, KubeAccess, Parameter, Rendering,
    ResourceName, Scope, StorageAccess, ValueType,
};

fn honest(name: &str) -> Descriptor {
    let parameter = |name: &str, required| Parameter {
        name: name.to_owned(),
        kind: ValueType::Any,
        required,
        default: None,
        rendering: Rendering::Arguments,
        doc: String::new(),
        extensions: Vec::new(),
    };
    Descriptor {
        name: name.to_owned(),
        version: "0.0.0".to_owned(),
        doc: "Attacks its host.".to_owned(),
        parameters: vec![
            parameter("attack", true),
            parameter("plan", false),
            parameter("value", false),
        ],
        outputs: Vec::new(),
        open_outputs: true,
        idempotent: false,
        extensions: Vec::new(),
    }
}

pub fn functions() -> Vec<Descriptor> {
    match mode() {
        "none" => Vec::new(),
        "many" => (0..200).map(|i| honest(&format!("F{i}"))).collect(),
        "huge" => {
            let mut function = honest("Hostile");
            function.doc = "x".repeat(8 << 20);
            vec![function]
        }
        "long" => {
            let mut function = honest("Hostile");
            function.doc = "x".repeat(1 << 20);
            vec![function]
        }
        "twice" => vec![honest("Hostile"), honest("Hostile")],
        "name" => vec![honest("../etc\u{1b}[31m")],
        "version" => {
            let mut function = honest("Hostile");
            function.version = "newest".to_owned();
            vec![function]
        }
        "default" => {
            let mut function = honest("Hostile");
            if let Some(parameter) = function.parameters.first_mut() {
                parameter.default = Some("{".to_owned());
            }
            vec![function]
        }
        "loop" => loop {
            std::hint::black_box(());
        },
        "trap" => std::process::abort(),
        "memory" => {
            hoard();
            vec![honest("Hostile")]
        }
        // Describing is pure: the clock is a trap there.
        "impure" => vec![honest(&format!("F{}", clock::now_ms()))],
        _ => vec![honest("Hostile")],
    }
}

/// Takes memory until it gets none.
pub fn hoard() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(std::hint::black_box(vec![1; 1 << 20]));
    }
}

pub fn validate(call: &Call) -> Result<(), Vec<FieldError>> {
    match argument(&call.args, "plan").as_str() {
        "validate-loop" => loop {
            std::hint::black_box(());
        },
        "validate-many" => Err((0..500)
            .map(|i| FieldError {
                path: format!("a{i}"),
                message: "x".repeat(20),
            })
            .collect()),
        _ => Ok(()),
    }
}

pub fn plan(call: &Call) -> Result<Option<Vec<Access>>, Vec<FieldError>> {
    let value = argument(&call.args, "value");
    let get = |name: &str| {
        Access::Kube(KubeAccess {
            verb: "get".to_owned(),
            group: String::new(),
            resource: ResourceName::Plural("configmaps".to_owned()),
            subresource: None,
            scope: Scope::Namespace("shop".to_owned()),
            name: Some(name.to_owned()),
        })
    };
    match argument(&call.args, "plan").as_str() {
        "nothing" => Ok(Some(Vec::new())),
        "loop" => loop {
            std::hint::black_box(());
        },
        "trap" => std::process::abort(),
        "many" => Ok(Some(vec![get("x"); 2000])),
        "long" => Ok(Some(vec![get(&"x".repeat(2 << 20))])),
        "one-configmap" => Ok(Some(vec![get("settings")])),
        // The text of an argument in every place a pattern could stand.
        "argument" => Ok(Some(vec![
            get(&value),
            Access::Exec(ExecAccess {
                namespace: "shop".to_owned(),
                pod: Some(value.clone()),
                container: Some(value.clone()),
                argv: vec![ArgvPart::Exact(value.clone())],
            }),
            Access::Storage(StorageAccess {
                slot: "primary".to_owned(),
                prefix: value,
                read: true,
                write: false,
                delete: false,
            }),
        ])),
        _ => Ok(None),
    }
}
