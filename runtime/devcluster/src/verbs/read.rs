//! Get and list.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::json;

use super::{Call, Objects};
use crate::selector::{Fields, Labels};
use crate::status::Status;
use crate::store::{Entry, Snapshot};

/// What a list is limited to.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListOptions {
    pub(crate) labels: Labels,
    pub(crate) fields: Fields,
    pub(crate) limit: Option<usize>,
    pub(crate) resume: Option<String>,
    pub(crate) version: Option<u64>,
    /// Exactly that version, not a newer one.
    pub(crate) exact: bool,
}

impl ListOptions {
    pub(crate) fn matches(&self, entry: &Entry) -> bool {
        self.labels.matches(&entry.object) && self.fields.matches(&entry.object)
    }
}

/// A part of a list.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) version: u64,
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) resume: Option<String>,
    pub(crate) remaining: Option<usize>,
}

impl Objects {
    pub(crate) fn get(&self, call: &Call, name: &str) -> Result<Arc<Entry>, Status> {
        self.store
            .get(&call.key(name))
            .ok_or_else(|| Status::not_found(&call.resource, name))
    }

    pub(crate) fn list(&self, call: &Call, options: &ListOptions) -> Result<Page, Status> {
        let namespace = (call.resource.namespaced && !call.namespace.is_empty())
            .then_some(call.namespace.as_str());
        let collection = &call.resource.collection;
        let place = options.resume.as_deref().map(Place::decode).transpose()?;
        let snapshot = match (&place, options.version) {
            (Some(place), _) => self.retained(call, place.version)?,
            (None, Some(version)) if options.exact => self.retained(call, version)?,
            (None, version) => {
                let snapshot = self.store.snapshot(collection);
                if let Some(version) = version.filter(|version| *version > snapshot.version) {
                    return Err(Status::future_version(version, snapshot.version));
                }
                snapshot
            }
        };
        let after = place
            .as_ref()
            .map(|place| (place.namespace.as_str(), place.name.as_str()));
        let mut found = snapshot
            .iter(namespace, after)
            .filter(|entry| options.matches(entry));
        let limit = options
            .limit
            .filter(|limit| *limit > 0)
            .unwrap_or(usize::MAX);
        let entries: Vec<Arc<Entry>> = found.by_ref().take(limit).cloned().collect();
        let rest = found.count();
        let mut page = Page {
            version: snapshot.version,
            entries,
            resume: None,
            remaining: None,
        };
        if let (Some(last), true) = (page.entries.last(), rest > 0) {
            let place = Place {
                version: snapshot.version,
                namespace: last.key.namespace.to_string(),
                name: last.key.name.to_string(),
            };
            page.resume = Some(place.encode());
            page.remaining = Some(rest).filter(|_| options.labels.is_empty());
            self.store.retain(&snapshot);
        }
        Ok(page)
    }

    fn retained(&self, call: &Call, version: u64) -> Result<Snapshot, Status> {
        let current = self.store.snapshot(&call.resource.collection);
        if current.version == version {
            return Ok(current);
        }
        if version > current.version {
            return Err(Status::future_version(version, current.version));
        }
        self.store.retained(&call.resource.collection, version).map_err(|_| {
            Status::expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.")
        })
    }
}

/// Where a list goes on.
struct Place {
    version: u64,
    namespace: String,
    name: String,
}

impl Place {
    fn encode(&self) -> String {
        let text = json!([self.version, self.namespace, self.name]).to_string();
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    }

    fn decode(text: &str) -> Result<Self, Status> {
        let read = || {
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(text)
                .ok()?;
            let (version, namespace, name) = serde_json::from_slice(&bytes).ok()?;
            Some(Self {
                version,
                namespace,
                name,
            })
        };
        read().ok_or_else(|| Status::bad_request("continue key is not valid"))
    }
}
