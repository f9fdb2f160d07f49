//! Files of manifests that a command is given.

use anyhow::{Context, bail};
use clap::Args;
use kanister_lint::Source;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The exit code of wrong options and files that cannot be read.
pub const USAGE: u8 = 2;

/// Files as arguments.
#[derive(Debug, Args)]
pub struct Files {
    /// Files with manifests; of a folder its *.yaml, *.yml and *.json; `-` reads standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

impl Files {
    /// Reads them all.
    pub fn read(&self) -> anyhow::Result<Vec<Source>> {
        read(&self.files)
    }
}

/// Reads files, folders of files, and `-` for standard input.
pub fn read(files: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for file in files {
        if file.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("standard input cannot be read as text")?;
            sources.push(Source {
                name: "standard input".to_owned(),
                text,
            });
        } else if file.is_dir() {
            let found = folder(file)?;
            if found.is_empty() {
                bail!("the folder {} holds no manifests", file.display());
            }
            for file in found {
                sources.push(source(&file)?);
            }
        } else {
            sources.push(source(file)?);
        }
    }
    Ok(sources)
}

fn source(file: &Path) -> anyhow::Result<Source> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the file {} cannot be read", file.display()))?;
    Ok(Source {
        name: file.display().to_string(),
        text,
    })
}

/// The manifests of a folder, sorted; folders in it are not entered.
fn folder(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("the folder {} cannot be read", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_file() && matches!(extension, Some("yaml" | "yml" | "json")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
