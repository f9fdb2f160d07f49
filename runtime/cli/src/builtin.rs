//! The functions that come with the binary: the components that `cargo xtask build` made,
//! and what they are granted.

use anyhow::Context;
use kanister_api::function::GrantFile;
use kanister_host::component::digest_of;
use kanister_host::registry::Registry;
use std::path::Path;

const GRANTS: &str = include_str!("../grants.yaml");

/// Every component of the binary: the name of its crate below `plugins/`, and its bytes; sorted
/// by name. None if the binary was built without them.
pub fn components() -> &'static [(&'static str, &'static [u8])] {
    include!(concat!(env!("OUT_DIR"), "/components.rs"))
}

/// What the functions of a registry are granted for being built in: nothing if a component is not
/// one of this binary, whatever the names of its functions; and what a file grants besides.
///
/// # Errors
/// The file cannot be read, or is no file of grants.
pub fn with_grants(registry: &Registry, file: Option<&Path>) -> anyhow::Result<GrantFile> {
    let mut grants = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the file of grants {} cannot be read", file.display()))?;
            GrantFile::from_yaml(&file.display().to_string(), &text)?
        }
        None => GrantFile::default(),
    };
    for function in registry.functions() {
        let digest = function.plugin.digest();
        let builtin = || {
            components()
                .iter()
                .any(|(_, bytes)| digest_of(bytes) == digest)
        };
        let name = &function.descriptor.name;
        for mut grant in GrantFile::from_yaml("grants.yaml of the binary", GRANTS)?.cluster_grants {
            grant
                .spec
                .functions
                .retain(|selector| selector.name == *name);
            if grant.spec.functions.is_empty() || !builtin() {
                continue;
            }
            for selector in &mut grant.spec.functions {
                selector.digest = Some(digest);
            }
            grants.cluster_grants.push(grant);
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
