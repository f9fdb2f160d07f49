//! What an operator writes.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use semver::VersionReq;
use serde::{Deserialize, Serialize};

use super::error::PatternError;
use super::limits::Limits;
use super::pattern::text_serde;
use super::rules::{Rules, Section};
use super::slots::SlotBinding;
use crate::ObjectMeta;

/// A grant within one namespace: it counts for calls whose subject is in the grant's own namespace,
/// and whatever its rules say, they reach no other namespace and nothing of the cluster. So who may
/// write grants in a namespace cannot give away more than that namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionGrant {
    /// Name and namespace.
    pub metadata: ObjectMeta,
    /// What is granted to whom.
    pub spec: GrantSpec,
}

/// A grant for calls everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterFunctionGrant {
    /// The name.
    pub metadata: ObjectMeta,
    /// What is granted to whom.
    pub spec: GrantSpec,
}

/// What is granted to whom.
///
/// ```yaml
/// functions: [{name: DumpToStore, version: ^1.2, digest: "sha256:…"}]
/// allow: [exec]                 # this section as the author's manifest has it
/// rules:                        # or rules of the operator's own
///   storage:
///   - {slot: primary, access: [write], prefix: dumps/}
/// slots:
///   primary: {profile: {name: s3-backups}, prefix: shop/}
/// limits: {memory: 128Mi}
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantSpec {
    /// The functions that the grant is for.
    pub functions: Vec<FunctionSelector>,
    /// Sections of the author's manifest that are granted as they stand there. With a `digest` the
    /// operator knows what that is; without one, a newer component may ask for more. `secrets`
    /// given so does not include `reveal`, which always needs a rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Section>,
    /// Rules in the manifest's own grammar, for what should be narrower than the manifest.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// What stands behind the slots that the manifest names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slots: BTreeMap<String, SlotBinding>,
    /// Limits that differ from those which the manifest asks for, up to the maximum of the host.
    #[serde(default)]
    pub limits: Limits,
}

/// A function as a grant names it. All that is given must fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionSelector {
    /// The function's name as a Blueprint has it: `KubeTask`.
    pub name: String,
    /// The versions meant, as Cargo writes them: `^1.2`, `>=1.2, <2`. Without it, every version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionReq>,
    /// The one component meant. Without it, whichever component has that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<ComponentDigest>,
}

/// The SHA-256 digest of a component: `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentDigest([u8; 32]);

impl ComponentDigest {
    /// A digest from its bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for ComponentDigest {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let error = || {
            PatternError::new(
                "component digest",
                text,
                "write sha256: and the 64 hexadecimal digits of the component's SHA-256",
            )
        };
        let digits = text.strip_prefix("sha256:").ok_or_else(error)?;
        if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(error());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| error())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| error())?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for ComponentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

text_serde!(ComponentDigest, "a digest such as sha256:…");
