//! From a function's plan to a layer.
//!
//! A plan comes from a guest that holds the arguments of a user, so every text in it is hostile. It
//! becomes rules by construction: a text is put into the place for exact texts and is never parsed
//! as a pattern. What a plan cannot say in its own terms (`any`, `rest`, none) it cannot smuggle in.

use kanister_api::function::{
    AddressPattern, ArgvPart, ArgvPattern, ContainerPattern, DomainPattern, ExecRule, HostPattern,
    HttpRule, HttpScheme, ImagePattern, ImageReference, KeyPrefix, KubernetesRule, MethodPattern,
    NamePattern, NamespacePattern, PatternError, Port, Rules, SecretRule, SecretUse,
    StorageOperation, StorageRule, Verb, VerbPattern, WordPattern, WorkloadRule,
};

use crate::bindings::kanister::function::types::{
    Access, ArgvPart as PlanPart, ExecAccess, HttpAccess, KubeAccess, ResourceName, Scope,
    SecretAccess, StorageAccess, WorkloadAccess,
};

/// The most accesses that a plan may have.
const MOST_ACCESSES: usize = 1024;
/// The most bytes that all texts of a plan may have.
const MOST_BYTES: usize = 1 << 20;

/// Finds the plural resource of a group and a kind.
pub type ResolveKind<'a> = &'a dyn Fn(&str, &str) -> Option<String>;

/// Why a plan is none.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It is too large to be a plan.
    #[error(
        "the plan has {accesses} accesses with {bytes} bytes; at most {MOST_ACCESSES} accesses with \
         {MOST_BYTES} bytes are allowed; plan with any and rest instead of lists"
    )]
    Size {
        /// How many accesses it has.
        accesses: usize,
        /// How many bytes its texts have.
        bytes: usize,
    },
    /// An access is malformed.
    #[error("access {index} of the plan: {source}")]
    Pattern {
        /// Which access, counted from 0.
        index: usize,
        /// What is wrong.
        source: PatternError,
    },
    /// An access names a kind that the API server does not have.
    #[error(
        "access {index} of the plan: the cluster has no resource of kind {kind:?} in group {group:?}"
    )]
    Kind {
        /// Which access, counted from 0.
        index: usize,
        /// The group.
        group: String,
        /// The kind.
        kind: String,
    },
    /// An access names a host in a form that is none.
    #[error(
        "access {index} of the plan: {host:?} is no host; write a name or an address, with a port if \
         it is not the scheme's own"
    )]
    Host {
        /// Which access, counted from 0.
        index: usize,
        /// The text.
        host: String,
    },
}

/// The rules that say what a plan says.
///
/// # Errors
/// [`PlanError`] if the plan is malformed or too large.
pub fn plan_rules(plan: &[Access], resolve: ResolveKind<'_>) -> Result<Rules, PlanError> {
    let bytes = plan.iter().map(text_bytes).sum();
    if plan.len() > MOST_ACCESSES || bytes > MOST_BYTES {
        return Err(PlanError::Size {
            accesses: plan.len(),
            bytes,
        });
    }
    let mut rules = Rules::default();
    for (index, access) in plan.iter().enumerate() {
        let pattern = |source| PlanError::Pattern { index, source };
        match access {
            Access::Kube(access) => rules.kubernetes.push(kubernetes(index, access, resolve)?),
            Access::Exec(access) => rules.exec.push(exec(access).map_err(pattern)?),
            Access::Workload(access) => rules.workload.push(workload(access).map_err(pattern)?),
            Access::Storage(access) => rules.storage.push(storage(access).map_err(pattern)?),
            Access::Http(access) => rules.http.push(http(index, access)?),
            Access::Secret(SecretAccess { slot, reveal }) => rules.secrets.push(SecretRule {
                slot: slot.clone(),
                uses: if *reveal {
                    vec![SecretUse::Inject, SecretUse::Reveal]
                } else {
                    vec![SecretUse::Inject]
                },
            }),
            // Of a kind that this host does not know: it grants nothing.
            Access::Extension(_) => {}
        }
    }
    Ok(rules)
}

fn text_bytes(access: &Access) -> usize {
    let option = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let list = |texts: &[String]| texts.iter().map(|text| text.len() + 1).sum::<usize>();
    match access {
        Access::Kube(access) => {
            let scope = match &access.scope {
                Scope::Namespace(name) => name.len(),
                Scope::Cluster | Scope::AnyNamespace => 0,
            };
            let (ResourceName::Plural(resource) | ResourceName::Kind(resource)) = &access.resource;
            access.verb.len()
                + access.group.len()
                + resource.len()
                + scope
                + option(&access.subresource)
                + option(&access.name)
        }
        Access::Exec(access) => {
            let argv = access.argv.iter().map(|part| match part {
                PlanPart::Exact(text) => text.len() + 1,
                PlanPart::Any | PlanPart::Rest => 1,
            });
            access.namespace.len()
                + option(&access.pod)
                + option(&access.container)
                + argv.sum::<usize>()
        }
        Access::Workload(access) => {
            option(&access.namespace)
                + option(&access.service_account)
                + list(&access.images)
                + list(&access.claims)
                + list(&access.secrets)
                + list(&access.override_keys)
                + list(&access.features)
        }
        Access::Storage(access) => access.slot.len() + access.prefix.len(),
        Access::Http(access) => access.host.len() + list(&access.methods),
        Access::Secret(access) => access.slot.len(),
        Access::Extension(access) => access.kind.len() + access.detail.len(),
    }
}

