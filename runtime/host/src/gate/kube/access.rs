//! From a request to what has to be allowed.

use serde_json::Value;

use kanister_api::function::Verb;

use super::body::{Body, BodyKind};
use super::pod;
use super::query::Query;
use super::request::ResourceRequest;
use crate::authority::{Access, ExecAccess, KubernetesAccess, ObjectName, WorkloadAccess};

/// All that has to be allowed for a request; the error says why no rule can allow it.
pub(super) fn accesses(
    request: &ResourceRequest,
    query: &Query,
    body: &Body,
) -> Result<Vec<Access>, String> {
    if request.is_pod(Some("exec")) {
        return Ok(vec![exec(request, query)?]);
    }
    if request.is_pod(Some("ephemeralcontainers")) && request.verb == Verb::Patch {
        return Err(
            "ephemeral containers are judged with the whole pod; replace it instead of patching"
                .to_owned(),
        );
    }
    let kubernetes = Access::Kubernetes(kubernetes(request, body)?);
    let whole_pod = request.is_pod(None) || request.is_pod(Some("ephemeralcontainers"));
    match (request.verb, body.kind()) {
        (Verb::Create, _) if request.is_pod(None) => Ok(vec![pod_of(request, body)?]),
        (Verb::Update, _) if whole_pod => Ok(vec![kubernetes, pod_of(request, body)?]),
        (Verb::Patch, BodyKind::Apply) if whole_pod => Ok(vec![kubernetes, pod_of(request, body)?]),
        (Verb::Patch, kind) if whole_pod => {
            only_metadata(kind, body)?;
            Ok(vec![kubernetes])
        }
        _ => Ok(vec![kubernetes]),
    }
}

fn exec(request: &ResourceRequest, query: &Query) -> Result<Access, String> {
    const KNOWN: [&str; 6] = ["command", "container", "stdin", "stdout", "stderr", "tty"];
    if !matches!(request.verb, Verb::Get | Verb::Create) {
        return Err("a command is started with GET or POST".to_owned());
    }
    if let Some(unknown) = query.names().find(|name| !KNOWN.contains(name)) {
        return Err(format!("the parameter {unknown:?} of an exec is unknown"));
    }
    let argv: Vec<String> = query.all("command").cloned().collect();
    if argv.is_empty() {
        return Err("an exec without a command".to_owned());
    }
    let (Some(namespace), Some(pod)) = (&request.namespace, &request.name) else {
        return Err("an exec without a namespace or a pod".to_owned());
    };
    let container = query.one("container")?.filter(|name| !name.is_empty());
    Ok(Access::Exec(ExecAccess {
        namespace: namespace.clone(),
        pod: pod.clone(),
        container: container.map(str::to_owned),
        argv,
    }))
}

fn kubernetes(request: &ResourceRequest, body: &Body) -> Result<KubernetesAccess, String> {
    let name = match &request.name {
        Some(name) => ObjectName::Exact(name.clone()),
        None if request.verb == Verb::Create => created_name(body.json()),
        None => ObjectName::Any,
    };
    let writes = matches!(request.verb, Verb::Create | Verb::Update | Verb::Patch);
    if let (true, Some(written)) = (writes, metadata(body.json(), "namespace")) {
        // The API server refuses this too; here it keeps the check and the object apart from
        // nothing: what is checked is what is written.
        let is_namespace = request.group.is_empty() && request.resource == "namespaces";
        if !written.is_empty() && !is_namespace && request.namespace.as_deref() != Some(written) {
            return Err(format!(
                "the object says namespace {written:?}, the path does not"
            ));
        }
    }
    Ok(KubernetesAccess {
        verb: request.verb,
        group: request.group.clone(),
        version: request.version.clone(),
        resource: request.resource.clone(),
        subresource: request.subresource.clone(),
        namespace: request.namespace.clone(),
        name,
    })
}

fn metadata<'a>(object: Option<&'a Value>, field: &str) -> Option<&'a str> {
    object?.get("metadata")?.get(field)?.as_str()
}

fn created_name(object: Option<&Value>) -> ObjectName {
    let text = |field| metadata(object, field).filter(|text| !text.is_empty());
    match (text("name"), text("generateName")) {
        (Some(name), _) => ObjectName::Exact(name.to_owned()),
        (None, Some(start)) => ObjectName::Generated(start.to_owned()),
        (None, None) => ObjectName::Any,
    }
}

fn pod_of(request: &ResourceRequest, body: &Body) -> Result<Access, String> {
    let Some(namespace) = &request.namespace else {
        return Err("a pod outside of any namespace".to_owned());
    };
    let object = body.json().ok_or("a pod without a body")?;
    let workload: WorkloadAccess = pod::workload(namespace, object)?;
    Ok(Access::Workload(workload))
}

/// Whether a patch of a pod changes nothing but its metadata.
fn only_metadata(kind: BodyKind, body: &Body) -> Result<(), String> {
    let metadata_only = match (kind, body.json()) {
        (BodyKind::JsonPatch, Some(Value::Array(operations))) => {
            let within = |operation: &Value, field| match operation.get(field) {
                None => field == "from",
                Some(path) => path
                    .as_str()
                    .is_some_and(|path| path.starts_with("/metadata/")),
            };
            operations
                .iter()
                .all(|operation| within(operation, "path") && within(operation, "from"))
        }
        (BodyKind::Merge, Some(Value::Object(fields))) => fields
            .keys()
            .all(|key| matches!(key.as_str(), "metadata" | "apiVersion" | "kind")),
        _ => false,
    };
    if metadata_only {
        Ok(())
    } else {
        Err("a patch of a pod may change only its metadata; replace or apply the pod".to_owned())
    }
}
