//! `create`, `apply`, `replace`, `patch` and `delete`.

use super::object;
use crate::bindings::kanister::kube::objects::{
    DeleteOptions, PatchKind, Preconditions, Propagation, WriteOptions,
};
use crate::bindings::kanister::kube::types::{ApiResource, ObjectRef};
use crate::capability::kube::KubeError;
use crate::capability::kube::path::Path;
use crate::capability::kube::transport::{self, JSON, LARGEST_OBJECT};
use http::Method;
use serde_json::{Map, Value, json};

/// Who writes: the cluster, and the name under which it remembers the fields written.
pub(super) struct Writer<'a> {
    pub(super) client: &'a kube::Client,
    pub(super) function: &'a str,
}

impl Writer<'_> {
    async fn send(
        &self,
        method: Method,
        path: Path,
        kind: &str,
        body: &Value,
        options: &WriteOptions,
    ) -> Result<String, KubeError> {
        let WriteOptions {
            field_manager,
            dry_run,
        } = options;
        let manager = field_manager.as_deref().unwrap_or(self.function);
        let mut path = path.query("fieldManager", manager);
        if *dry_run {
            path = path.query("dryRun", "All");
        }
        let body = (kind, body.to_string().into_bytes());
        let request = transport::request(method, &path, Some(body))?;
        let answer = transport::send(self.client, request, LARGEST_OBJECT).await?;
        Ok(answer.to_string())
    }

    pub(super) async fn create(
        &self,
        api: &ApiResource,
        namespace: Option<&str>,
        text: &str,
        options: &WriteOptions,
    ) -> Result<String, KubeError> {
        let path = Path::collection(api, namespace)?;
        self.send(Method::POST, path, JSON, &object(text)?, options)
            .await
    }

    pub(super) async fn apply(
        &self,
        api: &ApiResource,
        namespace: Option<String>,
        text: &str,
        force: bool,
        options: &WriteOptions,
    ) -> Result<String, KubeError> {
        let object = object(text)?;
        let name = object.pointer("/metadata/name").and_then(Value::as_str);
        let target = ObjectRef {
            api: api.clone(),
            namespace,
            name: name
                .ok_or_else(|| {
                    KubeError::Invalid("an object to apply needs metadata.name".to_owned())
                })?
                .to_owned(),
        };
        let force = if force { "true" } else { "false" };
        let path = Path::object(&target)?.query("force", force);
        // JSON is YAML, and this is the media type that every version understands.
        let kind = "application/apply-patch+yaml";
        self.send(Method::PATCH, path, kind, &object, options).await
    }

    pub(super) async fn replace(
        &self,
        target: &ObjectRef,
        subresource: Option<&str>,
        text: &str,
        options: &WriteOptions,
    ) -> Result<String, KubeError> {
        let path = Path::part(target, subresource)?;
        self.send(Method::PUT, path, JSON, &object(text)?, options)
            .await
    }

    pub(super) async fn patch(
        &self,
        target: &ObjectRef,
        subresource: Option<&str>,
        (kind, text): (PatchKind, &str),
        preconditions: Option<&Preconditions>,
        options: &WriteOptions,
    ) -> Result<String, KubeError> {
        let path = Path::part(target, subresource)?;
        let body = guarded(kind, text, preconditions)?;
        let media = match kind {
            PatchKind::Merge => "application/merge-patch+json",
            PatchKind::Strategic => "application/strategic-merge-patch+json",
            PatchKind::JsonPatch => "application/json-patch+json",
        };
        let written = self.send(Method::PATCH, path, media, &body, options).await;
        match written {
            // Another uid is refused as a change of a field that cannot change.
            Err(KubeError::Invalid(why))
                if preconditions.is_some_and(|it| it.uid.is_some())
                    && why.contains("metadata.uid") =>
            {
                Err(KubeError::Conflict(why))
            }
            other => other,
        }
    }

    pub(super) async fn delete(
        &self,
        target: &ObjectRef,
        options: DeleteOptions,
    ) -> Result<(), KubeError> {
        let body = (JSON, delete_options(options).to_string().into_bytes());
        let path = Path::object(target)?;
        let request = transport::request(Method::DELETE, &path, Some(body))?;
        transport::send(self.client, request, LARGEST_OBJECT).await?;
        Ok(())
    }
}

/// A patch that only succeeds on the object that was meant: the server compares the
/// version and uid that a patch would write with those that are there.
fn guarded(
    kind: PatchKind,
    text: &str,
    preconditions: Option<&Preconditions>,
) -> Result<Value, KubeError> {
    let mut wanted = Vec::new();
    if let Some(Preconditions {
        uid,
        resource_version,
    }) = preconditions
    {
        wanted.extend(uid.as_ref().map(|uid| ("uid", uid)));
        wanted.extend(resource_version.as_ref().map(|it| ("resourceVersion", it)));
    }
    if kind == PatchKind::JsonPatch {
        let steps: Value = serde_json::from_str(text)
            .map_err(|error| KubeError::Invalid(format!("the patch is no JSON: {error}")))?;
        let Value::Array(mut steps) = steps else {
            return Err(KubeError::Invalid(
                "a JSON patch is a list of operations".to_owned(),
            ));
        };
        for (field, value) in wanted {
            let path = format!("/metadata/{field}");
            steps.push(json!({"op": "replace", "path": path, "value": value}));
        }
        return Ok(Value::Array(steps));
    }
    let mut patch = object(text)?;
    if !wanted.is_empty()
        && let Value::Object(patch) = &mut patch
    {
        let metadata = patch
            .entry("metadata")
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(metadata) = metadata else {
            return Err(KubeError::Invalid(
                "the patch's metadata is no JSON object".to_owned(),
            ));
        };
        for (field, value) in wanted {
            metadata.insert(field.to_owned(), Value::String(value.clone()));
        }
    }
    Ok(patch)
}

fn delete_options(options: DeleteOptions) -> Value {
    let DeleteOptions {
        propagation,
        grace_period_seconds,
        preconditions,
        dry_run,
    } = options;
    let mut body = Map::new();
    body.insert("apiVersion".to_owned(), json!("v1"));
    body.insert("kind".to_owned(), json!("DeleteOptions"));
    if let Some(propagation) = propagation {
        let policy = match propagation {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        };
        body.insert("propagationPolicy".to_owned(), json!(policy));
    }
    if let Some(seconds) = grace_period_seconds {
        body.insert("gracePeriodSeconds".to_owned(), json!(seconds));
    }
    if let Some(Preconditions {
        uid,
        resource_version,
    }) = preconditions
    {
        let mut wanted = Map::new();
        wanted.extend(uid.map(|uid| ("uid".to_owned(), json!(uid))));
        wanted.extend(resource_version.map(|it| ("resourceVersion".to_owned(), json!(it))));
        body.insert("preconditions".to_owned(), Value::Object(wanted));
    }
    if dry_run {
        body.insert("dryRun".to_owned(), json!(["All"]));
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests;