fn name(text: &str) -> NamePattern {
    NamePattern::Exact(text.into())
}

fn name_or_any(text: Option<&String>) -> NamePattern {
    text.map_or(NamePattern::Any, |text| name(text))
}

fn word(text: &str) -> WordPattern {
    WordPattern::Exact(text.into())
}

fn kubernetes(
    index: usize,
    access: &KubeAccess,
    resolve: ResolveKind<'_>,
) -> Result<KubernetesRule, PlanError> {
    let KubeAccess {
        verb,
        group,
        resource,
        subresource,
        scope,
        name,
    } = access;
    let verb: Verb = verb
        .parse()
        .map_err(|source| PlanError::Pattern { index, source })?;
    let resource = match resource {
        ResourceName::Plural(plural) => word(plural),
        ResourceName::Kind(kind) => {
            let plural = resolve(group, kind).ok_or_else(|| PlanError::Kind {
                index,
                group: group.clone(),
                kind: kind.clone(),
            })?;
            word(&plural)
        }
    };
    Ok(KubernetesRule {
        verbs: vec![VerbPattern::One(verb)],
        groups: vec![word(group)],
        resources: vec![resource],
        subresources: subresource.iter().map(|text| word(text)).collect(),
        namespaces: match scope {
            Scope::Cluster => vec![NamespacePattern::Cluster],
            Scope::Namespace(name) => vec![NamespacePattern::Exact(name.as_str().into())],
            // A list over all namespaces is a request outside of any.
            Scope::AnyNamespace => vec![NamespacePattern::Any, NamespacePattern::Cluster],
        },
        names: vec![name_or_any(name.as_ref())],
    })
}

fn exec(access: &ExecAccess) -> Result<ExecRule, PatternError> {
    let ExecAccess {
        namespace,
        pod,
        container,
        argv,
    } = access;
    let parts = argv.iter().map(|part| match part {
        PlanPart::Exact(text) => ArgvPart::Exact(text.as_str().into()),
        PlanPart::Any => ArgvPart::Any,
        PlanPart::Rest => ArgvPart::Rest,
    });
    Ok(ExecRule {
        namespaces: vec![NamespacePattern::Exact(namespace.as_str().into())],
        pods: vec![name_or_any(pod.as_ref())],
        containers: vec![match container {
            Some(name) => ContainerPattern::Exact(name.as_str().into()),
            None => ContainerPattern::Any,
        }],
        argv: vec![ArgvPattern::new(parts.collect())?],
    })
}

fn workload(access: &WorkloadAccess) -> Result<WorkloadRule, PatternError> {
    let WorkloadAccess {
        namespace,
        images,
        service_account,
        claims,
        secrets,
        override_keys,
        features,
    } = access;
    let names = |texts: &[String]| texts.iter().map(|text| name(text)).collect();
    Ok(WorkloadRule {
        namespaces: vec![match namespace {
            Some(name) => NamespacePattern::Exact(name.as_str().into()),
            None => NamespacePattern::Controller,
        }],
        images: images
            .iter()
            .map(|text| text.parse::<ImageReference>())
            .map(|image| image.map(|image| ImagePattern::exact(&image)))
            .collect::<Result<_, _>>()?,
        service_accounts: service_account.iter().map(|text| name(text)).collect(),
        claims: names(claims),
        secrets: names(secrets),
        override_keys: names(override_keys),
        features: names(features),
    })
}

fn storage(access: &StorageAccess) -> Result<StorageRule, PatternError> {
    let StorageAccess {
        slot,
        prefix,
        read,
        write,
        delete,
    } = access;
    let operations = [
        (*read, StorageOperation::Read),
        (*write, StorageOperation::Write),
        (*delete, StorageOperation::Delete),
    ];
    Ok(StorageRule {
        slot: slot.clone(),
        access: operations
            .into_iter()
            .filter_map(|(planned, operation)| planned.then_some(operation))
            .collect(),
        prefix: prefix.parse()?,
    })
}

fn http(index: usize, access: &HttpAccess) -> Result<HttpRule, PlanError> {
    let HttpAccess { host, methods } = access;
    let error = || PlanError::Host {
        index,
        host: host.chars().take(120).collect(),
    };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => {
            (name, Port::One(port.parse().map_err(|_| error())?))
        }
        _ => (host.as_str(), Port::Default),
    };
    Ok(HttpRule {
        hosts: vec![HostPattern {
            domain: DomainPattern::normalise(name).ok_or_else(error)?,
            port,
        }],
        methods: methods
            .iter()
            .map(|text| MethodPattern::Exact(text.as_str().into()))
            .collect(),
        // A plan says where to; how, and to which addresses, is the operator's to say.
        schemes: vec![HttpScheme::Https, HttpScheme::Http],
        path_prefix: KeyPrefix::default(),
        addresses: vec![
            AddressPattern::Block(ipnet::IpNet::V4(ipnet::Ipv4Net::default())),
            AddressPattern::Block(ipnet::IpNet::V6(ipnet::Ipv6Net::default())),
        ],
        credentials: vec![NamePattern::Any],
        body_limit: None,
    })
}
