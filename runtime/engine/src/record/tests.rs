//! Who claims an ActionSet, and what is written and told of it.

use super::{Live, Record, RecordError};
use crate::control::RunHandle;
use crate::seat::{EventSink as _, RunEvent};
use crate::testing::{MemoryStore, Told};
use kanister_api::{ActionSet, Run, State};
use serde_json::json;
use std::sync::Arc;

struct Begun {
    store: Arc<MemoryStore>,
    record: Record,
    told: Arc<Told>,
}

/// A run that means to claim its ActionSet, and has told that its action begins.
async fn begun() -> Begun {
    let store = Arc::new(MemoryStore::new(json!({
        "metadata": {"name": "s"},
        "spec": {"actions": [{"name": "a"}]},
        "status": {"state": "pending", "actions": [{"phases": [{"name": "p", "state": "pending"}]}]},
    })));
    let (_handle, control) = RunHandle::new();
    let record = Record::open(store.clone(), control, "me").await.unwrap();
    let told = Arc::new(Told::default());
    let events = record.intend_claim(told.clone()).await;
    events.emit(RunEvent::started_action("a"));
    assert!(told.reasons().is_empty());
    Begun {
        store,
        record,
        told,
    }
}

fn begin_phase(live: &mut Live) {
    live.action(0).unwrap().phases[0].state = State::Running;
}

/// What another process leaves.
fn others(before: &ActionSet, state: State, run: Option<&str>) -> ActionSet {
    let mut after = before.clone();
    let status = after.status.get_or_insert_default();
    status.state = state;
    status.run = run.map(|holder| Run {
        holder: holder.to_owned(),
        ..Run::default()
    });
    after
}

#[tokio::test]
async fn the_claim_goes_with_the_first_phase() {
    let Begun {
        store,
        record,
        told,
    } = begun().await;
    record.update_with_claim(begin_phase).await.unwrap();
    assert_eq!(store.written(), ["running p=running"]);
    assert_eq!(told.reasons(), ["Started Action"]);
    record.update(|live| live.end(0)).await.unwrap();
    assert_eq!(store.written()[1..], ["complete p=running"]);
}

#[tokio::test]
async fn the_claim_comes_before_anything_else() {
    let Begun {
        store,
        record,
        told,
    } = begun().await;
    record.update(|live| live.fail("why")).await.unwrap();
    assert_eq!(store.written(), ["running p=pending", "failed p=pending"]);
    assert_eq!(told.reasons(), ["Started Action"]);
    let Begun { store, record, .. } = begun().await;
    record.claimed().await.unwrap();
    record.claimed().await.unwrap();
    assert_eq!(store.written(), ["running p=pending"]);
}

#[tokio::test]
async fn what_another_process_claimed_first_is_left_to_it() {
    for (state, run) in [
        (State::Running, Some("other")),
        (State::Complete, Some("other")),
        (State::Running, None),
        (State::Complete, None),
        (State::Failed, None),
    ] {
        let Begun {
            store,
            record,
            told,
        } = begun().await;
        let theirs = store.write(others(&store.now(), state.clone(), run));
        let update = record.update_with_claim(begin_phase).await;
        let holder = run.unwrap_or("another controller").to_owned();
        assert_eq!(
            update,
            Err(RecordError::Superseded(holder)),
            "{state:?} {run:?}"
        );
        assert_eq!(store.now(), theirs, "{state:?} {run:?}");
        assert!(told.reasons().is_empty(), "{state:?} {run:?}");
    }
}

#[tokio::test]
async fn what_another_process_ended_before_our_first_write_is_left_to_it() {
    let store = Arc::new(MemoryStore::new(json!({
        "metadata": {"name": "s"},
        "spec": {"actions": [{"name": "a"}]},
    })));
    let (_handle, control) = RunHandle::new();
    let record = Record::open(store.clone(), control, "me").await.unwrap();
    let theirs = store.write(others(&store.now(), State::Complete, None));
    let update = record.update(|live| live.status.state = State::Pending);
    let holder = "another controller".to_owned();
    assert_eq!(update.await, Err(RecordError::Superseded(holder)));
    assert_eq!(store.now(), theirs);
}

#[tokio::test]
async fn an_end_that_users_label_is_still_freed() {
    let store = Arc::new(MemoryStore::new(json!({
        "metadata": {"name": "s", "finalizers": [crate::record::FINALIZER]},
        "spec": {"actions": [{"name": "a"}]},
        "status": {"state": "complete"},
    })));
    let (_handle, control) = RunHandle::new();
    let record = Record::open(store.clone(), control, "me").await.unwrap();
    let mut labelled = store.now();
    labelled.metadata.labels = Some([("a".to_owned(), "b".to_owned())].into());
    store.write(labelled);
    record.free().await.unwrap();
    let now = store.now().metadata;
    assert!(now.finalizers.is_none() && now.labels.is_some(), "{now:?}");
}

#[tokio::test]
async fn what_users_change_meanwhile_stays() {
    let Begun { store, record, .. } = begun().await;
    let mut labelled = store.now();
    labelled.metadata.labels = Some([("a".to_owned(), "b".to_owned())].into());
    store.write(labelled);
    record.update_with_claim(begin_phase).await.unwrap();
    let now = store.now();
    assert_eq!(now.metadata.labels.unwrap().len(), 1);
    assert_eq!(now.status.unwrap().state, State::Running);
}
