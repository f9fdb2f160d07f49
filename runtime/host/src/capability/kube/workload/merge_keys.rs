//! Which lists of a PodSpec are merged, and by what.
//!
//! Source: the `patchMergeKey` markers of `k8s.io/api/core/v1`. A list that is not here is
//! replaced as a whole, as a strategic merge patch does it.

/// Where in a PodSpec a value stands, as far as merging depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The PodSpec itself.
    Spec,
    /// A container of any kind.
    Container,
    /// Below that, where no list is merged.
    Elsewhere,
}

impl Place {
    /// The key by which a list is merged, and the place of its items.
    pub(super) fn list(self, field: &str) -> Option<(&'static str, Self)> {
        match (self, field) {
            (Self::Spec, "containers" | "initContainers" | "ephemeralContainers") => {
                Some(("name", Self::Container))
            }
            (Self::Spec, "volumes" | "imagePullSecrets" | "schedulingGates" | "resourceClaims") => {
                Some(("name", Self::Elsewhere))
            }
            (Self::Spec, "hostAliases") => Some(("ip", Self::Elsewhere)),
            (Self::Spec, "topologySpreadConstraints") => Some(("topologyKey", Self::Elsewhere)),
            (Self::Container, "env") => Some(("name", Self::Elsewhere)),
            (Self::Container, "volumeMounts") => Some(("mountPath", Self::Elsewhere)),
            (Self::Container, "volumeDevices") => Some(("devicePath", Self::Elsewhere)),
            (Self::Container, "ports") => Some(("containerPort", Self::Elsewhere)),
            _ => None,
        }
    }
}
