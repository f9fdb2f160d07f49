//! From the Rust types to template values, marking what is secret.

use super::kubernetes::{Bytes, ConfigMap, ManagedFields, ObjectMeta, OwnerReference, Secret};
use super::model::{
    Artifact, Credential, KeyPair, KopiaServerCredential, Location, NamedObject, Phase, Profile,
    TemplateParams, Workload,
};
use super::types;
use crate::text::{Named, Str};
use crate::time::{Time, parse};
use crate::value::{List, Map, Record, RecordType, Type, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

fn string(text: &str) -> Value {
    Value::string(text)
}

fn named(text: &str, named: Named) -> Value {
    Value::Str(Str::from(text).named(named))
}

fn secret(text: &str) -> Value {
    Value::Str(Str::secret(text.as_bytes()))
}

fn record(kind: &'static RecordType, fields: Vec<Value>) -> Value {
    Value::Record(Record::new(kind, fields))
}

fn pointer(value: Value) -> Value {
    Value::Ptr(Arc::new(value))
}

/// A pointer to a record, or nil of its type.
fn optional<T>(value: Option<&T>, nil: &'static RecordType, build: impl Fn(&T) -> Value) -> Value {
    match value {
        Some(value) => pointer(build(value)),
        None => nil_field(nil),
    }
}

/// The nil pointer to a record type of the root or of a credential.
fn nil_field(kind: &'static RecordType) -> Value {
    let all = types::TEMPLATE_PARAMS
        .fields
        .iter()
        .chain(types::CREDENTIAL.fields);
    let found = all.map(|field| &field.kind).find(|field| match field {
        Type::Ptr(Type::Record(target)) => std::ptr::eq(*target, kind),
        _ => false,
    });
    found.map_or(Value::Missing, Type::zero)
}

fn map<T>(
    items: &Option<BTreeMap<String, T>>,
    item: &'static Type,
    build: impl Fn(&T) -> Value,
) -> Value {
    Value::Map(match items {
        Some(items) => Map::frozen(
            item,
            items
                .iter()
                .map(|(key, value)| (key.as_str().into(), build(value))),
        ),
        None => Map::nil(item),
    })
}

fn list<T>(items: &Option<Vec<T>>, item: &'static Type, build: impl Fn(&T) -> Value) -> Value {
    Value::List(match items {
        Some(items) => List::of(item, items.iter().map(build).collect()),
        None => List::nil(item),
    })
}

fn strings(items: &Option<BTreeMap<String, String>>) -> Value {
    map(items, &types::STRING, |text| string(text))
}

fn document(items: Option<&serde_json::Map<String, Json>>) -> Value {
    Value::Map(match items {
        Some(items) => Map::frozen(
            &types::ANY,
            items
                .iter()
                .map(|(key, value)| (key.as_str().into(), Value::from_json(value, false))),
        ),
        None => Map::nil(&types::ANY),
    })
}

pub(super) fn template_params(params: &TemplateParams) -> Value {
    let TemplateParams {
        stateful_set,
        deployment_config,
        deployment,
        pvc,
        namespace,
        artifacts_in,
        config_maps,
        secrets,
        time,
        profile,
        options,
        object,
        current_phase,
        phases,
        defer_phase,
        pod_override,
        pod_annotations,
        pod_labels,
    } = params;
    let workload = |kind, value: &Option<Workload>| {
        optional(value.as_ref(), kind, |value| build_workload(kind, value))
    };
    let named = |kind, value: &Option<NamedObject>| {
        optional(value.as_ref(), kind, |NamedObject { name, namespace }| {
            record(kind, vec![string(name), string(namespace)])
        })
    };
    let fields = vec![
        workload(&types::STATEFUL_SET, stateful_set),
        workload(&types::DEPLOYMENT_CONFIG, deployment_config),
        workload(&types::DEPLOYMENT, deployment),
        named(&types::PVC, pvc),
        named(&types::NAMESPACE, namespace),
        map(artifacts_in, &types::ARTIFACT_VALUE, artifact),
        map(config_maps, &types::CONFIG_MAP_VALUE, config_map),
        map(secrets, &types::SECRET_VALUE, secret_record),
        string(time),
        optional(profile.as_ref(), &types::PROFILE, profile_record),
        strings(options),
        object.as_ref().map_or_else(|| document(None), subject),
        optional(current_phase.as_ref(), &types::PHASE, phase),
        map(phases, &types::PHASE_POINTER, |value| {
            optional(value.as_ref(), &types::PHASE, phase)
        }),
        optional(defer_phase.as_ref(), &types::PHASE, phase),
        document(pod_override.as_ref()),
        strings(pod_annotations),
        strings(pod_labels),
    ];
    record(&types::TEMPLATE_PARAMS, fields)
}

/// An object that may be a Secret: then its data and annotations are secret.
pub(super) fn object(object: &Json) -> Value {
    match object {
        Json::Object(entries) => subject(entries),
        other => Value::from_json(other, false),
    }
}

fn subject(entries: &serde_json::Map<String, Json>) -> Value {
    let text = |key: &str| entries.get(key).and_then(Json::as_str);
    if text("kind") != Some("Secret") || text("apiVersion") != Some("v1") {
        return document(Some(entries));
    }
    let value = |key: &str, value: &Json| match (key, value) {
        ("metadata", Json::Object(metadata)) => Value::Map(Map::frozen(
            &types::ANY,
            metadata.iter().map(|(key, value)| {
                (
                    key.as_str().into(),
                    Value::from_json(value, key == "annotations"),
                )
            }),
        )),
        _ => Value::from_json(value, matches!(key, "data" | "stringData")),
    };
    Value::Map(Map::frozen(
        &types::ANY,
        entries
            .iter()
            .map(|(key, json)| (key.as_str().into(), value(key, json))),
    ))
}

fn build_workload(kind: &'static RecordType, workload: &Workload) -> Value {
    let Workload {
        name,
        namespace,
        pods,
        containers,
        persistent_volume_claims,
    } = workload;
    let names = |names: &Vec<String>| {
        Value::List(List::of(
            &types::STRING,
            names.iter().map(|name| string(name)).collect(),
        ))
    };
    let fields = vec![
        string(name),
        string(namespace),
        list(pods, &types::STRING, |name| string(name)),
        list(containers, &types::STRING_LIST, names),
        map(persistent_volume_claims, &types::STRING_MAP, |claims| {
            Value::string_map(claims, false)
        }),
    ];
    record(kind, fields)
}

fn artifact(artifact: &Artifact) -> Value {
    let Artifact {
        key_value,
        kopia_snapshot,
    } = artifact;
    record(
        &types::ARTIFACT,
        vec![strings(key_value), string(kopia_snapshot)],
    )
}

fn phase(phase: &Phase) -> Value {
    let Phase {
        secrets,
        config_maps,
        output,
    } = phase;
    let fields = vec![
        map(secrets, &types::SECRET_VALUE, secret_record),
        map(config_maps, &types::CONFIG_MAP_VALUE, config_map),
        document(output.as_ref()),
    ];
    record(&types::PHASE, fields)
}

fn profile_record(profile: &Profile) -> Value {
    let Profile {
        location,
        credential,
        skip_ssl_verify,
    } = profile;
    let Location {
        kind,
        bucket,
        endpoint,
        prefix,
        region,
    } = location;
    let place = vec![
        named(kind, Named::LocationType),
        string(bucket),
        string(endpoint),
        string(prefix),
        string(region),
    ];
    let Credential {
        kind,
        key_pair,
        secret,
        kopia_server_secret,
    } = credential;
    let access = vec![
        named(kind, Named::CredentialType),
        optional(
            key_pair.as_ref(),
            &types::KEY_PAIR,
            |KeyPair { id, secret }| {
                record(
                    &types::KEY_PAIR,
                    vec![self::secret(id), self::secret(secret)],
                )
            },
        ),
        optional(secret.as_ref(), &types::SECRET, secret_record),
        optional(kopia_server_secret.as_ref(), &types::KOPIA, kopia),
    ];
    let fields = vec![
        record(&types::LOCATION, place),
        record(&types::CREDENTIAL, access),
        Value::Bool(*skip_ssl_verify),
    ];
    record(&types::PROFILE, fields)
}

fn kopia(credential: &KopiaServerCredential) -> Value {
    let KopiaServerCredential {
        username,
        hostname,
        password,
        cert,
        connect_options,
    } = credential;
    let fields = vec![
        secret(username),
        secret(hostname),
        secret(password),
        secret(cert),
        map(connect_options, &types::INT, |value| Value::int(*value)),
    ];
    record(&types::KOPIA, fields)
}

fn flag(value: &Option<bool>) -> Value {
    static BOOL: Type = Type::Bool;
    value.map_or(Value::NilPtr(&BOOL), |value| pointer(Value::Bool(value)))
}

fn bytes(Bytes(bytes): &Bytes, secret: bool) -> Value {
    Value::Bytes(if secret {
        Str::secret(bytes.as_slice())
    } else {
        Str::new(bytes.as_slice())
    })
}

fn type_meta(kind: &str, api_version: &str) -> Value {
    record(&types::TYPE_META, vec![string(kind), string(api_version)])
}

fn secret_record(value: &Secret) -> Value {
    let Secret {
        api_version,
        kind,
        metadata,
        immutable,
        data,
        string_data,
        secret_type,
    } = value;
    let fields = vec![
        type_meta(kind, api_version),
        meta(metadata, true),
        flag(immutable),
        map(data, &types::BYTES, |value| bytes(value, true)),
        map(string_data, &types::STRING, |text| secret(text)),
        named(secret_type, Named::SecretType),
    ];
    record(&types::SECRET, fields)
}

fn config_map(value: &ConfigMap) -> Value {
    let ConfigMap {
        api_version,
        kind,
        metadata,
        immutable,
        data,
        binary_data,
    } = value;
    let fields = vec![
        type_meta(kind, api_version),
        meta(metadata, false),
        flag(immutable),
        strings(data),
        map(binary_data, &types::BYTES, |value| bytes(value, false)),
    ];
    record(&types::CONFIG_MAP, fields)
}

fn time(text: &Option<String>) -> Option<Value> {
    let time = parse("2006-01-02T15:04:05Z07:00", text.as_deref()?)?;
    Some(Value::Time(Arc::new(time.kube())))
}

fn time_pointer(text: &Option<String>) -> Value {
    static KUBE_TIME: Type = Type::KubeTime;
    time(text).map_or(Value::NilPtr(&KUBE_TIME), pointer)
}

fn meta(meta: &ObjectMeta, of_secret: bool) -> Value {
    static INT64: Type = Type::Int(crate::value::IntKind::Int64);
    let ObjectMeta {
        name,
        generate_name,
        namespace,
        self_link,
        uid,
        resource_version,
        generation,
        creation_timestamp,
        deletion_timestamp,
        deletion_grace_period_seconds,
        labels,
        annotations,
        owner_references,
        finalizers,
        managed_fields,
    } = meta;
    let fields = vec![
        string(name),
        string(generate_name),
        string(namespace),
        string(self_link),
        named(uid, Named::Uid),
        string(resource_version),
        Value::int64(*generation),
        time(creation_timestamp).unwrap_or_else(|| Value::Time(Arc::new(Time::zero().kube()))),
        time_pointer(deletion_timestamp),
        deletion_grace_period_seconds
            .map_or(Value::NilPtr(&INT64), |value| pointer(Value::int64(value))),
        strings(labels),
        map(annotations, &types::STRING, |text| {
            if of_secret {
                secret(text)
            } else {
                string(text)
            }
        }),
        list(owner_references, &types::OWNER, owner),
        list(finalizers, &types::STRING, |text| string(text)),
        list(managed_fields, &types::MANAGED, managed),
    ];
    record(&types::OBJECT_META, fields)
}

fn owner(owner: &OwnerReference) -> Value {
    let OwnerReference {
        api_version,
        kind,
        name,
        uid,
        controller,
        block_owner_deletion,
    } = owner;
    let fields = vec![
        string(api_version),
        string(kind),
        string(name),
        named(uid, Named::Uid),
        flag(controller),
        flag(block_owner_deletion),
    ];
    record(&types::OWNER_REFERENCE, fields)
}

fn managed(entry: &ManagedFields) -> Value {
    let ManagedFields {
        manager,
        operation,
        api_version,
        time,
        fields_type,
        fields_v1,
        subresource,
    } = entry;
    let fields = vec![
        string(manager),
        named(operation, Named::FieldsOperation),
        string(api_version),
        time_pointer(time),
        string(fields_type),
        fields_v1
            .as_ref()
            .map_or(Value::Nil, |fields| Value::from_json(fields, false)),
        string(subresource),
    ];
    record(&types::MANAGED_FIELDS, fields)
}
