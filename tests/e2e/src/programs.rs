//! Kubernetes and its name server, built from Go modules and kept by version.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

/// A Go module of ours that pins a release and names its programs.
struct Module {
    folder: &'static str,
    /// The text of its go.mod.
    pins: &'static str,
    /// The module whose version is the release.
    release: &'static str,
    /// How long the first build takes.
    takes: &'static str,
}

const MODULES: [Module; 2] = [
    Module {
        folder: "kubernetes",
        pins: include_str!("../go/kubernetes/go.mod"),
        release: "k8s.io/kubernetes",
        takes: "five minutes",
    },
    Module {
        folder: "coredns",
        pins: include_str!("../go/coredns/go.mod"),
        release: "github.com/coredns/coredns",
        takes: "a minute and a half",
    },
];

/// The folders of the programs, which are built if they are not there.
///
/// # Errors
/// If there is no Go, or a build fails.
pub fn build(cache: &Path) -> anyhow::Result<Vec<PathBuf>> {
    MODULES.iter().map(|module| module.build(cache)).collect()
}

impl Module {
    fn build(&self, cache: &Path) -> anyhow::Result<PathBuf> {
        let version = self.version()?;
        let folder = cache.join(format!("{}-{version}", self.folder));
        if folder.exists() {
            return Ok(folder);
        }
        println!(
            "building {} {version} with Go: the first time {} on two cores, later seconds …",
            self.folder, self.takes
        );
        // Under another name until all are there.
        let new = cache.join(format!("{}-{}.new", self.folder, std::process::id()));
        std::fs::create_dir_all(&new).with_context(|| new.display().to_string())?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("go")
            .join(self.folder);
        let status = Command::new("go")
            .args([
                "build",
                "-trimpath",
                "-ldflags",
                &self.linker_flags(&version),
            ])
            .arg("-o")
            .arg(&new)
            .args(self.programs())
            .current_dir(&source)
            .env("CGO_ENABLED", "0")
            .status()
            .context("cannot run go; Kubernetes is built with it: see https://go.dev/dl")?;
        ensure!(
            status.success(),
            "`go build` in {} failed ({status})",
            source.display()
        );
        std::fs::rename(&new, &folder).with_context(|| folder.display().to_string())?;
        Ok(folder)
    }

    /// The version that `go.mod` requires of the release.
    fn version(&self) -> anyhow::Result<String> {
        let mut lines = self.pins.lines().map(str::trim);
        let version = lines.find_map(|line| {
            let line = line.strip_prefix("require ").unwrap_or(line);
            let version = line.strip_prefix(self.release)?.strip_prefix(' ')?;
            version.split(' ').next()
        });
        let missing = || {
            format!(
                "go/{}/go.mod does not require {}",
                self.folder, self.release
            )
        };
        version.map(str::to_owned).with_context(missing)
    }

    /// The packages that `go.mod` names as tools.
    fn programs(&self) -> impl Iterator<Item = &'static str> {
        let tools = self
            .pins
            .lines()
            .map(|line| line.strip_prefix("tool ").unwrap_or(line));
        let release = self.release;
        tools.map(str::trim).filter(move |line| {
            !line.contains(' ')
                && (*line == release || line.starts_with(&format!("{release}/cmd/")))
        })
    }

    /// Without symbols; Kubernetes takes its version from the linker.
    fn linker_flags(&self, version: &str) -> String {
        let mut flags = "-s -w".to_owned();
        let mut numbers = version.trim_start_matches('v').split('.');
        let (major, minor) = (numbers.next(), numbers.next());
        for (name, value) in [
            ("gitVersion", Some(version)),
            ("gitMajor", major),
            ("gitMinor", minor),
        ] {
            let value = value.unwrap_or_default();
            flags += &format!(" -X k8s.io/component-base/version.{name}={value}");
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_pin_a_release_and_name_their_programs() {
        let [kubernetes, coredns] = &MODULES;
        assert!(kubernetes.version().unwrap().starts_with("v1."));
        assert_eq!(kubernetes.programs().count(), 6);
        assert!(kubernetes.programs().any(|name| name.ends_with("/kubelet")));
        assert!(coredns.version().unwrap().starts_with("v1."));
        assert_eq!(coredns.programs().collect::<Vec<_>>(), [coredns.release]);
        let flags = kubernetes.linker_flags("v1.34.4");
        assert!(flags.contains("gitVersion=v1.34.4 ") && flags.ends_with("gitMinor=34"));
    }
}
