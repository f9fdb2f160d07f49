//! Blueprints as the watches saw them last.

use super::{About, EventQueue};
use crate::key::Key;
use crate::watch::Change;
use kanister_api::Blueprint;
use kanister_engine::EventKind;
use kube::core::DeserializeGuard;
use kube::{Resource as _, ResourceExt as _};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What is remembered of the Blueprints of all namespaces that are watched. Clones remember the same.
#[derive(Clone, Default)]
pub(crate) struct Blueprints(Arc<RwLock<HashMap<Key, Arc<Blueprint>>>>);

impl Blueprints {
    /// A Blueprint as it was seen last.
    pub(super) fn get(&self, key: &Key) -> Option<Arc<Blueprint>> {
        self.0.read().get(key).cloned()
    }

    /// Remembers what a watch of a namespace tells, and tells of each Blueprint that is new, as
    /// upstream does.
    pub(crate) async fn follow(
        self,
        mut changed: mpsc::Receiver<Change<DeserializeGuard<Blueprint>>>,
        namespace: String,
        events: EventQueue,
    ) {
        while let Some(change) = changed.recv().await {
            match change {
                Change::Applied { object, new } => {
                    let name = object.name_any();
                    if new {
                        let about = About {
                            kind: "Blueprint",
                            namespace: namespace.clone(),
                            name: name.clone(),
                            uid: object.meta().uid.clone(),
                        };
                        let message = format!("Added blueprint {name}");
                        events.push(&about, EventKind::Normal, "Added", &message);
                    }
                    let namespace = namespace.clone();
                    let key = Key { namespace, name };
                    match object.0 {
                        Ok(blueprint) => self.0.write().insert(key, Arc::new(blueprint)),
                        // Whoever needs it reads it and says what is wrong.
                        Err(_) => self.0.write().remove(&key),
                    };
                }
                Change::Deleted(name) => {
                    let namespace = namespace.clone();
                    self.0.write().remove(&Key { namespace, name });
                }
                Change::Synced => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn applied(blueprint: Value) -> Change<DeserializeGuard<Blueprint>> {
        let object = serde_json::from_value(blueprint).unwrap();
        Change::Applied { object, new: false }
    }

    #[tokio::test]
    async fn what_is_remembered_is_what_was_seen_last() {
        let blueprints = Blueprints::default();
        let (changes, changed) = mpsc::channel(8);
        let named = |name: &str| json!({"metadata": {"name": name}, "actions": {}});
        for change in [
            applied(named("kept")),
            applied(named("gone")),
            applied(named("damaged")),
            applied(json!({"metadata": {"name": "kept"}, "actions": {"act": {"phases": []}}})),
            Change::Deleted("gone".to_owned()),
            applied(json!({"metadata": {"name": "damaged"}, "actions": 5})),
            Change::Synced,
        ] {
            changes.send(change).await.unwrap();
        }
        drop(changes);
        let events = EventQueue::start(nowhere());
        let following = blueprints.clone();
        following.follow(changed, "n".to_owned(), events).await;
        let get = |namespace: &str, name: &str| {
            blueprints.get(&Key {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            })
        };
        assert!(get("n", "kept").unwrap().actions.contains_key("act"));
        assert!(get("n", "gone").is_none());
        assert!(get("n", "damaged").is_none());
        assert!(get("other", "kept").is_none());
    }

    fn nowhere() -> kube::Client {
        let config = kube::Config::new("http://127.0.0.1:9".parse().unwrap());
        kube::Client::try_from(config).unwrap()
    }
}
