//! The rule that allows one access.

use ipnet::IpNet;
use kanister_api::function::{
    AddressPattern, ArgvPattern, ContainerPattern, ExecRule, HostPattern, HttpRule, HttpScheme,
    ImagePattern, KeyPrefix, KubernetesRule, MethodPattern, NamePattern, NamespacePattern, Port,
    Rules, SecretRule, SecretUse, StorageRule, VerbPattern, WordPattern, WorkloadRule,
};

use super::access::{
    Access, ExecAccess, HttpAccess, KubernetesAccess, ObjectName, SecretAccess, StorageAccess,
    WorkloadAccess,
};
use super::section::{AddressClass, class_of};

/// Rules with the one rule that allows this access and, as far as the grammar can say it, no other.
/// Texts of the access are taken literally, whatever they are.
#[must_use]
pub fn exact(access: &Access) -> Rules {
    let mut rules = Rules::default();
    match access {
        Access::Kubernetes(access) => rules.kubernetes.push(kubernetes(access)),
        Access::Discovery { .. } => {}
        Access::Exec(access) => rules.exec.extend(exec(access)),
        Access::Workload(access) => rules.workload.push(workload(access)),
        Access::Storage(StorageAccess {
            slot,
            key,
            operation,
        }) => rules.storage.push(StorageRule {
            slot: slot.clone(),
            access: vec![*operation],
            prefix: key.parse().unwrap_or_default(),
        }),
        Access::Http(access) => rules.http.push(http(access)),
        Access::Secret(SecretAccess { slot, reveal }) => rules.secrets.push(SecretRule {
            slot: slot.clone(),
            uses: vec![if *reveal {
                SecretUse::Reveal
            } else {
                SecretUse::Inject
            }],
        }),
    }
    rules
}

fn kubernetes(access: &KubernetesAccess) -> KubernetesRule {
    let KubernetesAccess {
        verb,
        group,
        version: _,
        resource,
        subresource,
        namespace,
        name,
    } = access;
    let word = |text: &String| WordPattern::Exact(text.as_str().into());
    KubernetesRule {
        verbs: vec![VerbPattern::One(*verb)],
        groups: vec![word(group)],
        resources: vec![word(resource)],
        subresources: subresource.iter().map(word).collect(),
        namespaces: vec![match namespace {
            Some(name) => NamespacePattern::Exact(name.as_str().into()),
            None => NamespacePattern::Cluster,
        }],
        names: vec![match name {
            ObjectName::Any => NamePattern::Any,
            ObjectName::Exact(name) => NamePattern::Exact(name.as_str().into()),
            ObjectName::Generated(start) => NamePattern::Prefix(start.as_str().into()),
        }],
    }
}

/// None for a command line without a program, which nothing can allow.
fn exec(access: &ExecAccess) -> Option<ExecRule> {
    let ExecAccess {
        namespace,
        pod,
        container,
        argv,
    } = access;
    Some(ExecRule {
        namespaces: vec![NamespacePattern::Exact(namespace.as_str().into())],
        pods: vec![NamePattern::Exact(pod.as_str().into())],
        containers: vec![match container {
            Some(name) => ContainerPattern::Exact(name.as_str().into()),
            None => ContainerPattern::Default,
        }],
        argv: vec![ArgvPattern::exact(argv).ok()?],
    })
}

fn names<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<NamePattern> {
    names
        .into_iter()
        .map(|name| NamePattern::Exact(name.as_str().into()))
        .collect()
}

fn workload(access: &WorkloadAccess) -> WorkloadRule {
    let WorkloadAccess {
        namespace,
        images,
        service_account,
        claims,
        secrets,
        override_keys,
        features,
    } = access;
    WorkloadRule {
        namespaces: vec![NamespacePattern::Exact(namespace.as_str().into())],
        images: images.iter().map(ImagePattern::exact).collect(),
        service_accounts: names(service_account),
        claims: names(claims),
        secrets: names(secrets),
        override_keys: names(override_keys),
        features: names(features),
    }
}

fn http(access: &HttpAccess) -> HttpRule {
    let HttpAccess {
        scheme,
        host,
        port,
        method,
        path,
        credentials,
        address,
    } = access;
    let default_port = match scheme {
        HttpScheme::Https => 443,
        HttpScheme::Http => 80,
    };
    let mut rule = HttpRule {
        hosts: vec![HostPattern {
            domain: host.clone(),
            port: if *port == default_port {
                Port::Default
            } else {
                Port::One(*port)
            },
        }],
        methods: vec![MethodPattern::Exact(method.as_str().into())],
        schemes: vec![*scheme],
        path_prefix: KeyPrefix::default(),
        addresses: vec![match address.map(|address| (address, class_of(address))) {
            None | Some((_, AddressClass::Public)) => AddressPattern::Public,
            Some((address, AddressClass::Private | AddressClass::Special(_))) => {
                AddressPattern::Block(IpNet::from(address.to_canonical()))
            }
        }],
        credentials: names(credentials),
        body_limit: None,
    };
    let folder: KeyPrefix = path.parse().unwrap_or_default();
    let whole = std::mem::replace(&mut rule.path_prefix, folder);
    // A path that no folder contains needs a rule for every path.
    if !super::section::allows_path(&rule, path) {
        rule.path_prefix = whole;
    }
    rule
}
