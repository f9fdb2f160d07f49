//! The definitions: which nodes keep unknown fields, which columns are shown, and that schemas and
//! types have the same fields.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use kanister_api::{
    ActionProgress, ActionSet, ActionSetSpec, ActionSetStatus, ActionSpec, ActionStatus, Artifact,
    Blueprint, BlueprintAction, BlueprintPhase, Credential, CredentialType, Duration, ErrorStatus,
    ExecutionMode, KeyPair, KopiaServerSecret, KopiaServerSecretRef, Location, LocationType,
    ObjectMeta, ObjectReference, Phase, PhaseProgress, Profile, RetryOn, RetryPolicy, Run,
    RunAction, RunPhase, State, UnknownFields, crd, document,
};
use serde_json::{Map, Value, json};

fn text() -> String {
    "x".into()
}

fn one<T>(value: T) -> BTreeMap<String, T> {
    BTreeMap::from([(text(), value)])
}

fn free() -> Map<String, Value> {
    Map::from_iter([(text(), json!({"deep": [{"x": 1}]}))])
}

fn unknown() -> UnknownFields {
    UnknownFields::default()
}

fn time<T: serde::de::DeserializeOwned>() -> Option<T> {
    Some(serde_json::from_value(json!("2026-01-02T03:04:05.5Z")).unwrap())
}

fn duration() -> Option<Duration> {
    Some(Duration::from_secs(1).unwrap())
}

fn reference() -> ObjectReference {
    ObjectReference {
        api_version: text(),
        group: text(),
        resource: text(),
        kind: text(),
        name: text(),
        namespace: text(),
        unknown: unknown(),
    }
}

fn artifacts() -> BTreeMap<String, Artifact> {
    one(Artifact {
        key_value: one(text()),
        kopia_snapshot: text(),
        unknown: unknown(),
    })
}

fn retry() -> Option<RetryPolicy> {
    Some(RetryPolicy {
        attempts: NonZeroU32::MAX,
        delay: duration(),
        factor: Some(NonZeroU32::MIN),
        max_delay: duration(),
        failures: RetryOn::All,
        unknown: unknown(),
    })
}

fn run_phase() -> RunPhase {
    RunPhase {
        attempt: 1,
        started_at: time(),
        finished_at: time(),
        skipped: true,
        unknown: unknown(),
    }
}

fn phase() -> Phase {
    let progress = PhaseProgress {
        progress_percent: text(),
        size_downloaded_b: 1,
        size_uploaded_b: 1,
        estimated_download_size_b: 1,
        estimated_upload_size_b: 1,
        estimated_time_seconds: 1,
        estinated_time_seconds: 1,
        last_transition_time: time(),
        unknown: unknown(),
    };
    Phase {
        name: text(),
        state: State::Running,
        output: free(),
        progress,
        unknown: unknown(),
    }
}

fn action_set() -> ActionSet {
    let action = ActionSpec {
        name: text(),
        object: reference(),
        blueprint: text(),
        artifacts: artifacts(),
        config_maps: one(reference()),
        secrets: one(reference()),
        profile: Some(reference()),
        pod_override: free(),
        options: one(text()),
        preferred_version: text(),
        pod_labels: one(text()),
        pod_annotations: one(text()),
        timeout: duration(),
        retry: retry(),
        condition: Some(text()),
        unknown: unknown(),
    };
    let spec = ActionSetSpec {
        actions: vec![action],
        execution_mode: ExecutionMode::Sequential,
        ttl_seconds_after_finished: Some(0),
        cancel: true,
        unknown: unknown(),
    };
    let progress = ActionProgress {
        running_phase: text(),
        percent_completed: text(),
        size_downloaded_b: 1,
        size_uploaded_b: 1,
        estimated_download_size_b: 1,
        estimated_upload_size_b: 1,
        last_transition_time: time(),
        unknown: unknown(),
    };
    let run = Run {
        holder: text(),
        attempt: 1,
        started_at: time(),
        cancelled_at: time(),
        finished_at: time(),
        actions: vec![RunAction {
            time: time(),
            skipped: true,
            finished_at: time(),
            phases: vec![run_phase()],
            defer_phase: Some(run_phase()),
            unknown: unknown(),
        }],
        unknown: unknown(),
    };
    let status = ActionSetStatus {
        state: State::Running,
        actions: vec![ActionStatus {
            name: text(),
            object: reference(),
            blueprint: text(),
            phases: vec![phase()],
            artifacts: artifacts(),
            defer_phase: phase(),
            unknown: unknown(),
        }],
        error: ErrorStatus {
            message: text(),
            unknown: unknown(),
        },
        progress,
        run: Some(run),
        unknown: unknown(),
    };
    let metadata = ObjectMeta::default();
    ActionSet {
        metadata,
        spec: Some(spec),
        status: Some(status),
        unknown: unknown(),
    }
}

fn blueprint() -> Blueprint {
    let phase = BlueprintPhase {
        func: text(),
        name: text(),
        objects: one(reference()),
        args: free(),
        timeout: duration(),
        retry: retry(),
        condition: Some(text()),
        unknown: unknown(),
    };
    let action = BlueprintAction {
        name: text(),
        kind: text(),
        config_map_names: vec![text()],
        secret_names: vec![text()],
        input_artifact_names: vec![text()],
        output_artifacts: artifacts(),
        phases: vec![phase.clone()],
        defer_phase: Some(phase),
        timeout: duration(),
        retry: retry(),
        condition: Some(text()),
        unknown: unknown(),
    };
    Blueprint {
        metadata: ObjectMeta::default(),
        actions: one(action),
        unknown: unknown(),
    }
}

