//! From a file of grants to the operator's layer of one call.

use std::collections::BTreeMap;

use kanister_api::function::{
    ComponentDigest, FunctionManifest, FunctionSelector, GrantFile, GrantSpec, KeyPrefix, Limits,
    NamespacePattern, Rules, SecretUse, Section, SlotBinding,
};
use semver::Version;

use super::context::Context;
use super::layer::{Layer, LayerKind};

/// Which function of which component is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionIdentity {
    /// The function's name: `KubeTask`.
    pub name: String,
    /// The function's version.
    pub version: Version,
    /// The digest of the component that it is in.
    pub digest: ComponentDigest,
}

/// What operators give to one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The union of all grants that name the function.
    pub layer: Layer,
    /// What stands behind the slots.
    pub slots: BTreeMap<String, BoundSlot>,
    /// Limits that grants set; what they leave open is the manifest's or the host's to say.
    pub limits: Limits,
}

/// What stands behind a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundSlot {
    /// A folder of the place of a Profile.
    Profile {
        /// The Profile's namespace.
        namespace: String,
        /// The Profile's name.
        name: String,
        /// The folder.
        prefix: KeyPrefix,
    },
    /// A key of a Secret.
    Secret {
        /// The Secret's namespace.
        namespace: String,
        /// The Secret's name.
        name: String,
        /// The key.
        key: String,
    },
}

/// Why grants do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantConflict {
    /// Two grants put different things behind one slot.
    #[error(
        "the grants {first} and {second} bind the slot {slot} of {function} differently; remove one \
         of the bindings"
    )]
    Slot {
        /// The slot.
        slot: String,
        /// The function.
        function: String,
        /// One grant.
        first: String,
        /// The other.
        second: String,
    },
    /// A grant within a namespace reaches for another one.
    #[error(
        "the grant {grant} binds the slot {slot} to something in the namespace {namespace}; a \
         FunctionGrant reaches only its own, a ClusterFunctionGrant can name another"
    )]
    Foreign {
        /// The slot.
        slot: String,
        /// The grant.
        grant: String,
        /// The namespace that it names.
        namespace: String,
    },
}

/// What operators give to a call of `function` in `context`: all grants of the cluster that name it,
/// and those of the subject's namespace, which reach no further than that namespace.
///
/// # Errors
/// [`GrantConflict`] if grants that count for this call contradict each other.
pub fn granted(
    function: &FunctionIdentity,
    manifest: &FunctionManifest,
    grants: &GrantFile,
    context: &Context,
) -> Result<Granted, GrantConflict> {
    let mut names = Vec::new();
    let mut rules = Rules::default();
    let mut slots: BTreeMap<String, (BoundSlot, String)> = BTreeMap::new();
    let mut limits = Limits::default();
    let own = grants.grants.iter().filter_map(|grant| {
        let namespace = grant.metadata.namespace.as_deref()?;
        (context.subject_namespace.as_deref() == Some(namespace)).then_some((
            Some(namespace),
            &grant.metadata,
            &grant.spec,
        ))
    });
    let cluster = grants
        .cluster_grants
        .iter()
        .map(|grant| (None, &grant.metadata, &grant.spec));
    for (namespace, metadata, spec) in own.chain(cluster) {
        if !spec
            .functions
            .iter()
            .any(|selector| selects(selector, function))
        {
            continue;
        }
        let name = metadata.name.as_deref().unwrap_or_default();
        let grant = match namespace {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        };
        let mut given = context.resolve(given_rules(spec, manifest));
        if let Some(namespace) = namespace {
            confine(&mut given, namespace);
        }
        append(&mut rules, given);
        limits = limits.or(&spec.limits);
        for (slot, binding) in &spec.slots {
            let Some(bound) = bind(slot, binding, namespace, &grant)? else {
                continue;
            };
            if let Some((other, first)) = slots.get(slot) {
                if *other != bound {
                    return Err(GrantConflict::Slot {
                        slot: slot.clone(),
                        function: function.name.clone(),
                        first: first.clone(),
                        second: grant,
                    });
                }
            } else {
                slots.insert(slot.clone(), (bound, grant.clone()));
            }
        }
        names.push(grant);
    }
    let kind = LayerKind::Grants {
        function: function.name.clone(),
        names,
    };
    Ok(Granted {
        layer: Layer::new(kind, rules, context),
        slots: slots
            .into_iter()
            .map(|(slot, (bound, _))| (slot, bound))
            .collect(),
        limits,
    })
}

