//! URLs of the API server, from parts that a guest named.

use super::error::KubeError;
use crate::bindings::kanister::kube::types::{ApiResource, ObjectRef};
use std::fmt::Write as _;

/// Bytes that one part of a path may have; names of objects have at most 253.
const LONGEST: usize = 253;

/// Path and query of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    path: String,
    query: String,
}

impl Path {
    /// Where objects of a kind are listed and created.
    ///
    /// # Errors
    /// [`KubeError::Invalid`] for a part that could change the meaning of the URL.
    pub(super) fn collection(
        api: &ApiResource,
        namespace: Option<&str>,
    ) -> Result<Self, KubeError> {
        let ApiResource {
            group,
            version,
            plural,
        } = api;
        let mut path = if group.is_empty() {
            "/api".to_owned()
        } else {
            format!("/apis/{}", segment("group", group)?)
        };
        let _ = write!(path, "/{}", segment("version", version)?);
        if let Some(namespace) = namespace {
            let _ = write!(path, "/namespaces/{}", segment("namespace", namespace)?);
        }
        let _ = write!(path, "/{}", segment("resource", plural)?);
        Ok(Self {
            path,
            query: String::new(),
        })
    }

    /// One object.
    ///
    /// # Errors
    /// As [`Path::collection`].
    pub(super) fn object(target: &ObjectRef) -> Result<Self, KubeError> {
        Self::collection(&target.api, target.namespace.as_deref())?.child("name", &target.name)
    }

    /// One object, or the part of it that a subresource is.
    ///
    /// # Errors
    /// As [`Path::collection`].
    pub(super) fn part(target: &ObjectRef, subresource: Option<&str>) -> Result<Self, KubeError> {
        let object = Self::object(target)?;
        match subresource {
            Some(subresource) => object.child("subresource", subresource),
            None => Ok(object),
        }
    }

    /// A pod's subresource.
    ///
    /// # Errors
    /// As [`Path::collection`].
    pub(super) fn pod(namespace: &str, name: &str, part: Option<&str>) -> Result<Self, KubeError> {
        Self::part(&pod(namespace, name), part)
    }

    fn child(mut self, what: &str, name: &str) -> Result<Self, KubeError> {
        let _ = write!(self.path, "/{}", segment(what, name)?);
        Ok(self)
    }

    /// Adds a parameter.
    pub(super) fn query(mut self, key: &str, value: &str) -> Self {
        let mut query = url::form_urlencoded::Serializer::new(std::mem::take(&mut self.query));
        query.append_pair(key, value);
        self.query = query.finish();
        self
    }

    /// The URL without scheme and host.
    pub(super) fn url(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }
}

/// The reference of a pod.
pub(super) fn pod(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef {
        api: ApiResource {
            group: String::new(),
            version: "v1".to_owned(),
            plural: "pods".to_owned(),
        },
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    }
}

/// A part of a path as it is: Kubernetes allows in names what a URL allows, but for the
/// characters refused here and a few that need an escape.
fn segment(what: &str, text: &str) -> Result<String, KubeError> {
    let refuse = |why: &str| Err(KubeError::Invalid(format!("the {what} {text:?} {why}")));
    if text.is_empty() {
        return Err(KubeError::Invalid(format!("the {what} is empty")));
    }
    if text.len() > LONGEST {
        return Err(KubeError::Invalid(format!(
            "the {what} has more than {LONGEST} bytes"
        )));
    }
    if text == "." || text == ".." {
        return refuse("is no name");
    }
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b':' => {
                escaped.push(char::from(byte));
            }
            b'/' | b'%' | b'?' | b'#' | b'\\' => return refuse("has a character that no name has"),
            0..=0x20 | 0x7f => return refuse("has a character that no name has"),
            other => {
                let _ = write!(escaped, "%{other:02X}");
            }
        }
    }
    Ok(escaped)
}

#[cfg(test)]
mod tests;
