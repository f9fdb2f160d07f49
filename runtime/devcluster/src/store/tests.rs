use std::sync::Arc;

use serde_json::{Value, json};

use super::ring::Expired;
use super::*;

fn pod(name: &str, note: i64) -> (Key, Value) {
    let key = Key::new(&Collection::new("", "pods"), "ns", name);
    let object = json!({"metadata": {"name": name, "namespace": "ns", "uid": name}, "note": note});
    (key, object)
}

#[test]
fn a_write_needs_the_version_it_was_based_on() {
    let store = Store::in_memory(Window::default());
    let (key, object) = pod("a", 1);
    let first = store.put(&key, Expect::Absent, object.clone()).unwrap();
    assert!(matches!(
        store.put(&key, Expect::Absent, object.clone()),
        Err(StoreError::Conflict { found: Some(found) }) if found == first.version
    ));
    let second = store
        .put(&key, Expect::Version(first.version), object.clone())
        .unwrap();
    assert!(second.version > first.version);
    assert!(
        store
            .put(&key, Expect::Version(first.version), object.clone())
            .is_err()
    );
    assert!(store.remove(&key, first.version, object.clone()).is_err());
    store.remove(&key, second.version, object).unwrap();
    assert!(store.get(&key).is_none());
}

#[test]
fn the_state_is_there_after_a_restart_and_versions_are_not_used_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (key, object) = pod("a", 1);
    let (other, gone) = pod("b", 2);
    let store = Store::open(folder.path(), Window::default()).unwrap();
    let kept = store.put(&key, Expect::Absent, object).unwrap();
    let removed = store.put(&other, Expect::Absent, gone.clone()).unwrap();
    let last = store.remove(&other, removed.version, gone).unwrap();
    drop(store);

    let store = Arc::new(Store::open(folder.path(), Window::default()).unwrap());
    assert_eq!(store.get(&key).unwrap().object, kept.object);
    assert!(store.get(&other).is_none());
    assert!(store.version() > last.version);
    assert_eq!(
        Watcher::after(&store, &key.collection, last.version).unwrap_err(),
        Refused::Expired
    );
}

#[test]
fn a_directory_has_one_user() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Store::open(folder.path(), Window::default()).unwrap();
    assert!(matches!(
        Store::open(folder.path(), Window::default()),
        Err(StoreError::InUse { .. })
    ));
}

#[tokio::test]
async fn a_closed_store_gives_its_directory_free_and_writes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Window::default()).unwrap();
    let (key, object) = pod("a", 1);
    let entry = store.put(&key, Expect::Absent, object.clone()).unwrap();
    store.close().await;
    assert!(matches!(
        store.put(&key, Expect::Version(entry.version), object.clone()),
        Err(StoreError::Closed)
    ));
    assert!(matches!(
        store.remove(&key, entry.version, object),
        Err(StoreError::Closed)
    ));
    assert_eq!(store.get(&key).unwrap().version, entry.version);
    let next = Store::open(folder.path(), Window::default()).unwrap();
    assert_eq!(next.get(&key).unwrap().version, entry.version);
    // What was there at the start is on the disk, also if nothing is written after it.
    let settled = next.settled(next.version());
    tokio::time::timeout(std::time::Duration::from_secs(10), settled)
        .await
        .unwrap()
        .unwrap();
}

#[test]
fn a_cut_journal_loses_only_the_cut_record() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Window::default()).unwrap();
    for number in 0..10 {
        let (key, object) = pod(&format!("p{number}"), number);
        store.put(&key, Expect::Absent, object).unwrap();
    }
    drop(store);
    let (_, path) = recovery::numbered(folder.path(), "journal-")
        .unwrap()
        .remove(0);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    let store = Store::open(folder.path(), Window::default()).unwrap();
    assert_eq!(store.snapshot(&Collection::new("", "pods")).size(), 9);
    let (key, object) = pod("p9", 9);
    store.put(&key, Expect::Absent, object).unwrap();
    drop(store);
    let store = Store::open(folder.path(), Window::default()).unwrap();
    assert_eq!(store.snapshot(&Collection::new("", "pods")).size(), 10);
}

#[test]
fn compaction_keeps_the_state_and_bounds_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path(), Window::default()).unwrap();
    store.compaction.set_shortest(10_000);
    let (key, object) = pod("a", 0);
    let mut version = store.put(&key, Expect::Absent, object).unwrap().version;
    for note in 1..2000 {
        let (key, object) = pod("a", note);
        version = store
            .put(&key, Expect::Version(version), object)
            .unwrap()
            .version;
    }
    // What came while a compaction was running is in the next one.
    for note in [2000, 1999] {
        while store.compaction.is_running() {
            std::thread::yield_now();
        }
        let (key, object) = pod("a", note);
        version = store
            .put(&key, Expect::Version(version), object)
            .unwrap()
            .version;
    }
    while store.compaction.is_running() {
        std::thread::yield_now();
    }
    drop(store);
    let total: u64 = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|item| item.unwrap().metadata().unwrap().len())
        .sum();
    assert!(total < 30_000, "{total} bytes for one object");
    let store = Store::open(folder.path(), Window::default()).unwrap();
    let entry = store.get(&key).unwrap();
    assert_eq!(
        (entry.version, &entry.object["note"]),
        (version, &json!(1999))
    );
}

#[tokio::test]
async fn a_watcher_that_falls_behind_is_told() {
    let store = Arc::new(Store::in_memory(Window {
        events: 4,
        bytes: 1 << 20,
    }));
    let pods = Collection::new("", "pods");
    let (_, mut slow) = Watcher::from_now(&store, &pods);
    for number in 0..4 {
        let (key, object) = pod(&format!("p{number}"), number);
        store.put(&key, Expect::Absent, object).unwrap();
    }
    let (_, mut behind) = Watcher::from_now(&store, &pods);
    assert_eq!(slow.next().await.unwrap().len(), 4);
    for number in 4..9 {
        let (key, object) = pod(&format!("p{number}"), number);
        store.put(&key, Expect::Absent, object).unwrap();
    }
    assert_eq!(behind.next().await.unwrap_err(), Expired);
    assert_eq!(slow.next().await.unwrap_err(), Expired);
}

#[test]
fn a_snapshot_is_not_changed_by_later_writes() {
    let store = Store::in_memory(Window::default());
    let (key, object) = pod("a", 1);
    let entry = store.put(&key, Expect::Absent, object.clone()).unwrap();
    let snapshot = store.snapshot(&key.collection);
    store.retain(&snapshot);
    store.remove(&key, entry.version, object).unwrap();
    assert_eq!(snapshot.iter(Some("ns"), None).count(), 1);
    let again = store.retained(&key.collection, snapshot.version).unwrap();
    assert_eq!(again.iter(None, None).count(), 1);
    assert_eq!(store.snapshot(&key.collection).iter(None, None).count(), 0);
}
