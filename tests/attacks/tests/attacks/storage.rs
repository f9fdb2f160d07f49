//! Attacks on stores.

use crate::world::attack;
use async_trait::async_trait;
use bytes::Bytes;
use kanister_host::capability::io::{IoError, Source, Summary};
use kanister_host::capability::storage::{
    IfExists, Listing, ObjectMeta, Storage, Store, StoreUpload,
};
use kanister_storage::ReadRange;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// The keys that were touched, by whatever operation.
#[derive(Clone, Default)]
struct Touched(Arc<Mutex<BTreeSet<String>>>);

impl Touched {
    fn note(&self, key: &str) {
        self.0.lock().unwrap().insert(key.to_owned());
    }
}

fn meta(key: &str) -> ObjectMeta {
    ObjectMeta {
        key: key.to_owned(),
        size: 1,
        etag: None,
        modified_ms: None,
        digest: None,
    }
}

#[async_trait]
impl Storage for Touched {
    fn bound(&self, _slot: &str) -> Result<(), IoError> {
        Ok(())
    }
    async fn open(&self, _slot: &str) -> Result<Arc<dyn Store>, IoError> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
impl Store for Touched {
    async fn head(&self, key: &str) -> Result<ObjectMeta, IoError> {
        self.note(key);
        Ok(meta(key))
    }
    async fn list(&self, folder: &str, _next: Option<String>) -> Result<Listing, IoError> {
        self.note(folder);
        Ok(Listing::default())
    }
    async fn read(&self, key: &str, _range: ReadRange) -> Result<Source, IoError> {
        self.note(key);
        Err(IoError::NotFound)
    }
    async fn write(&self, key: &str, _mode: IfExists) -> Result<Box<dyn StoreUpload>, IoError> {
        self.note(key);
        Ok(Box::new(Upload(key.to_owned())))
    }
    async fn copy(&self, src: &str, dest: &str) -> Result<ObjectMeta, IoError> {
        self.note(src);
        self.note(dest);
        Ok(meta(dest))
    }
    async fn delete(&self, key: &str) -> Result<(), IoError> {
        self.note(key);
        Ok(())
    }
    async fn delete_below(&self, folder: &str) -> Result<u64, IoError> {
        self.note(folder);
        Ok(0)
    }
}

struct Upload(String);

#[async_trait]
impl StoreUpload for Upload {
    async fn write(&mut self, _bytes: Bytes) -> Result<(), IoError> {
        Ok(())
    }
    async fn commit(self: Box<Self>, _expected: Option<Summary>) -> Result<ObjectMeta, IoError> {
        Ok(meta(&self.0))
    }
    async fn abort(self: Box<Self>) {}
}

const BELOW_APP: &str =
    "    storage:\n    - {slot: primary, access: [read, write, delete], prefix: app/}\n";

async fn touched_by(key: &str, rules: &str) -> (serde_json::Value, BTreeSet<String>) {
    let touched = Touched::default();
    let storage = Arc::new(touched.clone());
    let case = attack("path")
        .with("value", key)
        .granting(rules)
        .services(|services| services.storage = Some(storage));
    let output = case.output().await;
    let keys = touched.0.lock().unwrap().clone();
    (output, keys)
}

#[tokio::test]
async fn a_key_within_the_prefix_is_reached() {
    let (output, keys) = touched_by("app/dump", BELOW_APP).await;
    assert_eq!(output["key"], "app/dump", "{output}");
    assert!(keys.iter().all(|key| key.starts_with("app/")), "{keys:?}");
}

#[tokio::test]
async fn no_key_outside_the_prefix_is_reached() {
    for key in [
        "application/dump",
        "ap",
        "other",
        "../etc/passwd",
        "app/../other",
        "/etc/passwd",
        "app//x",
        "app/./x",
        "app\\..\\x",
        "app/\u{0}",
        "",
        ".",
        "%2e%2e/x",
    ] {
        let (output, keys) = touched_by(key, BELOW_APP).await;
        assert!(keys.is_empty(), "{key:?} reached {keys:?}: {output}");
        assert!(output["key"].is_null(), "{key:?}: {output}");
    }
}

#[tokio::test]
async fn a_reader_neither_writes_nor_deletes() {
    let rules = "    storage:\n    - {slot: primary, access: [read]}\n";
    let (output, keys) = touched_by("app/dump", rules).await;
    assert!(output["wrote"]["denied"].is_string(), "{output}");
    assert!(output["deleted"]["denied"].is_string(), "{output}");
    assert_eq!(keys, BTreeSet::from(["app/dump".to_owned()]));
}
