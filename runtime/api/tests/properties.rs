//! Any object survives being written and read, and the laws of the small parts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use std::time::Duration as Length;

use kanister_api::document::{Object, parse_documents};
use kanister_api::{ActionSet, Blueprint, Duration, Profile, RetryPolicy, State, crd};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// JSON of any shape, a few levels deep.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Short fractions: serde_json rounds long ones in the last digit.
        any::<i32>().prop_map(|x| Value::from(f64::from(x) / 8.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-z.\\[\\]\" ]{0,6}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A value that a schema allows, with some fields left out, some `null` and some unknown.
fn allowed(schema: &Value) -> BoxedStrategy<Value> {
    if let Some(words) = schema["enum"].as_array() {
        return proptest::sample::select(words.clone()).boxed();
    }
    if schema["pattern"].is_string() {
        return Just(json!("1h30m")).boxed();
    }
    if schema["format"] == "date-time" {
        return Just(json!("2026-01-02T03:04:05Z")).boxed();
    }
    match schema["type"].as_str().unwrap() {
        "string" => any::<String>().prop_map(Value::from).boxed(),
        "integer" if schema["maximum"].is_null() => any::<i64>().prop_map(Value::from).boxed(),
        "integer" => (1..=u32::MAX).prop_map(Value::from).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "array" => vec(allowed(&schema["items"]), 0..3)
            .prop_map(Value::from)
            .boxed(),
        "object" => object(schema),
        other => panic!("no strategy for {other}"),
    }
}

fn object(schema: &Value) -> BoxedStrategy<Value> {
    let mut fields: BoxedStrategy<Map<String, Value>> = btree_map("zz[a-z]{0,3}", anything(), 0..2)
        .prop_map(|m| m.into_iter().collect())
        .boxed();
    if schema["additionalProperties"].is_object() {
        let values = allowed(&schema["additionalProperties"]);
        let entries = btree_map(".{0,5}", values, 0..3);
        return entries
            .prop_map(|m| Value::Object(m.into_iter().collect()))
            .boxed();
    }
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if matches!(name.as_str(), "apiVersion" | "kind" | "metadata") && schema["type"] == "object"
        {
            continue;
        }
        let name = name.clone();
        let value = if required.contains(&name.as_str()) {
            allowed(schema).prop_map(Some).boxed()
        } else {
            prop_oneof![
                3 => allowed(schema).prop_map(Some),
                1 => Just(None),
                1 => Just(Some(Value::Null)),
            ]
            .boxed()
        };
        fields = (fields, value)
            .prop_map(move |(mut fields, value)| {
                if let Some(value) = value {
                    fields.insert(name.clone(), value);
                }
                fields
            })
            .boxed();
    }
    fields.prop_map(Value::Object).boxed()
}

fn manifest(kind: &'static str) -> impl Strategy<Value = Value> {
    let schema = serde_json::to_value(crd::schema(kind).unwrap()).unwrap();
    object(&schema).prop_map(move |mut object| {
        object["apiVersion"] = json!("cr.kanister.io/v1alpha1");
        object["kind"] = json!(kind);
        object["metadata"] = json!({"name": "n"});
        object
    })
}

/// True if everything of `before` is in `after`, but for what Go leaves out: empty values, and
/// entries that are `null`.
fn contains(after: &Value, before: &Value) -> bool {
    match (after, before) {
        (Value::Object(after), Value::Object(before)) => before.iter().all(|(name, before)| {
            after
                .get(name)
                .map_or(is_empty(before), |after| contains(after, before))
        }),
        (Value::Array(after), Value::Array(before)) => {
            after.len() == before.len()
                && after
                    .iter()
                    .zip(before)
                    .all(|(after, before)| contains(after, before))
        }
        (after, before) => after == before || (is_empty(after) && is_empty(before)),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
    }
}

fn survives<T>(object: &Value) -> Result<(), TestCaseError>
where
    T: DeserializeOwned + serde::Serialize + PartialEq + std::fmt::Debug,
{
    let typed: T = serde_json::from_value(object.clone()).unwrap();
    let written = serde_json::to_value(&typed).unwrap();
    prop_assert!(contains(&written, object), "read {object}\nwrote {written}");
    let again: T = serde_json::from_value(written.clone()).unwrap();
    prop_assert_eq!(&again, &typed);
    prop_assert_eq!(serde_json::to_value(&again).unwrap(), written.clone());
    // JSON is YAML: the reader of manifests sees the same object.
    let documents = parse_documents(&serde_json::to_string(object).unwrap()).unwrap();
    let read = match &documents[0] {
        Object::ActionSet(object) => serde_json::to_value(object),
        Object::Blueprint(object) => serde_json::to_value(object),
        Object::Profile(object) => serde_json::to_value(object),
    };
    let read = whole_floats_as_integers(read.unwrap());
    prop_assert!(contains(&read, &whole_floats_as_integers(written)));
    Ok(())
}

/// The reader of manifests makes integers of whole floats, as the Go clients do.
fn whole_floats_as_integers(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap();
            match format!("{float}").parse::<i64>() {
                Ok(whole) => whole.into(),
                Err(_) => float.into(),
            }
        }
        Value::Array(items) => items.into_iter().map(whole_floats_as_integers).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name, whole_floats_as_integers(value)))
                .collect(),
        ),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_actionset_survives(object in manifest("ActionSet")) {
        survives::<ActionSet>(&object)?;
    }

    #[test]
    fn any_blueprint_survives(object in manifest("Blueprint")) {
        survives::<Blueprint>(&object)?;
    }

    #[test]
    fn any_profile_survives(object in manifest("Profile")) {
        survives::<Profile>(&object)?;
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), yaml in "[-a:\\[\\]{}&*<!|>'\"# \n\t0]{0,40}") {
        drop(parse_documents(&text));
        drop(parse_documents(&yaml));
    }

    #[test]
    fn pruning_twice_removes_nothing_more(mut object in manifest("ActionSet")) {
        let schema = crd::schema("ActionSet").unwrap();
        crd::prune(&schema, &mut object);
        prop_assert_eq!(crd::prune(&schema, &mut object), Vec::<String>::new());
    }

    #[test]
    fn durations_add_up(hours in 0u64..1000, minutes in 0u64..600, millis in 0u64..100_000) {
        let text = format!("{hours}h{minutes}m{millis}ms");
        let length = Length::from_millis(hours * 3_600_000 + minutes * 60_000 + millis);
        let duration = text.parse::<Duration>();
        if length.is_zero() {
            prop_assert!(duration.is_err());
        } else {
            let duration = duration.unwrap();
            prop_assert_eq!(duration.length(), length);
            prop_assert_eq!(duration.as_str(), text);
        }
    }

    #[test]
    fn waits_grow_to_the_longest_and_end(attempts in 1u32..50, factor in 1u32..5, delay in 1u64..1000) {
        let policy: RetryPolicy = serde_json::from_value(json!({
            "attempts": attempts, "factor": factor, "delay": format!("{delay}s"), "maxDelay": "1h",
        })).unwrap();
        let waits: Vec<_> = (1..).map_while(|failed| policy.wait_after(failed)).collect();
        prop_assert_eq!(waits.len(), attempts as usize - 1);
        prop_assert!(waits.is_sorted());
        prop_assert!(waits.iter().all(|wait| *wait <= Length::from_secs(3600)));
        prop_assert!(waits.first().is_none_or(|wait| *wait == Length::from_secs(delay)));
    }

    #[test]
    fn states_keep_foreign_words(word in any::<String>()) {
        let state = State::from(word.as_str());
        prop_assert_eq!(state.as_str(), word.as_str());
    }
}
