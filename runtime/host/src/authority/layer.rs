//! One layer of authority.

use std::fmt;

use kanister_api::function::{FunctionManifest, Rules};

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
