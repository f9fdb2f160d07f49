//! Running cargo.

use super::Progress;
use super::error::{BuildError, CommandError};
use super::target::TARGET;
use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// For a crate whose workspace has no profile for plugins: small, and a panic is a trap.
const SMALL: [&str; 6] = [
    "profile.plugin.inherits=\"release\"",
    "profile.plugin.opt-level=\"s\"",
    "profile.plugin.lto=true",
    "profile.plugin.codegen-units=1",
    "profile.plugin.strip=true",
    "profile.plugin.panic=\"abort\"",
];

/// Flags for the author's own machine. Cargo would hand them to the compiler for
/// WebAssembly too, and even an empty one hides the flags of the target.
const FOREIGN_FLAGS: [&str; 3] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
];

/// A crate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    manifest_path: PathBuf,
    #[serde(default)]
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Artifact {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The crate in a folder.
pub fn package(dir: &Path) -> Result<Package, BuildError> {
    let no_crate = || BuildError::NoCrate {
        dir: dir.to_owned(),
    };
    let manifest = dir
        .join("Cargo.toml")
        .canonicalize()
        .map_err(|_| no_crate())?;
    let mut command = Command::new("cargo");
    command
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(dir);
    let text = output(&mut command)?;
    let metadata: Metadata = serde_json::from_str(&text).map_err(|error| CommandError::Output {
        command: line(&command),
        message: error.to_string(),
    })?;
    let Metadata {
        packages,
        workspace_root,
    } = metadata;
    let here = |package: &Package| {
        package
            .manifest_path
            .canonicalize()
            .is_ok_and(|path| path == manifest)
    };
    let package = packages.into_iter().find(here).ok_or_else(no_crate)?;
    Ok(Package {
        workspace_root,
        ..package
    })
}

/// Compiles a crate; answers with the file of its core module.
pub fn build(
    dir: &Path,
    package: &Package,
    profile: Option<&str>,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, BuildError> {
    let mut command = Command::new("cargo");
    command.current_dir(dir);
    command.args([
        "build",
        "--lib",
        "--target",
        TARGET,
        "--package",
        &package.name,
    ]);
    command.args(["--message-format", "json-render-diagnostics"]);
    command.args(["--profile", profile.unwrap_or("plugin")]);
    if profile.is_none() {
        command.args(SMALL.iter().flat_map(|setting| ["--config", setting]));
    }
    command.args(["--config", &remap_paths(&package.workspace_root)]);
    for name in FOREIGN_FLAGS {
        command.env_remove(name);
    }
    let messages = follow(&mut command, progress)?;
    messages
        .lines()
        .filter_map(|message| serde_json::from_str::<Artifact>(message).ok())
        .filter(|artifact| artifact.reason == "compiler-artifact")
        .filter(|artifact| artifact.manifest_path == package.manifest_path)
        .flat_map(|artifact| artifact.filenames)
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .ok_or_else(|| BuildError::NoCdylib {
            name: package.name.clone(),
        })
}

/// The same component wherever the sources are: messages of panics name files, and folders
/// of the author's machine are nobody's business. A flag of the target also keeps flags for
/// the author's machine (`build.rustflags`) away from it.
fn remap_paths(workspace: &Path) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let registries = home
        .and_then(|home| std::fs::read_dir(home.join("registry/src")).ok())
        .into_iter()
        .flat_map(|sources| sources.flatten().map(|source| (source.path(), "crates")));
    let flags: Vec<String> = registries
        .chain([(workspace.to_owned(), ".")])
        .filter_map(|(from, to)| {
            let flag = format!("--remap-path-prefix={}={to}", from.display());
            serde_json::to_string(&flag).ok()
        })
        .collect();
    format!("target.{TARGET}.rustflags=[{}]", flags.join(","))
}

/// Runs a command, hands on each line of its standard error, answers with its standard
/// output.
fn follow(
    command: &mut Command,
    progress: &mut dyn FnMut(Progress),
) -> Result<String, CommandError> {
    let name = line(command);
    let failed = |source| CommandError::Start {
        command: name.clone(),
        source,
    };
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let collector =
        std::thread::spawn(move || stdout.map_or(Ok(String::new()), std::io::read_to_string));
    if let Some(stderr) = stderr {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            progress(Progress::Line(String::from_utf8_lossy(&line).into_owned()));
        }
    }
    let status = child.wait().map_err(failed)?;
    let unread = || CommandError::Output {
        command: name.clone(),
        message: "its output is no text".to_owned(),
    };
    let printed = collector
        .join()
        .map_err(|_| unread())?
        .map_err(|_| unread())?;
    if !status.success() {
        return Err(CommandError::Failed {
            command: name,
            output: String::new(),
        });
    }
    Ok(printed)
}

/// What a command prints.
pub fn output(command: &mut Command) -> Result<String, CommandError> {
    let name = line(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| CommandError::Start {
            command: name.clone(),
            source,
        })?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(CommandError::Failed {
            command: name,
            output,
        });
    }
    String::from_utf8(output.stdout).map_err(|error| CommandError::Output {
        command: name,
        message: error.to_string(),
    })
}

/// The command as somebody would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
