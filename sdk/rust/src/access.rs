//! What a plan is made of, in short.

use crate::types::{
    Access, ArgvPart, ExecAccess, HttpAccess, KubeAccess, ResourceName, Scope, SecretAccess,
    StorageAccess, WorkloadAccess,
};

/// A resource of Kubernetes, as a plan names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    group: String,
    resource: ResourceName,
    subresource: Option<String>,
}

/// The resource `plural` of `group`, which is empty for the core group.
pub fn resource(group: &str, plural: &str) -> Resource {
    Resource {
        group: group.to_owned(),
        resource: ResourceName::Plural(plural.to_owned()),
        subresource: None,
    }
}

/// The resource behind a kind; the host resolves it.
pub fn kind(group: &str, kind: &str) -> Resource {
    Resource {
        resource: ResourceName::Kind(kind.to_owned()),
        ..resource(group, "")
    }
}

impl Resource {
    /// Its subresource: `scale`, `status`, `log`.
    #[must_use]
    pub fn subresource(mut self, name: &str) -> Self {
        self.subresource = Some(name.to_owned());
        self
    }

    /// One access for each verb, to `name` or to any object.
    pub fn verbs(self, verbs: &[&str], scope: Scope, name: Option<&str>) -> Vec<Access> {
        let access = |verb: &&str| {
            Access::Kube(KubeAccess {
                verb: (*verb).to_owned(),
                group: self.group.clone(),
                resource: self.resource.clone(),
                subresource: self.subresource.clone(),
                scope: scope.clone(),
                name: name.map(str::to_owned),
            })
        };
        verbs.iter().map(access).collect()
    }
}

/// The scope of one namespace.
pub fn namespace(name: &str) -> Scope {
    Scope::Namespace(name.to_owned())
}

/// Exactly this command in a container; none: any pod, or any container of it.
pub fn exec(
    namespace: &str,
    pod: Option<&str>,
    container: Option<&str>,
    argv: &[String],
) -> Access {
    Access::Exec(ExecAccess {
        namespace: namespace.to_owned(),
        pod: pod.map(str::to_owned),
        container: container.map(str::to_owned),
        argv: argv.iter().cloned().map(ArgvPart::Exact).collect(),
    })
}

/// A helper pod with these images; more is set on the record.
pub fn workload(namespace: Option<&str>, images: &[&str]) -> WorkloadAccess {
    WorkloadAccess {
        namespace: namespace.map(str::to_owned),
        images: images.iter().map(|image| (*image).to_owned()).collect(),
        service_account: None,
        claims: Vec::new(),
        secrets: Vec::new(),
        override_keys: Vec::new(),
        features: Vec::new(),
    }
}

/// Reading below a prefix of a slot.
pub fn read(slot: &str, prefix: &str) -> Access {
    Access::Storage(StorageAccess {
        read: true,
        ..storage(slot, prefix)
    })
}

/// Writing below a prefix of a slot.
pub fn write(slot: &str, prefix: &str) -> Access {
    Access::Storage(StorageAccess {
        write: true,
        ..storage(slot, prefix)
    })
}

/// Deleting below a prefix of a slot.
pub fn delete(slot: &str, prefix: &str) -> Access {
    Access::Storage(StorageAccess {
        delete: true,
        ..storage(slot, prefix)
    })
}

fn storage(slot: &str, prefix: &str) -> StorageAccess {
    StorageAccess {
        slot: slot.to_owned(),
        prefix: prefix.to_owned(),
        read: false,
        write: false,
        delete: false,
    }
}

/// Requests to a host.
pub fn http(host: &str, methods: &[&str]) -> Access {
    let methods = methods.iter().map(|method| (*method).to_owned()).collect();
    Access::Http(HttpAccess {
        host: host.to_owned(),
        methods,
    })
}

/// A secret that the function uses without seeing it.
pub fn secret(slot: &str) -> Access {
    Access::Secret(SecretAccess {
        slot: slot.to_owned(),
        reveal: false,
    })
}

/// A secret whose bytes the function sees.
pub fn revealed_secret(slot: &str) -> Access {
    Access::Secret(SecretAccess {
        slot: slot.to_owned(),
        reveal: true,
    })
}
