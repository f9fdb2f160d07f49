//! What a request is about, as the API server's `RequestInfo` resolver has it (package
//! `k8s.io/apiserver/pkg/endpoints/request`), but with a strict reading of the path.

use http::Method;
use kanister_api::function::Verb;

use super::path;
use super::query::Query;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RequestInfo {
    /// Which resources there are.
    Discovery,
    /// A resource.
    Resource(ResourceRequest),
}

/// A request on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourceRequest {
    pub(super) verb: Verb,
    pub(super) group: String,
    pub(super) version: String,
    pub(super) namespace: Option<String>,
    pub(super) resource: String,
    /// The name in the path, or the one name that a field selector allows.
    pub(super) name: Option<String>,
    pub(super) subresource: Option<String>,
}

impl ResourceRequest {
    /// Whether it is about pods themselves or this subresource of theirs.
    pub(super) fn is_pod(&self, subresource: Option<&str>) -> bool {
        self.group.is_empty()
            && self.resource == "pods"
            && self.subresource.as_deref() == subresource
    }
}

/// Reads method, path and query. The error says why the request is none that the gate knows.
pub(super) fn read(
    method: &Method,
    path: &str,
    query: &Query,
) -> Result<RequestInfo, &'static str> {
    let segments = path::segments(path)?;
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (group, rest) = match parts.as_slice() {
        ["version" | "api" | "apis"] => return discovery(method),
        ["api", rest @ ..] => ("", rest),
        ["apis", group] if is_group(group) => return discovery(method),
        ["apis", group, rest @ ..] if is_group(group) => (*group, rest),
        _ => return Err("the path is not one of the API of resources"),
    };
    let (version, rest) = match rest {
        [version] if is_version(version) => return discovery(method),
        [version, rest @ ..] if is_version(version) => (*version, rest),
        _ => return Err("the path has no version of an API"),
    };
    let (legacy_watch, rest) = match rest {
        ["watch"] => return Err("the path says what to do and not to what"),
        ["watch", rest @ ..] => (true, rest),
        ["proxy", ..] => return Err("the path is of the proxy that Kubernetes has removed"),
        rest => (false, rest),
    };
    let (namespace, parts) = match rest {
        // The subresources of namespaces themselves.
        ["namespaces", namespace, "status" | "finalize"] | ["namespaces", namespace] => {
            (Some(*namespace), rest)
        }
        ["namespaces", _, "status" | "finalize", ..] => {
            return Err("the path goes deeper than any resource");
        }
        ["namespaces", namespace, parts @ ..] => (Some(*namespace), parts),
        parts => (None, parts),
    };
    let (resource, name, subresource) = match parts {
        [resource] => (*resource, None, None),
        [resource, name] => (*resource, Some(*name), None),
        [resource, name, subresource] => (*resource, Some(*name), Some(*subresource)),
        [resource, name, "proxy", ..] => (*resource, Some(*name), Some("proxy")),
        _ => return Err("the path goes deeper than any resource"),
    };
    if !is_word(resource)
        || subresource.is_some_and(|word| !is_word(word))
        || namespace.is_some_and(|name| !is_label(name))
    {
        return Err("the path has a resource or a namespace in a form that none has");
    }
    let mut name = name.map(str::to_owned);
    let verb = verb(method, legacy_watch, query, &mut name, subresource)?;
    Ok(RequestInfo::Resource(ResourceRequest {
        verb,
        group: group.to_owned(),
        version: version.to_owned(),
        namespace: namespace.map(str::to_owned),
        resource: resource.to_owned(),
        name,
        subresource: subresource.map(str::to_owned),
    }))
}

/// The verb; for lists and watches also the name that their selector allows.
fn verb(
    method: &Method,
    legacy_watch: bool,
    query: &Query,
    name: &mut Option<String>,
    subresource: Option<&str>,
) -> Result<Verb, &'static str> {
    let reads = *method == Method::GET || *method == Method::HEAD;
    if legacy_watch {
        return match (reads, subresource) {
            (true, None) => Ok(Verb::Watch),
            _ => Err("the path is of a watch, the method or the subresource is not"),
        };
    }
    if reads {
        if name.is_some() {
            return Ok(Verb::Get);
        }
        *name = query.selected_name()?;
        return Ok(if query.is_watch()? {
            Verb::Watch
        } else {
            Verb::List
        });
    }
    match (method, name.is_some(), subresource.is_some()) {
        (&Method::POST, false, false) | (&Method::POST, true, true) => Ok(Verb::Create),
        (&Method::PUT, true, _) => Ok(Verb::Update),
        (&Method::PATCH, true, _) => Ok(Verb::Patch),
        (&Method::DELETE, true, _) => Ok(Verb::Delete),
        (&Method::DELETE, false, _) => Ok(Verb::DeleteCollection),
        _ => Err("the method does not fit the path"),
    }
}

fn discovery(method: &Method) -> Result<RequestInfo, &'static str> {
    if *method == Method::GET {
        Ok(RequestInfo::Discovery)
    } else {
        Err("the method does not fit the path")
    }
}

fn is_label(text: &str) -> bool {
    text.len() <= 63
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase()) && is_label(text)
}

fn is_group(text: &str) -> bool {
    text.split('.')
        .all(|label| !label.is_empty() && is_label(label))
}

/// `v1`, `v2beta3`.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else {
        return false;
    };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match rest.split_once("alpha").or_else(|| rest.split_once("beta")) {
        Some((major, minor)) => number(major) && number(minor),
        None => number(rest),
    }
}
