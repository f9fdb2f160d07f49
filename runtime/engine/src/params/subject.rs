//! What an action acts on.

use super::read::{ParamsError, Reader};
use super::snapshot::Subject;
use super::workload;
use crate::seat::ObjectKey;
use kanister_api::ObjectReference;
use kanister_template::NamedObject;
use serde_json::{Map, Value};

/// The kinds that upstream knows by name, in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    StatefulSet,
    Deployment,
    DeploymentConfig,
    Pvc,
    Namespace,
}

impl Known {
    pub(super) fn of(reference: &ObjectReference) -> Option<Self> {
        match reference.kind.to_ascii_lowercase().as_str() {
            "statefulset" => Some(Self::StatefulSet),
            "deployment" => Some(Self::Deployment),
            "deploymentconfig" => Some(Self::DeploymentConfig),
            "pvc" => Some(Self::Pvc),
            "namespace" => Some(Self::Namespace),
            _ => None,
        }
    }
}

/// Where the subject is found.
pub(super) fn key(reference: &ObjectReference) -> ObjectKey {
    let ObjectReference {
        api_version,
        group,
        resource,
        kind: _,
        name,
        namespace,
        unknown: _,
    } = reference;
    let of = |group: &str, version: &str, plural: &str| {
        ObjectKey::namespaced(group, version, plural, namespace, name)
    };
    match Known::of(reference) {
        Some(Known::StatefulSet) => of("apps", "v1", "statefulsets"),
        Some(Known::Deployment) => of("apps", "v1", "deployments"),
        Some(Known::DeploymentConfig) => of("apps.openshift.io", "v1", "deploymentconfigs"),
        Some(Known::Pvc) => of("", "v1", "persistentvolumeclaims"),
        Some(Known::Namespace) => ObjectKey {
            namespace: None,
            ..of("", "v1", "namespaces")
        },
        None => {
            // Only the version part counts; the group stands in its own field.
            let (in_version, version) = api_version
                .rsplit_once('/')
                .unwrap_or(("", api_version.as_str()));
            let group = if group.is_empty() { in_version } else { group };
            // kanctl writes a slash behind the group.
            of(group.trim_end_matches('/'), version, resource)
        }
    }
}

/// Whether the content of the subject is secret.
pub(crate) fn is_secret(reference: &ObjectReference) -> bool {
    let key = key(reference);
    key.group.is_empty() && key.plural == "secrets"
}

/// The subject's content, and what templates know of its kind.
pub(super) async fn subject(
    reader: &Reader,
    reference: &ObjectReference,
) -> Result<(Subject, Map<String, Value>), ParamsError> {
    let key = key(reference);
    let content = reader.get(&key).await?;
    let named = || NamedObject {
        name: reference.name.clone(),
        namespace: reference.namespace.clone(),
    };
    let subject = match Known::of(reference) {
        Some(Known::StatefulSet) => {
            Subject::StatefulSet(workload::stateful_set(reader, &key, &content).await?)
        }
        Some(Known::Deployment) => {
            Subject::Deployment(workload::deployment(reader, &key, &content).await?)
        }
        Some(Known::DeploymentConfig) => {
            Subject::DeploymentConfig(workload::deployment_config(reader, &key, &content).await?)
        }
        Some(Known::Pvc) => Subject::Pvc(named()),
        // Upstream takes both from the reference's namespace, and Blueprints rely on it.
        Some(Known::Namespace) => Subject::Namespace(NamedObject {
            name: reference.namespace.clone(),
            namespace: reference.namespace.clone(),
        }),
        None => Subject::Other,
    };
    match content {
        Value::Object(content) => Ok((subject, content)),
        _ => Err(ParamsError::Unfit(format!(
            "{} {:?} is no object",
            key.plural, key.name
        ))),
    }
}

/// The namespace that the subject belongs to: that of a Namespace is itself.
pub(crate) fn namespace(reference: &ObjectReference) -> Option<String> {
    let own = match Known::of(reference) {
        Some(Known::Namespace) if reference.namespace.is_empty() => &reference.name,
        _ => &reference.namespace,
    };
    (!own.is_empty()).then(|| own.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(kind: &str, group: &str, api_version: &str, resource: &str) -> ObjectReference {
        ObjectReference {
            kind: kind.to_owned(),
            group: group.to_owned(),
            api_version: api_version.to_owned(),
            resource: resource.to_owned(),
            name: "n".to_owned(),
            namespace: "ns".to_owned(),
            ..ObjectReference::default()
        }
    }

    #[test]
    fn subjects_are_found_by_kind_or_by_resource() {
        for (reference, group, version, plural) in [
            (reference("StatefulSet", "", "", ""), "apps", "v1", "statefulsets"),
            (reference("PVC", "", "", ""), "", "v1", "persistentvolumeclaims"),
            (reference("", "", "v1", "configmaps"), "", "v1", "configmaps"),
            (
                reference("", "example.com", "v1beta1", "things"),
                "example.com",
                "v1beta1",
                "things",
            ),
            (
                reference("", "example.com/", "v1", "things"),
                "example.com",
                "v1",
                "things",
            ),
            (
                reference("", "", "example.com/v1", "things"),
                "example.com",
                "v1",
                "things",
            ),
        ] {
            let key = key(&reference);
            assert_eq!(
                (&*key.group, &*key.version, &*key.plural),
                (group, version, plural)
            );
        }
        let namespace = key(&reference("namespace", "", "", ""));
        assert_eq!((namespace.namespace, &*namespace.name), (None, "n"));
        assert!(is_secret(&reference("", "", "v1", "secrets")));
        assert!(!is_secret(&reference("", "x.io", "v1", "secrets")));
    }
}
