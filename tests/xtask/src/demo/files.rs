//! An application that needs nothing: a Deployment with files on a claim.

use super::application::Application;
use super::stage::Stage;
use crate::workspace;
use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};

/// How many files.
const COUNT: usize = 40;

#[derive(Default)]
pub struct Files;

impl Application for Files {
    fn name(&self) -> &'static str {
        "a Deployment with files"
    }

    fn blueprint(&self) -> &'static str {
        "files"
    }

    fn manifest(&self) -> anyhow::Result<String> {
        let path = workspace::root().join("blueprints/files/application.yaml");
        Ok(fs::read_to_string(path)?)
    }

    fn object(&self) -> &'static str {
        "deployment/shop/files"
    }

    fn options(&self) -> Vec<String> {
        ["--option", "claim=files"].map(str::to_owned).to_vec()
    }

    fn fill(&self, stage: &Stage) -> anyhow::Result<String> {
        let folder = claim(stage)?.join("letters");
        fs::create_dir_all(&folder)?;
        for number in 0..COUNT {
            let text = format!("letter {number}\n").repeat(number * 37 + 1);
            fs::write(folder.join(format!("{number:03}.txt")), text)?;
        }
        open(&folder)?;
        Ok(format!("{COUNT} letters on its claim"))
    }

    fn data(&self, stage: &Stage) -> anyhow::Result<Vec<u8>> {
        let mut data = Vec::new();
        let folder = claim(stage)?.join("letters");
        if folder.exists() {
            gather(&folder, &mut data)?;
        }
        Ok(data)
    }

    fn destroy(&self, stage: &Stage) -> anyhow::Result<String> {
        let folder = claim(stage)?.join("letters");
        fs::remove_dir_all(&folder)?;
        Ok("rm -rf letters".to_owned())
    }

    fn reader(&self, artifact: &str) -> Vec<String> {
        ["tar", "-tvf", artifact].map(str::to_owned).to_vec()
    }
}

/// The claim: in the embedded cluster it is a folder.
fn claim(stage: &Stage) -> anyhow::Result<PathBuf> {
    let volumes = stage.state().join("node/volumes");
    let mut found = fs::read_dir(&volumes)?;
    let first = found.next().context("the cluster has no volume")??;
    Ok(first.path())
}

/// Lets pods, which may run as somebody else, replace the files.
fn open(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777))?;
    Ok(())
}

/// Names and contents of all files, in order.
fn gather(folder: &Path, data: &mut Vec<u8>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder)?;
    let mut paths: Vec<_> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, data)?;
            continue;
        }
        let name = path.file_name().unwrap_or_default();
        data.extend_from_slice(name.as_encoded_bytes());
        data.push(0);
        data.extend(fs::read(&path)?);
        data.push(0);
    }
    Ok(())
}
