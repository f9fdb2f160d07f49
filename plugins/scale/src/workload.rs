//! Which workload is scaled.

use kanister_sdk::kube::{self, ObjectRef};
use kanister_sdk::prelude::*;

/// A kind of workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    StatefulSet,
    Deployment,
    DeploymentConfig,
}

impl Kind {
    /// In the order in which the subject of an ActionSet is looked at.
    const ALL: [Self; 3] = [Self::StatefulSet, Self::Deployment, Self::DeploymentConfig];

    /// Also the name of its parameters.
    fn name(self) -> &'static str {
        match self {
            Self::StatefulSet => "StatefulSet",
            Self::Deployment => "Deployment",
            Self::DeploymentConfig => "DeploymentConfig",
        }
    }

    fn group(self) -> &'static str {
        match self {
            Self::StatefulSet | Self::Deployment => "apps",
            Self::DeploymentConfig => "apps.openshift.io",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::StatefulSet => "statefulsets",
            Self::Deployment => "deployments",
            Self::DeploymentConfig => "deploymentconfigs",
        }
    }
}

/// A workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    namespace: String,
    name: String,
    kind: Kind,
}

impl Workload {
    /// What the arguments (namespace, name, kind) say, and for those that are missing what
    /// the ActionSet acts on.
    pub fn find(given: [Option<&str>; 3], params: &Value) -> Result<Self, Invalid> {
        let subject = Kind::ALL.into_iter().find_map(|kind| {
            let text = |field| params.get(kind.name())?.get(field)?.as_str();
            Some([text("Namespace")?, text("Name")?, kind.name()])
        });
        let subject = subject.map_or([None; 3], |subject| subject.map(Some));
        let [namespace, name, kind] = given;
        let [default_namespace, default_name, default_kind] = subject;
        let (Some(namespace), Some(name), Some(kind)) = (
            namespace.or(default_namespace),
            name.or(default_name),
            kind.or(default_kind),
        ) else {
            return Err(Invalid::new(
                "",
                "Workload information not available via defaults or namespace/name/kind parameters",
            ));
        };
        let known = Kind::ALL
            .into_iter()
            .find(|known| known.name().eq_ignore_ascii_case(kind));
        let known = known
            .ok_or_else(|| Invalid::new("kind", format!("Workload type not supported {kind}")))?;
        Ok(Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            kind: known,
        })
    }

    /// The workload as an object of the API.
    pub fn target(&self) -> ObjectRef {
        kube::resource(self.kind.group(), "v1", self.kind.plural())
            .object(Some(&self.namespace), &self.name)
    }

    /// What scaling it needs, and waiting for it.
    pub fn accesses(&self, wait: bool) -> Vec<Access> {
        let resource = access::resource(self.kind.group(), self.kind.plural());
        let accesses = |resource: access::Resource, verbs: &[&str]| {
            resource.verbs(verbs, access::namespace(&self.namespace), Some(&self.name))
        };
        let mut all = accesses(resource.clone(), &["get"]);
        all.extend(accesses(
            resource.clone().subresource("scale"),
            &["get", "patch"],
        ));
        if wait {
            all.extend(accesses(resource, &["list", "watch"]));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(given: [Option<&str>; 3], params: Value) -> Result<(String, String, Kind), String> {
        Workload::find(given, &params)
            .map(
                |Workload {
                     namespace,
                     name,
                     kind,
                 }| (namespace, name, kind),
            )
            .map_err(|Invalid(errors)| errors[0].message.clone())
    }

    #[test]
    fn arguments_come_before_the_subject() {
        let subject = json!({"StatefulSet": {"Name": "db", "Namespace": "shop"}});
        assert_eq!(
            found([None; 3], subject.clone()),
            Ok(("shop".into(), "db".into(), Kind::StatefulSet))
        );
        assert_eq!(
            found([None, Some("web"), Some("deployment")], subject),
            Ok(("shop".into(), "web".into(), Kind::Deployment))
        );
        assert_eq!(
            found([Some("a"), Some("b"), Some("DEPLOYMENTCONFIG")], json!({})),
            Ok(("a".into(), "b".into(), Kind::DeploymentConfig))
        );
    }

    #[test]
    fn what_cannot_be_scaled_is_refused_in_the_words_users_know() {
        assert_eq!(
            found(
                [Some("a"), Some("b"), None],
                json!({"Namespace": {"Name": "shop"}})
            ),
            Err(
                "Workload information not available via defaults or namespace/name/kind \
                 parameters"
                    .into()
            )
        );
        assert_eq!(
            found([Some("a"), Some("b"), Some("DaemonSet")], json!({})),
            Err("Workload type not supported DaemonSet".into())
        );
    }
}
