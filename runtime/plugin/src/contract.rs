//! Names of the contract of `wit/`.

/// The version of the packages that this build knows; their names end in `@` and a version
/// that is compatible with it.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// A name of the component model: `kanister:kube/objects@0.1.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InterfaceName<'a> {
    pub package: &'a str,
    pub interface: &'a str,
    pub version: &'a str,
}

impl<'a> InterfaceName<'a> {
    /// None if the name is of another form.
    pub fn parse(name: &'a str) -> Option<Self> {
        let (path, version) = name.split_once('@').unwrap_or((name, ""));
        let (package, interface) = path.split_once('/')?;
        Some(Self {
            package,
            interface,
            version,
        })
    }

    /// Whether a host of this contract can serve what was built for that version: before 1.0
    /// within a minor version, and nothing newer than itself.
    pub fn is_compatible(&self) -> bool {
        let numbers = |version: &str| {
            let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
            match (parts.next(), parts.next(), parts.next(), parts.next()) {
                (Some(major), Some(minor), Some(patch), None) => Some((major?, minor?, patch?)),
                _ => None,
            }
        };
        match (numbers(self.version), numbers(CONTRACT_VERSION)) {
            (Some(theirs), Some(ours)) => {
                (theirs.0, theirs.1) == (ours.0, ours.1) && theirs.2 <= ours.2
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compatible_within_a_minor_version_and_not_from_the_future() {
        let compatible = |version| {
            InterfaceName {
                package: "",
                interface: "",
                version,
            }
            .is_compatible()
        };
        assert!(compatible("0.1.0"));
        for other in [
            "0.1.1",
            "0.2.0",
            "1.1.0",
            "0.1",
            "",
            "0.1.0.0",
            "a.b.c",
            "0.1.0-rc.1",
        ] {
            assert!(!compatible(other), "{other}");
        }
    }
}
