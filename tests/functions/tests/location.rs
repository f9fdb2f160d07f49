//! LocationDelete against a store in memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use async_trait::async_trait;
use kanister_host::call::CallError;
use kanister_host::capability::io::{IoError, Source};
use kanister_host::capability::storage::{
    IfExists, Listing, ObjectMeta, ReadRange, Storage, Store, StoreUpload,
};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use test_functions::{Call, Stage};

/// Keys, in pages of two. Deleting what is not there is an error, as in some stores.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<BTreeSet<String>>>);

impl Memory {
    fn of(keys: &[&str]) -> Self {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Self(Arc::new(Mutex::new(keys)))
    }

    fn keys(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().cloned().collect()
    }
}

#[async_trait]
impl Storage for Memory {
    fn bound(&self, slot: &str) -> Result<(), IoError> {
        assert_eq!(slot, "profile");
        Ok(())
    }

    async fn open(&self, slot: &str) -> Result<Arc<dyn Store>, IoError> {
        self.bound(slot)?;
        Ok(Arc::new(self.clone()))
    }
}

fn unused<T>() -> Result<T, IoError> {
    Err(IoError::Other("LocationDelete does not need it".to_owned()))
}

#[async_trait]
impl Store for Memory {
    async fn head(&self, _: &str) -> Result<ObjectMeta, IoError> {
        unused()
    }

    async fn list(&self, prefix: &str, _: Option<String>) -> Result<Listing, IoError> {
        let keys = self.0.lock().unwrap();
        let below = keys.iter().filter(|key| key.starts_with(prefix));
        let items = below.take(2).map(|key| ObjectMeta {
            key: key.clone(),
            size: 0,
            etag: None,
            modified_ms: None,
            digest: None,
        });
        Ok(Listing {
            items: items.collect(),
            next: None,
        })
    }

    async fn read(&self, _: &str, _: ReadRange) -> Result<Source, IoError> {
        unused()
    }

    async fn write(&self, _: &str, _: IfExists) -> Result<Box<dyn StoreUpload>, IoError> {
        unused()
    }

    async fn copy(&self, _: &str, _: &str) -> Result<ObjectMeta, IoError> {
        unused()
    }

    async fn delete(&self, key: &str) -> Result<(), IoError> {
        if self.0.lock().unwrap().remove(key) {
            Ok(())
        } else {
            Err(IoError::NotFound)
        }
    }

    async fn delete_below(&self, folder: &str) -> Result<u64, IoError> {
        let below = format!("{}/", folder.trim_end_matches('/'));
        let mut keys = self.0.lock().unwrap();
        let before = keys.len();
        keys.retain(|key| !key.starts_with(&below));
        Ok(u64::try_from(before - keys.len()).unwrap())
    }
}

const KEYS: [&str; 6] = [
    "app/one",
    "app/one/a",
    "app/one/b/c",
    "app/one/d",
    "app/onetwo",
    "app/two/a",
];

async fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_pod-supervisor"), &["location"])
        .await
        .unwrap()
}

fn delete(artifact: &str, store: &Memory) -> Call {
    let params = json!({"Profile": {"Location": {"type": "s3Compliant", "bucket": "backups"}}});
    Call::of("LocationDelete", json!({"artifact": artifact}))
        .params(params)
        .storage(Arc::new(store.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_named_is_deleted_and_no_neighbour() {
    let stage = stage().await;
    for artifact in ["app/one", "backups/app/one/", "/app//one"] {
        let store = Memory::of(&KEYS);
        delete(artifact, &store).run(&stage).await.unwrap();
        assert_eq!(store.keys(), ["app/onetwo", "app/two/a"], "{artifact}");
        // Nothing there is no error.
        delete(artifact, &store).run(&stage).await.unwrap();
        assert_eq!(store.keys().len(), 2);
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_never_emptied() {
    let stage = stage().await;
    for artifact in ["", "/", "backups", "backups/", "app/../.."] {
        let store = Memory::of(&KEYS);
        let refused = delete(artifact, &store).run(&stage).await.unwrap_err();
        assert!(
            matches!(refused, CallError::InvalidArguments(_)),
            "{refused:?}"
        );
        assert_eq!(store.keys(), KEYS, "{artifact}");
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_without_a_profile_is_told_so() {
    let stage = stage().await;
    let call = Call::of("LocationDelete", json!({"artifact": "app/one"}));
    let refused = call.storage(Arc::new(Memory::of(&KEYS))).run(&stage).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("Profile must be non-nil"), "{refused}");
    stage.end().await;
}
