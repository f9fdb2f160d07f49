//! The functions that come with the binary: the components that `cargo xtask build` made,
//! and what they are granted.

use kanister_api::function::{FileError, GrantFile};
use kanister_host::component::digest_of;
use kanister_host::registry::Function;

const GRANTS: &str = include_str!("../grants.yaml");

/// Every component of the binary: the name of its crate below `plugins/`, and its bytes; sorted
/// by name. None if the binary was built without them.
pub fn components() -> &'static [(&'static str, &'static [u8])] {
    include!(concat!(env!("OUT_DIR"), "/components.rs"))
}

/// What a function is granted for being built in: nothing if its component is not one of this
/// binary, whatever its name.
///
/// # Errors
/// The file of grants in the binary is no file of grants.
pub fn grants(function: &Function) -> Result<GrantFile, FileError> {
    let digest = function.plugin.digest();
    if !components()
        .iter()
        .any(|(_, bytes)| digest_of(bytes) == digest)
    {
        return Ok(GrantFile::default());
    }
    let mut grants = GrantFile::from_yaml("grants.yaml of the binary", GRANTS)?;
    for grant in &mut grants.cluster_grants {
        for selector in &mut grant.spec.functions {
            selector.digest = Some(digest);
        }
    }
    Ok(grants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grants_of_the_binary_can_be_read() {
        let grants = GrantFile::from_yaml("grants.yaml", GRANTS).unwrap();
        assert!(grants.grants.is_empty());
        assert!(!grants.cluster_grants.is_empty());
    }
}
