//! Which resource stands behind a kind.

use super::error::KubeError;
use super::transport;
use crate::bindings::kanister::kube::objects::Resolved;
use crate::bindings::kanister::kube::types::ApiResource;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Bytes of the list of resources of one version.
const LARGEST: usize = 4 << 20;

/// Versions whose resources are remembered; whoever asks for more asks the server again.
const MOST: usize = 256;

/// A kind that is not there yet may appear: CRDs are installed while we run.
const LIFETIME: Duration = Duration::from_secs(600);

/// What the API server said of its resources. Clones share it.
#[derive(Clone, Default)]
pub struct Discovery(Arc<Mutex<HashMap<String, Known>>>);

#[derive(Clone)]
struct Known {
    since: Instant,
    resources: Arc<[Resource]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Resource {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    version: Option<String>,
}

impl Discovery {
    /// Finds the resource of a kind.
    ///
    /// # Errors
    /// [`KubeError::NotFound`] if the server has no such kind.
    pub(super) async fn resolve(
        &self,
        client: &kube::Client,
        api_version: &str,
        kind: &str,
    ) -> Result<Resolved, KubeError> {
        let (group, version) = split(api_version)?;
        if let Some(known) = self.known(api_version)
            && let Some(resolved) = find(&known, group, version, kind)
        {
            return Ok(resolved);
        }
        let resources = fetch(client, group, version).await?;
        self.remember(api_version, Arc::clone(&resources));
        find(&resources, group, version, kind).ok_or_else(|| {
            KubeError::NotFound(format!("the cluster has no kind {kind:?} in {api_version}"))
        })
    }

    fn known(&self, api_version: &str) -> Option<Arc<[Resource]>> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cache.get(api_version)?;
        (known.since.elapsed() < LIFETIME).then(|| Arc::clone(&known.resources))
    }

    fn remember(&self, api_version: &str, resources: Arc<[Resource]>) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= MOST {
            cache.clear();
        }
        let since = Instant::now();
        cache.insert(api_version.to_owned(), Known { since, resources });
    }
}

fn split(api_version: &str) -> Result<(&str, &str), KubeError> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    // The kind's list lies where its collection lies, less the resource.
    let part = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.len() <= 253
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    };
    if part(version) && (part(group) || !api_version.contains('/')) {
        Ok((group, version))
    } else {
        Err(KubeError::Invalid(format!(
            "{api_version:?} is no apiVersion; it is written as `v1` or `apps/v1`"
        )))
    }
}

async fn fetch(
    client: &kube::Client,
    group: &str,
    version: &str,
) -> Result<Arc<[Resource]>, KubeError> {
    let url = if group.is_empty() {
        format!("/api/{version}")
    } else {
        format!("/apis/{group}/{version}")
    };
    let request = http::Request::get(url)
        .header(http::header::ACCEPT, transport::JSON)
        .body(Vec::new())
        .map_err(|error| KubeError::Invalid(error.to_string()))?;
    let mut answer = match transport::send(client, request, LARGEST).await {
        Ok(answer) => answer,
        Err(KubeError::NotFound(_)) => {
            let name = if group.is_empty() { "core" } else { group };
            return Err(KubeError::NotFound(format!(
                "the cluster has no API {name} in version {version}"
            )));
        }
        Err(error) => return Err(error),
    };
    let resources = answer.get_mut("resources").map(Value::take);
    serde_json::from_value::<Vec<Resource>>(resources.unwrap_or_default())
        .map(Arc::from)
        .map_err(|error| {
            KubeError::Other(format!("the list of resources is not understood: {error}"))
        })
}

fn find(resources: &[Resource], group: &str, version: &str, kind: &str) -> Option<Resolved> {
    let resource = resources
        .iter()
        .find(|resource| resource.kind == kind && !resource.name.contains('/'))?;
    Some(Resolved {
        api: ApiResource {
            group: resource.group.clone().unwrap_or_else(|| group.to_owned()),
            version: resource
                .version
                .clone()
                .unwrap_or_else(|| version.to_owned()),
            plural: resource.name.clone(),
        },
        kind: resource.kind.clone(),
        namespaced: resource.namespaced,
    })
}

#[cfg(test)]
mod tests;
