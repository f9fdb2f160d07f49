//! Objects of Kubernetes.

use crate::bindings::kanister::kube::objects;
use crate::context::Context;
use crate::failure::Result;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

pub use crate::bindings::kanister::kube::types::{ApiResource, ObjectRef};
pub use objects::{
    Condition, ConditionEquals, DeleteOptions, ListQuery, PatchKind, PathEquals, Preconditions,
    Propagation, Resolved, WriteOptions,
};

/// The API server, as far as the grant reaches.
#[derive(Debug, Clone, Copy)]
pub struct Kube(());

impl Context {
    /// Objects of Kubernetes.
    #[must_use]
    pub fn kube(&self) -> Kube {
        Kube(())
    }
}

/// A resource of the API: `resource("apps", "v1", "deployments")`.
pub fn resource(group: &str, version: &str, plural: &str) -> ApiResource {
    ApiResource {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: plural.to_owned(),
    }
}

impl ApiResource {
    /// One object; without a namespace, of the cluster.
    #[must_use]
    pub fn object(&self, namespace: Option<&str>, name: &str) -> ObjectRef {
        ObjectRef {
            api: self.clone(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }
}

/// Written under the name of the function, and not as a dry run.
impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            field_manager: None,
            dry_run: false,
        }
    }
}

/// The cluster's own way of deleting.
impl Default for DeleteOptions {
    fn default() -> Self {
        Self {
            propagation: None,
            grace_period_seconds: None,
            preconditions: None,
            dry_run: false,
        }
    }
}

impl Kube {
    /// The resource behind a kind: `("apps/v1", "Deployment")`.
    ///
    /// # Errors
    /// The cluster does not know it.
    pub fn resolve(&self, api_version: &str, kind: &str) -> Result<Resolved> {
        Ok(objects::resolve(api_version, kind)?)
    }

    /// An object.
    ///
    /// # Errors
    /// Denied, or not there; it is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, target: &ObjectRef) -> Result<T> {
        Ok(serde_json::from_str(&objects::get(target, &[])?)?)
    }

    /// Every object that the query finds, page by page.
    ///
    /// # Errors
    /// Denied; an object is not a `T`.
    pub fn list<T: DeserializeOwned>(&self, query: &ListQuery) -> Result<Vec<T>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page = objects::list(query, next.as_deref())?;
            for item in &page.items {
                all.push(serde_json::from_str(item)?);
            }
            next = page.next;
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    /// Creates an object; answers with it as the server stored it.
    ///
    /// # Errors
    /// Denied, it exists already, or the server finds it wrong.
    pub fn create(
        &self,
        api: &ApiResource,
        namespace: Option<&str>,
        object: &Value,
        options: &WriteOptions,
    ) -> Result<Value> {
        parsed(objects::create(
            api,
            namespace,
            &object.to_string(),
            options,
        ))
    }

    /// Applies an object on the server's side; `force` takes fields over from others.
    ///
    /// # Errors
    /// Denied, or fields belong to others.
    pub fn apply(
        &self,
        api: &ApiResource,
        namespace: Option<&str>,
        object: &Value,
        force: bool,
        options: &WriteOptions,
    ) -> Result<Value> {
        parsed(objects::apply(
            api,
            namespace,
            &object.to_string(),
            force,
            options,
        ))
    }

    /// Writes a whole object.
    ///
    /// # Errors
    /// Denied, or it has changed meanwhile.
    pub fn replace(
        &self,
        target: &ObjectRef,
        object: &Value,
        options: &WriteOptions,
    ) -> Result<Value> {
        parsed(objects::replace(target, None, &object.to_string(), options))
    }

    /// Changes a part of an object.
    ///
    /// # Errors
    /// Denied, or not there.
    pub fn patch(
        &self,
        target: &ObjectRef,
        kind: PatchKind,
        patch: &Value,
        options: &WriteOptions,
    ) -> Result<Value> {
        parsed(objects::patch(
            target,
            None,
            kind,
            &patch.to_string(),
            None,
            options,
        ))
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// Denied, or not there.
    pub fn delete(&self, target: &ObjectRef, options: &DeleteOptions) -> Result<()> {
        Ok(objects::delete(target, options)?)
    }

    /// Blocks until a condition holds; answers with the object, or with null when it waited
    /// for its absence.
    ///
    /// # Errors
    /// Denied; it did not hold in time (retryable, code `timeout`).
    pub fn wait(&self, target: &ObjectRef, until: &Condition, timeout: Duration) -> Result<Value> {
        parsed(objects::wait(target, until, millis(timeout)))
    }

    /// Follows several objects. The state found first is a change too.
    ///
    /// # Errors
    /// Denied.
    pub fn watch(&self, targets: &[ObjectRef]) -> Result<Watcher> {
        Ok(Watcher(objects::watch(targets)?))
    }
}

/// Follows objects.
#[derive(Debug)]
pub struct Watcher(objects::Watcher);

impl Watcher {
    /// The next change: its position among the objects watched, and the object, unless it is
    /// not there. None when the time passed without a change.
    ///
    /// # Errors
    /// The connection broke.
    pub fn next(&self, timeout: Duration) -> Result<Option<(usize, Option<Value>)>> {
        let Some(objects::Change { target, object }) = self.0.next(millis(timeout))? else {
            return Ok(None);
        };
        let object = object
            .map(|object| serde_json::from_str(&object))
            .transpose()?;
        Ok(Some((target as usize, object)))
    }
}

fn parsed<E>(json: Result<String, E>) -> Result<Value>
where
    crate::types::Failure: From<E>,
{
    Ok(serde_json::from_str(&json?)?)
}

/// A length of time as the host counts it.
#[must_use]
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
