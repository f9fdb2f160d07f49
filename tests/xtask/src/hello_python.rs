//! `cargo xtask hello-python`: the smallest function in Python as a component, for tests that
//! run a guest with imports of WASI.

use crate::{command, components, workspace};
use anyhow::Context;
use kanister_plugin::build::{self, Request, Source};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of the Python package that makes components.
const COMPONENTIZE: &str = "componentize-py==0.25.1";

#[derive(clap::Args)]
pub struct HelloPython {}

impl HelloPython {
    pub fn run(&self) -> anyhow::Result<()> {
        let Self {} = self;
        match build()? {
            Some(file) => println!("{}", file.display()),
            None => println!("there is no python3 on PATH, so there is no component of Python"),
        }
        Ok(())
    }
}

/// Makes the component, unless it is newer than its source; none where Python is missing.
pub fn build() -> anyhow::Result<Option<PathBuf>> {
    let fixtures = workspace::target().join("fixtures");
    let made = fixtures.join("hello-python.wasm");
    let source = workspace::root().join("sdk/python/hello");
    let inputs = [source.join("hello.py"), source.join("manifest.yaml")]
        .into_iter()
        .chain(workspace::wit_files());
    if is_newer(&made, inputs) {
        return Ok(Some(made));
    }
    if Command::new("python3").arg("--version").output().is_err() {
        return Ok(None);
    }
    let work = fixtures.join("hello-python");
    let tool = install(&work)?;
    let wit = work.join("wit");
    workspace::write_wit_folder(&wit)?;
    // A copy: Python leaves its caches beside the sources that it loads.
    let app = work.join("app");
    std::fs::create_dir_all(&app)?;
    std::fs::copy(source.join("hello.py"), app.join("hello.py"))?;
    let raw = work.join("raw.wasm");
    let mut componentize = Command::new(tool);
    componentize
        .arg("-q")
        .arg("-d")
        .arg(&wit)
        .args(["-w", "base", "componentize", "hello"]);
    componentize.arg("-p").arg(&app).arg("-o").arg(&raw);
    command::run(&mut componentize)?;
    let request = Request {
        dir: source,
        source: Source::Component(raw),
    };
    let built = build::build(&request, &mut components::show)?;
    components::write_if_changed(&made, &built.bytes)?;
    Ok(Some(made))
}

/// Installs the tool into an environment of its own.
fn install(work: &Path) -> anyhow::Result<PathBuf> {
    let environment = work.join("venv");
    let tool = environment.join("bin/componentize-py");
    if !tool.is_file() {
        eprintln!("installing {COMPONENTIZE} into {}", environment.display());
        command::run(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&environment),
        )?;
        let pip = environment.join("bin/pip");
        command::run(Command::new(pip).args(["install", "--quiet", COMPONENTIZE]))
            .context("the component of Python needs the package index once")?;
    }
    Ok(tool)
}

fn is_newer(file: &Path, inputs: impl Iterator<Item = PathBuf>) -> bool {
    let time = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    let Some(made) = time(file) else { return false };
    let mut inputs = inputs;
    inputs.all(|input| time(&input).is_some_and(|changed| changed < made))
}
