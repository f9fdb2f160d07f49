//! The architecture as a table: which part of the workspace may know which.

use anyhow::Context;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Each layer (a folder, or `folder/*` for what lies directly below it) and those it may
/// depend on. Everything else is an arrow in the wrong direction. Tests of a crate may use
/// anything: dev-dependencies do not count.
const LAYERS: &[(&str, &[&str])] = &[
    ("runtime/api", &[]),
    ("runtime/template", &["runtime/api"]),
    ("runtime/plugin", &["runtime/api"]),
    ("runtime/storage", &["runtime/api"]),
    ("runtime/devcluster", &["runtime/api"]),
    // How the programs read their command lines; no arrows of its own.
    ("runtime/flags", &[]),
    (
        "runtime/kando",
        &["runtime/flags", "runtime/storage", "runtime/api"],
    ),
    (
        "runtime/kanctl",
        &["runtime/flags", "runtime/storage", "runtime/api"],
    ),
    (
        "runtime/host",
        &["runtime/plugin", "runtime/storage", "runtime/api"],
    ),
    (
        "runtime/engine",
        &[
            "runtime/host",
            "runtime/storage",
            "runtime/template",
            "runtime/api",
        ],
    ),
    (
        "runtime/lint",
        &["runtime/host", "runtime/template", "runtime/api"],
    ),
    (
        "runtime/controller",
        &[
            "runtime/engine",
            "runtime/host",
            "runtime/template",
            "runtime/api",
        ],
    ),
    (
        "runtime/cli",
        &[
            "runtime/controller",
            "runtime/engine",
            "runtime/lint",
            "runtime/host",
            "runtime/devcluster",
            "runtime/kanctl",
            "runtime/kando",
            "runtime/flags",
            "runtime/storage",
            "runtime/plugin",
            "runtime/template",
            "runtime/api",
        ],
    ),
    // What authors use knows nothing of the host, and functions know only what authors use.
    ("sdk/rust/macros", &[]),
    ("sdk/rust", &["sdk/rust/macros"]),
    ("sdk/rust/examples/*", &["sdk/rust"]),
    // The types of the API are plain data and do no I/O.
    ("plugins/*", &["sdk/rust", "runtime/api"]),
    // Tests are plugins, drive hosts, or both.
    ("tests/*", TESTS),
    ("tests/bench/*", TESTS),
];

/// What tests may know: everything.
const TESTS: &[&str] = &[
    "runtime/cli",
    "runtime/controller",
    "runtime/engine",
    "runtime/lint",
    "runtime/host",
    "runtime/devcluster",
    "runtime/kanctl",
    "runtime/kando",
    "runtime/flags",
    "runtime/storage",
    "runtime/plugin",
    "runtime/template",
    "runtime/api",
    "sdk/rust",
    "plugins/*",
    "tests/*",
    "tests/bench/*",
];

/// A part of the workspace: its folder, and the folders of what it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    folder: String,
    uses: Vec<String>,
}

/// Fails when an arrow goes the wrong way.
pub fn check() -> anyhow::Result<()> {
    let wrong = wrong_arrows(&workspace()?);
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What is wrong, one line each.
fn wrong_arrows(parts: &[Part]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Part { folder, uses } in parts {
        let Some((layer, allowed)) = layer(folder) else {
            wrong.push(format!(
                "{folder} is in no layer; add it to tests/xtask/src/layers.rs"
            ));
            continue;
        };
        for used in uses {
            let fits = self::layer(used).is_some_and(|(layer, _)| allowed.contains(&layer));
            if !fits {
                wrong.push(format!(
                    "{folder} depends on {used}, which the layer {layer} may not know"
                ));
            }
        }
    }
    wrong
}

fn layer(folder: &str) -> Option<(&'static str, &'static [&'static str])> {
    let is = |layer: &str| match layer.strip_suffix("/*") {
        Some(parent) => folder
            .rsplit_once('/')
            .is_some_and(|(above, _)| above == parent),
        None => folder == layer,
    };
    LAYERS.iter().copied().find(|(layer, _)| is(layer))
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    path: Option<PathBuf>,
    kind: Option<String>,
}

/// The parts of this workspace, as cargo sees them.
fn workspace() -> anyhow::Result<Vec<Part>> {
    let output = crate::command::cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("cannot run `cargo metadata`")?;
    anyhow::ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let Metadata {
        packages,
        workspace_root,
    } = serde_json::from_slice(&output.stdout)?;
    let folder = |path: PathBuf| -> anyhow::Result<String> {
        let inside = path
            .strip_prefix(&workspace_root)
            .context("a path outside of the checkout")?;
        Ok(inside.to_string_lossy().into_owned())
    };
    let mut parts = BTreeMap::new();
    for Package {
        manifest_path,
        dependencies,
    } in packages
    {
        let mut uses = Vec::new();
        for Dependency { path, kind } in dependencies {
            if let Some(path) = path
                && kind.as_deref() != Some("dev")
            {
                uses.push(folder(path)?);
            }
        }
        let own = manifest_path
            .parent()
            .context("a manifest without a folder")?
            .to_owned();
        parts.insert(folder(own)?, uses);
    }
    Ok(parts
        .into_iter()
        .map(|(folder, uses)| Part { folder, uses })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(folder: &str, uses: &[&str]) -> Part {
        let uses = uses.iter().map(|used| (*used).to_owned()).collect();
        Part {
            folder: folder.to_owned(),
            uses,
        }
    }

    #[test]
    fn the_arrows_of_this_workspace_go_one_way() {
        assert!(workspace().unwrap().len() > 3, "the workspace has parts");
        check().unwrap();
    }

    #[test]
    fn an_arrow_in_the_wrong_direction_is_found() {
        let wrong = wrong_arrows(&[
            part("runtime/api", &["runtime/host"]),
            part("runtime/storage", &["runtime/api"]),
            part("plugins/exec", &["sdk/rust", "runtime/host"]),
            part("runtime/engine", &["runtime/devcluster"]),
        ]);
        assert_eq!(
            wrong,
            [
                "runtime/api depends on runtime/host, which the layer runtime/api may not know",
                "plugins/exec depends on runtime/host, which the layer plugins/* may not know",
                "runtime/engine depends on runtime/devcluster, which the layer runtime/engine \
                 may not know",
            ]
        );
    }

    #[test]
    fn a_part_outside_of_every_layer_is_found() {
        let wrong = wrong_arrows(&[part("runtime/utils", &[]), part("plugins/a/b", &[])]);
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }

    #[test]
    fn the_table_has_no_cycle() {
        fn reaches(from: &str, to: &str, steps: usize) -> bool {
            let next = layer(from).map(|(_, allowed)| allowed).unwrap_or_default();
            steps > 0
                && next
                    .iter()
                    .any(|next| *next == to || reaches(next, to, steps - 1))
        }
        for (layer, _) in LAYERS.iter().filter(|(_, allowed)| *allowed != TESTS) {
            assert!(
                !reaches(layer, layer, LAYERS.len()),
                "{layer} reaches itself"
            );
        }
    }
}
