//! Bytes of strangers: no component, damaged, too large, or misleading.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests say what they expect by panicking"
)]

mod made;

use kanister_plugin::{
    Component, MANIFEST_SECTION, MAX_COMPONENT_BYTES, MAX_MANIFEST_BYTES, ReadError, embed_manifest,
};
use made::{manifest, plugin};
use proptest::prelude::*;
use std::borrow::Cow;
use std::sync::LazyLock;
use wasm_encoder::{ComponentSection, CustomSection, NestedComponentSection};

static HELLO: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/contract-0.1.0/hello.wasm"
    );
    std::fs::read(path).unwrap()
});

/// Small, so that a mutation is likely to meet something.
static SMALL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    embed_manifest(&plugin(&["kanister:kube/exec@0.1.0"]), &manifest("{}")).unwrap()
});

fn refusal(bytes: &[u8]) -> ReadError {
    Component::read("test", bytes).expect_err("it is refused")
}

fn with_section(name: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = plugin(&[]);
    CustomSection {
        name: Cow::Borrowed(name),
        data: Cow::Borrowed(data),
    }
    .append_to_component(&mut bytes);
    bytes
}

#[test]
fn the_kept_component_is_a_plugin() {
    let component = Component::read("hello", &HELLO).unwrap();
    assert_eq!(component.check(), Ok(()));
    assert_eq!(component.manifest.unwrap().plugin.name, "hello");
    let names: Vec<&str> = component
        .imports
        .iter()
        .map(|import| import.name.as_str())
        .collect();
    assert!(names.contains(&"kanister:host/log@0.1.0"));
    assert!(
        !names.iter().any(|name| name.starts_with("kanister:kube")),
        "{names:?}"
    );
}

#[test]
fn what_is_no_component_is_named() {
    assert!(matches!(refusal(b""), ReadError::NotWebAssembly));
    assert!(matches!(refusal(b"#!/bin/sh"), ReadError::NotWebAssembly));
    assert!(matches!(
        refusal(&wasm_encoder::Module::new().finish()),
        ReadError::CoreModule
    ));
    assert!(matches!(
        refusal(&HELLO[..HELLO.len() / 2]),
        ReadError::Invalid(_)
    ));
    assert!(matches!(refusal(b"\0asm"), ReadError::Invalid(_)));
}

#[test]
fn what_is_too_large_is_not_even_read() {
    let error = refusal(&vec![0; MAX_COMPONENT_BYTES + 1]);
    assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
}

#[test]
fn a_manifest_has_limits_and_is_text_and_is_one() {
    let long = with_section(MANIFEST_SECTION, &vec![b'#'; MAX_MANIFEST_BYTES + 1]);
    assert!(matches!(refusal(&long), ReadError::ManifestTooLarge { .. }));
    assert!(matches!(
        refusal(&with_section(MANIFEST_SECTION, b"\xff")),
        ReadError::ManifestNotText
    ));
    assert!(matches!(
        refusal(&with_section(MANIFEST_SECTION, b"kind: Pod")),
        ReadError::Manifest(_)
    ));
    let mut twice = embed_manifest(&plugin(&[]), &manifest("{}")).unwrap();
    CustomSection {
        name: Cow::Borrowed(MANIFEST_SECTION),
        data: Cow::Owned(manifest("{}").into_bytes()),
    }
    .append_to_component(&mut twice);
    assert!(matches!(refusal(&twice), ReadError::SeveralManifests));
}

#[test]
fn embedding_replaces_the_manifest_and_keeps_the_rest() {
    let once = embed_manifest(&HELLO, &manifest("{}")).unwrap();
    let twice = embed_manifest(&once, &manifest("{}")).unwrap();
    assert_eq!(once, twice);
    let (before, after) = (
        Component::read("", &HELLO).unwrap(),
        Component::read("", &twice).unwrap(),
    );
    assert_eq!(before.imports, after.imports);
    assert_eq!(after.manifest.unwrap().plugin.name, "test");
}

#[test]
fn a_manifest_inside_of_a_nested_component_does_not_count() {
    let mut inner = wasm_encoder::Component::new();
    inner.section(&CustomSection {
        name: Cow::Borrowed(MANIFEST_SECTION),
        data: Cow::Owned(manifest("{}").into_bytes()),
    });
    let mut bytes = plugin(&[]);
    NestedComponentSection(&inner).append_to_component(&mut bytes);
    assert_eq!(Component::read("test", &bytes).unwrap().manifest, None);
}

#[test]
fn deep_nesting_ends_in_an_error_or_a_result_and_not_in_a_crash() {
    let mut component = wasm_encoder::Component::new();
    for _ in 0..2_000 {
        let mut outer = wasm_encoder::Component::new();
        outer.section(&NestedComponentSection(&component));
        component = outer;
    }
    // It exports nothing, so it cannot be accepted either way.
    refusal(&component.finish());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Component::read("test", &bytes);
        let mut component = wasm_encoder::Component::HEADER.to_vec();
        component.extend(&bytes);
        let _ = Component::read("test", &component);
        let _ = embed_manifest(&component, "x");
    }

    #[test]
    fn damage_is_refused_or_harmless(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = SMALL.clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(component) = Component::read("test", &bytes) {
            let _ = component.check();
            let embedded = embed_manifest(&bytes, &manifest("{}")).unwrap();
            prop_assert_eq!(Component::read("test", &embedded).unwrap().imports, component.imports);
        }
    }

    #[test]
    fn a_manifest_comes_back_as_it_was(comment in "[ -~]{0,80}") {
        let text = format!("{}# {comment}\n", manifest("{}"));
        let bytes = embed_manifest(&SMALL, &text).unwrap();
        let read = Component::read("test", &bytes).unwrap();
        prop_assert_eq!(read.manifest.unwrap().plugin.name, "test");
        prop_assert!(bytes.windows(text.len()).any(|window| window == text.as_bytes()));
    }
}
