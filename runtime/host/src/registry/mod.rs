//! The functions that are installed, several versions of each side by side.
//!
//! Installing swaps a table; calls under way keep the plugin they began with.

use crate::component::{Descriptor, Plugin};
use kanister_api::function::ComponentDigest;
use semver::Version;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// The version that a Blueprint means when it names none, as upstream has it.
pub const DEFAULT_VERSION: Version = Version::new(0, 0, 0);

/// A function of a plugin.
#[derive(Clone)]
pub struct Function {
    /// What it is.
    pub descriptor: Arc<Descriptor>,
    /// Where it is.
    pub plugin: Arc<Plugin>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} of {:?}",
            self.descriptor.name, self.descriptor.version, self.plugin
        )
    }
}

/// A function that was looked up.
#[derive(Debug, Clone)]
pub struct Found {
    /// The function.
    pub function: Function,
    /// Set when the version that was asked for is not there and the default took its place.
    pub instead_of: Option<Version>,
}

/// Why there is no such function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Nobody has a function of that name.
    #[error("Requested function {{{name}}} has not been registered{}", hint(.nearest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The installed name that is most like it.
        nearest: Option<String>,
    },
    /// There is one, but not in that version and not in the default one.
    #[error(
        "Requested function {{{name}}} has not been registered with version {{{version}}}; \
         installed: {}", versions(.installed)
    )]
    NoVersion {
        /// The name.
        name: String,
        /// The version asked for.
        version: Version,
        /// The versions there are.
        installed: Vec<Version>,
    },
    /// No version at all.
    #[error("Failed to parse function version {{{version}}}: {reason}")]
    BadVersion {
        /// What was asked for.
        version: String,
        /// Why it is none.
        reason: String,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

fn versions(installed: &[Version]) -> String {
    let texts: Vec<_> = installed
        .iter()
        .map(|version| format!("v{version}"))
        .collect();
    texts.join(", ")
}

/// Why a plugin was not installed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstallError {
    /// Another component has that function in that version.
    #[error(
        "function {name} {version} is already installed from another component ({installed}); \
         remove that one first, or give this one another version"
    )]
    Taken {
        /// The function.
        name: String,
        /// Its version.
        version: Version,
        /// The component that has it.
        installed: ComponentDigest,
    },
}

type Table = BTreeMap<String, BTreeMap<Version, Function>>;

/// What is installed.
#[derive(Default)]
pub struct Registry(RwLock<Arc<Table>>);

impl Registry {
    /// Nothing installed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Installs all functions of a plugin, or none. The same component again is no error.
    ///
    /// # Errors
    /// See [`InstallError`].
    pub fn install(&self, plugin: &Arc<Plugin>) -> Result<(), InstallError> {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut new = Table::clone(&table);
        for descriptor in plugin.functions() {
            let versions = new.entry(descriptor.name.clone()).or_default();
            let function = Function {
                descriptor: Arc::clone(descriptor),
                plugin: Arc::clone(plugin),
            };
            if let Some(other) = versions.insert(descriptor.version.clone(), function)
                && other.plugin.digest() != plugin.digest()
            {
                return Err(InstallError::Taken {
                    name: descriptor.name.clone(),
                    version: descriptor.version.clone(),
                    installed: other.plugin.digest(),
                });
            }
        }
        *table = Arc::new(new);
        Ok(())
    }

    /// Removes all functions of a component; calls under way go on. Says whether there
    /// were any.
    pub fn remove(&self, digest: ComponentDigest) -> bool {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut new = Table::clone(&table);
        let mut removed = false;
        for versions in new.values_mut() {
            let before = versions.len();
            versions.retain(|_, function| function.plugin.digest() != digest);
            removed |= versions.len() < before;
        }
        new.retain(|_, versions| !versions.is_empty());
        *table = Arc::new(new);
        removed
    }

    /// All functions, by name and version.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        let table = self.table();
        let functions = table.values().flat_map(BTreeMap::values);
        functions.cloned().collect()
    }

    /// The function that a Blueprint means by `name`, in the version that its ActionSet
    /// prefers.
    ///
    /// Upstream's rule: the default version if none is asked for; a version that is not
    /// there falls back to the default one. A function that has no default version (no
    /// built-in one lacks it) is found at its highest.
    ///
    /// # Errors
    /// See [`LookupError`].
    pub fn find(&self, name: &str, preferred: &str) -> Result<Found, LookupError> {
        let wanted = parse(preferred)?;
        let table = self.table();
        let Some(versions) = table.get(name) else {
            return Err(LookupError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, table.keys()),
            });
        };
        let found = |function: &Function, instead_of| Found {
            function: function.clone(),
            instead_of,
        };
        let default = versions.get(&DEFAULT_VERSION);
        match wanted {
            None => default
                .or_else(|| versions.values().next_back())
                .map(|function| found(function, None)),
            Some(wanted) => match versions.get(&wanted) {
                Some(function) => Some(found(function, None)),
                None => default.map(|function| found(function, Some(wanted.clone()))),
            },
        }
        .ok_or_else(|| LookupError::NoVersion {
            name: name.to_owned(),
            version: parse(preferred).ok().flatten().unwrap_or(DEFAULT_VERSION),
            installed: versions.keys().cloned().collect(),
        })
    }

    fn table(&self) -> Arc<Table> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A preferred version as users write it: none, `v1.2.3`, or shorter (`1`, `v1.2`).
fn parse(text: &str) -> Result<Option<Version>, LookupError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let plain = text.strip_prefix('v').unwrap_or(text);
    let number = plain
        .split_once(['-', '+'])
        .map_or(plain, |(number, _)| number);
    let missing = 2_usize.saturating_sub(number.matches('.').count());
    let (number, rest) = plain.split_at(number.len());
    let full = format!("{number}{}{rest}", ".0".repeat(missing));
    match Version::parse(&full) {
        Ok(version) if version == DEFAULT_VERSION => Ok(None),
        Ok(version) => Ok(Some(version)),
        Err(error) => Err(LookupError::BadVersion {
            version: text.to_owned(),
            reason: error.to_string(),
        }),
    }
}

/// The known name that is most like a mistyped one.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    known
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_users_write_them() {
        for (text, version) in [
            ("v1.2.3", "1.2.3"),
            ("1", "1.0.0"),
            ("v1.2-rc.1", "1.2.0-rc.1"),
        ] {
            assert_eq!(parse(text).unwrap().unwrap(), version.parse().unwrap());
        }
        for default in ["", " ", "v0.0.0", "0.0.0", "0"] {
            assert_eq!(parse(default).unwrap(), None, "{default:?}");
        }
        for bad in ["latest", "v", "1.2.3.4", "../1"] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_mistyped_name_gets_a_hint() {
        let known = ["KubeExec".to_owned(), "KubeTask".to_owned()];
        assert_eq!(
            nearest("KubExec", known.iter()).as_deref(),
            Some("KubeExec")
        );
        assert_eq!(nearest("RestoreData", known.iter()), None);
    }
}