fn selects(selector: &FunctionSelector, function: &FunctionIdentity) -> bool {
    let FunctionSelector {
        name,
        version,
        digest,
    } = selector;
    *name == function.name
        && version
            .as_ref()
            .is_none_or(|wanted| wanted.matches(&function.version))
        && digest.is_none_or(|wanted| wanted == function.digest)
}

/// The grant's own rules and those which it takes over from the manifest.
fn given_rules(spec: &GrantSpec, manifest: &FunctionManifest) -> Rules {
    let mut rules = spec.rules.clone();
    let asked = &manifest.requires;
    for section in &spec.allow {
        match section {
            Section::Kubernetes => rules.kubernetes.extend_from_slice(&asked.kubernetes),
            Section::Exec => rules.exec.extend_from_slice(&asked.exec),
            Section::Workload => rules.workload.extend_from_slice(&asked.workload),
            Section::Storage => rules.storage.extend_from_slice(&asked.storage),
            Section::Http => rules.http.extend_from_slice(&asked.http),
            Section::Secrets => rules.secrets.extend(asked.secrets.iter().map(|rule| {
                let mut rule = rule.clone();
                // Whoever lets a guest see bytes has to have written so.
                rule.uses.retain(|word| *word != SecretUse::Reveal);
                rule
            })),
        }
    }
    rules
}

/// Takes away whatever reaches beyond the namespace.
fn confine(rules: &mut Rules, namespace: &str) {
    let own = NamespacePattern::Exact(namespace.into());
    let confine = |namespaces: &mut Vec<NamespacePattern>| {
        let reaches = namespaces.contains(&own) || namespaces.contains(&NamespacePattern::Any);
        *namespaces = if reaches {
            vec![own.clone()]
        } else {
            Vec::new()
        };
        reaches
    };
    rules
        .kubernetes
        .retain_mut(|rule| confine(&mut rule.namespaces));
    rules.exec.retain_mut(|rule| confine(&mut rule.namespaces));
    rules
        .workload
        .retain_mut(|rule| confine(&mut rule.namespaces));
}

/// None for a binding without anything, which no file of grants has.
fn bind(
    slot: &str,
    binding: &SlotBinding,
    own: Option<&str>,
    grant: &str,
) -> Result<Option<BoundSlot>, GrantConflict> {
    let namespace = |named: &Option<String>| match (named.as_deref(), own) {
        (Some(named), Some(own)) if named != own => Err(GrantConflict::Foreign {
            slot: slot.to_owned(),
            grant: grant.to_owned(),
            namespace: named.to_owned(),
        }),
        (named, own) => Ok(named.or(own).unwrap_or_default().to_owned()),
    };
    let SlotBinding {
        profile,
        prefix,
        secret,
    } = binding;
    Ok(match (profile, secret) {
        (Some(profile), _) => Some(BoundSlot::Profile {
            namespace: namespace(&profile.namespace)?,
            name: profile.name.clone(),
            prefix: prefix.clone(),
        }),
        (None, Some(secret)) => Some(BoundSlot::Secret {
            namespace: namespace(&secret.namespace)?,
            name: secret.name.clone(),
            key: secret.key.clone(),
        }),
        (None, None) => None,
    })
}

fn append(rules: &mut Rules, more: Rules) {
    let Rules {
        kubernetes,
        exec,
        workload,
        storage,
        http,
        secrets,
    } = more;
    rules.kubernetes.extend(kubernetes);
    rules.exec.extend(exec);
    rules.workload.extend(workload);
    rules.storage.extend(storage);
    rules.http.extend(http);
    rules.secrets.extend(secrets);
}