fn profile() -> Profile {
    let value = || {
        Some(KopiaServerSecretRef {
            key: text(),
            secret: Some(reference()),
            unknown: unknown(),
        })
    };
    let location = Location {
        location_type: LocationType::Filestore,
        bucket: text(),
        endpoint: text(),
        prefix: text(),
        region: text(),
        unknown: unknown(),
    };
    let credential = Credential {
        credential_type: CredentialType::KeyPair,
        key_pair: Some(KeyPair {
            id_field: text(),
            secret_field: text(),
            secret: reference(),
            unknown: unknown(),
        }),
        secret: Some(reference()),
        kopia_server_secret: Some(KopiaServerSecret {
            username: text(),
            hostname: text(),
            user_passphrase: value(),
            tls_cert: value(),
            connect_options: one(1),
            unknown: unknown(),
        }),
        unknown: unknown(),
    };
    Profile {
        metadata: ObjectMeta::default(),
        location,
        credential,
        skip_ssl_verify: true,
        unknown: unknown(),
    }
}

/// The paths of the fields that a schema names and an object lacks.
fn missing(schema: &Value, object: &Value, path: &str, found: &mut Vec<String>) {
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        match object.get(name) {
            Some(value) => missing(schema, value, &format!("{path}.{name}"), found),
            None => found.push(format!("{path}.{name}")),
        }
    }
    for child in object.as_array().into_iter().flatten() {
        missing(&schema["items"], child, &format!("{path}[]"), found);
    }
    if let (Some(values), Some(fields)) = (schema.get("additionalProperties"), object.as_object()) {
        for child in fields.values() {
            missing(values, child, &format!("{path}{{}}"), found);
        }
    }
}

#[test]
fn types_and_schemas_have_the_same_fields() {
    let objects = [
        serde_json::to_value(action_set()).unwrap(),
        serde_json::to_value(blueprint()).unwrap(),
        serde_json::to_value(profile()).unwrap(),
    ];
    for mut object in objects {
        let schema = crd::schema(object["kind"].as_str().unwrap()).unwrap();
        assert_eq!(crd::prune(&schema, &mut object), Vec::<String>::new());
        let mut found = Vec::new();
        missing(
            &serde_json::to_value(schema).unwrap(),
            &object,
            "",
            &mut found,
        );
        assert_eq!(found, Vec::<String>::new());
    }
}

/// The paths of the nodes that keep unknown fields, with their types.
fn preserving(schema: &Value, path: &str, found: &mut Vec<String>) {
    if schema["x-kubernetes-preserve-unknown-fields"] == true {
        found.push(format!("{path} {}", schema["type"].as_str().unwrap()));
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        preserving(schema, &format!("{path}.{name}"), found);
    }
    for (key, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
        if schema[key].is_object() {
            preserving(&schema[key], &format!("{path}{mark}"), found);
        }
    }
}

#[test]
fn the_same_nodes_keep_unknown_fields_as_in_existing_installations() {
    let mut found = Vec::new();
    for kind in ["ActionSet", "Blueprint", "Profile"] {
        let schema = serde_json::to_value(crd::schema(kind).unwrap()).unwrap();
        preserving(&schema, kind, &mut found);
    }
    found.sort();
    assert_eq!(
        found,
        [
            "ActionSet.spec.actions[].artifacts{}.kopiaSnapshot string",
            "ActionSet.spec.actions[].podOverride object",
            "ActionSet.status.actions[].artifacts{}.kopiaSnapshot string",
            "ActionSet.status.actions[].deferPhase.output object",
            "ActionSet.status.actions[].phases[].output object",
            "Blueprint.actions{}.deferPhase.args object",
            "Blueprint.actions{}.outputArtifacts{}.kopiaSnapshot string",
            "Blueprint.actions{}.phases[].args object",
            "Profile.credential.kopiaServerSecret object",
            "Profile.credential.kopiaServerSecret.tlsCert object",
            "Profile.credential.kopiaServerSecret.userPassphrase object",
        ]
    );
}

#[test]
fn the_columns_are_those_of_existing_installations() {
    let [action_set, blueprint, profile] = crd::definitions();
    let columns: Vec<String> = action_set.spec.versions[0]
        .additional_printer_columns
        .iter()
        .flatten()
        .map(|column| {
            let format = column.format.as_deref().unwrap_or("-");
            format!(
                "{}|{}|{format}|{}",
                column.name, column.type_, column.json_path
            )
        })
        .collect();
    assert_eq!(
        columns,
        [
            "Progress|string|-|.status.progress.percentCompleted",
            "SizeDownloadedB|integer|-|.status.progress.sizeDownloadedB",
            "SizeUploadedB|integer|-|.status.progress.sizeUploadedB",
            "EstimatedDownloadSizeB|integer|-|.status.progress.estimatedDownloadSizeB",
            "EstimatedUploadSizeB|integer|-|.status.progress.estimatedUploadSizeB",
            "Running Phase|string|-|.status.progress.runningPhase",
            "Last Transition Time|string|date-time|.status.progress.lastTransitionTime",
            "State|string|-|.status.state",
        ]
    );
    assert_eq!(blueprint.spec.versions[0].additional_printer_columns, None);
    assert_eq!(profile.spec.versions[0].additional_printer_columns, None);
}

#[test]
fn the_yaml_stream_holds_the_three_definitions() {
    let documents = document::parse(&crd::yaml().unwrap()).unwrap();
    assert_eq!(documents.len(), 3);
    for (document, definition) in documents.iter().zip(crd::definitions()) {
        let definition = serde_json::to_value(&definition).unwrap();
        assert_eq!(document.name(), definition["metadata"]["name"].as_str());
        assert_eq!(definition["spec"]["versions"][0].get("subresources"), None);
        let read: k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition =
            document.decode().unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), definition);
    }
}
