//! One layer of authority.

use std::fmt;

use kanister_api::function::{FunctionManifest, ImagePattern, NamePattern, PodReach, Rules};

use super::access::Access;
use super::context::Context;
use super::section::{Rule, nearest};

/// Whose rules a layer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// The author's.
    Manifest {
        /// Name and version of the plugin.
        plugin: String,
    },
    /// The operator's.
    Grants {
        /// The function, for messages.
        function: String,
        /// The grants that name it, as `namespace/name` or `name`.
        names: Vec<String>,
    },
    /// The function's own, for the arguments of this call.
    Plan,
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest { plugin } => write!(f, "the manifest of the plugin {plugin}"),
            Self::Grants { function, names } if names.is_empty() => {
                write!(
                    f,
                    "the operator (no grant names the function {function} here)"
                )
            }
            Self::Grants { function, names } => {
                write!(f, "the grants for {function} ({})", names.join(", "))
            }
            Self::Plan => f.write_str("the function's own plan for these arguments"),
        }
    }
}

/// One layer of authority: rules in which nothing is variable any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    kind: LayerKind,
    rules: Rules,
}

impl Layer {
    /// The layer of a manifest.
    #[must_use]
    pub fn manifest(manifest: &FunctionManifest, context: &Context) -> Self {
        let plugin = format!("{} {}", manifest.plugin.name, manifest.plugin.version);
        Self::new(
            LayerKind::Manifest { plugin },
            manifest.requires.clone(),
            context,
        )
    }

    /// A layer of these rules, whose variables stand for what `context` says.
    #[must_use]
    pub fn new(kind: LayerKind, rules: Rules, context: &Context) -> Self {
        Self {
            kind,
            rules: context.resolve(rules),
        }
    }

    /// The layer with what an ActionSet's own pod override adds, if it is a plan: a function
    /// plans for its arguments, and this is one that only the host knows. The author's and the
    /// operator's layers stay as they are and go on to bound it.
    pub(super) fn with_pod_override(mut self, reach: &PodReach) -> Self {
        if self.kind != LayerKind::Plan {
            return self;
        }
        let PodReach {
            images,
            service_account,
            claims,
            secrets,
            override_keys,
            features,
        } = reach;
        let exact = |name: &String| NamePattern::Exact(name.as_str().into());
        for rule in &mut self.rules.workload {
            rule.images.extend(images.iter().map(ImagePattern::exact));
            rule.service_accounts
                .extend(service_account.iter().map(exact));
            rule.claims.extend(claims.iter().map(exact));
            rule.secrets.extend(secrets.iter().map(exact));
            rule.override_keys.extend(override_keys.iter().map(exact));
            rule.features.extend(features.iter().map(exact));
        }
        self
    }

    /// Whose rules they are.
    #[must_use]
    pub const fn kind(&self) -> &LayerKind {
        &self.kind
    }

    /// The rules, without variables.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether the layer allows the access, or why not.
    pub(super) fn check(&self, access: &Access) -> Result<(), String> {
        let Rules {
            kubernetes,
            exec,
            workload,
            storage,
            http,
            secrets,
        } = &self.rules;
        match access {
            Access::Kubernetes(access) => check("kubernetes", kubernetes, access),
            Access::Exec(access) => check("exec", exec, access),
            Access::Workload(access) => check("workload", workload, access),
            Access::Storage(access) => check("storage", storage, access),
            Access::Http(access) => check("http", http, access),
            Access::Secret(access) => check("secrets", secrets, access),
            Access::Discovery { .. } => {
                if kubernetes.is_empty() && exec.is_empty() && workload.is_empty() {
                    Err("it allows nothing in the cluster".to_owned())
                } else {
                    Ok(())
                }
            }
        }
    }
}

fn check<R: Rule>(section: &str, rules: &[R], access: &R::Access) -> Result<(), String> {
    if rules.iter().any(|rule| rule.allows(access)) {
        return Ok(());
    }
    Err(match (rules.len(), nearest(rules, access)) {
        (_, None) => format!("it has no {section} rule"),
        (1, Some(misses)) => format!("its {section} rule does not fit in {misses}"),
        (count, Some(misses)) => format!(
            "none of its {count} {section} rules fits; the nearest one does not in {misses}"
        ),
    })
}
