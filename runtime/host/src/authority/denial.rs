//! Why an access was not allowed.

use std::fmt;

use kanister_api::function::to_flow_yaml;

use super::access::Access;
use super::exact::exact;
use super::layer::LayerKind;

/// Why an access was not allowed. Holds texts only, none of them secret: what was asked for is
/// described before tokens are replaced by what they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    access: String,
    by: DeniedBy,
    reason: String,
    grant: String,
}

/// Who refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeniedBy {
    /// A layer of the authority.
    Layer(LayerKind),
    /// The gate itself: the request is nothing that a rule could allow.
    Gate,
}

impl Denial {
    /// A denial by a layer.
    pub(super) fn by_layer(access: &Access, layer: &LayerKind, reason: &str) -> Self {
        let rules = to_flow_yaml(&exact(access));
        // `{kubernetes: […]}` becomes a line that fits below `rules:` and `requires:`.
        let line = rules
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or_default();
        let place = match layer {
            LayerKind::Manifest { .. } => "requires",
            LayerKind::Grants { .. } => "spec.rules of a grant",
            LayerKind::Plan => "the plan, which only the function's author can change",
        };
        Self {
            access: access.to_string(),
            by: DeniedBy::Layer(layer.clone()),
            reason: format!("refused by {layer}: {reason}; the line below, in {place}, allows it"),
            grant: line.to_owned(),
        }
    }

    /// A denial of something that no rule can allow. `access` describes it for people.
    #[must_use]
    pub fn by_gate(access: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            access: access.into(),
            by: DeniedBy::Gate,
            reason: reason.into(),
            grant: String::new(),
        }
    }

    /// What was asked for.
    #[must_use]
    pub fn access(&self) -> &str {
        &self.access
    }

    /// Who refused.
    #[must_use]
    pub const fn by(&self) -> &DeniedBy {
        &self.by
    }

    /// Which layer refused, and why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The line, as YAML, that allows this access and no other where it is put below `requires` of
    /// the manifest or `spec.rules` of a grant. Empty if no rule can allow it.
    #[must_use]
    pub fn grant(&self) -> &str {
        &self.grant
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not allowed: {}: {}", self.access, self.reason)?;
        if self.grant.is_empty() {
            Ok(())
        } else {
            write!(f, "\n  {}", self.grant)
        }
    }
}

impl std::error::Error for Denial {}

impl From<&Denial> for crate::bindings::kanister::io::types::Denial {
    fn from(denial: &Denial) -> Self {
        Self {
            access: denial.access.clone(),
            reason: denial.reason.clone(),
            grant: denial.grant.clone(),
        }
    }
}

impl From<Denial> for crate::bindings::kanister::io::types::Denial {
    fn from(denial: Denial) -> Self {
        let Denial {
            access,
            by: _,
            reason,
            grant,
        } = denial;
        Self {
            access,
            reason,
            grant,
        }
    }
}
