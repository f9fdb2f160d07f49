//! Archives of images in the form of `docker save`, which containerd imports.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tar::{Builder, Header};

/// A part of an image's files, as an uncompressed tar.
#[derive(Clone)]
pub enum Layer {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Layer {
    /// Its length, and a reader from its beginning.
    fn open(&self) -> io::Result<(u64, Box<dyn Read + '_>)> {
        Ok(match self {
            Self::Bytes(bytes) => (bytes.len() as u64, Box::new(bytes.as_slice())),
            Self::File(path) => {
                let file = File::open(path)?;
                (file.metadata()?.len(), Box::new(file))
            }
        })
    }

    fn digest(&self) -> io::Result<String> {
        let mut hash = Sha256::new();
        io::copy(&mut self.open()?.1, &mut hash)?;
        Ok(hex(&hash.finalize()))
    }
}

/// What a container of an image runs, unless the pod says it.
#[derive(Clone, Default)]
pub struct Process {
    entrypoint: Vec<String>,
    /// In place of which a pod's arguments come.
    command: Vec<String>,
    user: String,
}

impl Process {
    /// This program, as root.
    #[must_use]
    pub fn of(entrypoint: &[&str]) -> Self {
        Self {
            entrypoint: entrypoint.iter().map(|word| (*word).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// A shell, as images that people look into have it.
    #[must_use]
    pub fn shell() -> Self {
        Self {
            command: vec!["sh".to_owned()],
            ..Self::default()
        }
    }

    /// The same as this user, `NUMBER:NUMBER` or a name of the image's own list.
    #[must_use]
    pub fn with_user(self, user: &str) -> Self {
        Self {
            user: user.to_owned(),
            ..self
        }
    }
}

/// An image.
pub struct Image {
    /// `NAME:TAG`.
    pub reference: String,
    /// From the bottom up.
    pub layers: Vec<Layer>,
    pub process: Process,
}

impl Image {
    fn config(&self, layers: &[String]) -> Vec<u8> {
        let layers: Vec<_> = layers.iter().map(|id| format!("sha256:{id}")).collect();
        json!({
            "architecture": architecture(),
            "os": "linux",
            "config": {
                "Entrypoint": self.process.entrypoint,
                "Cmd": self.process.command,
                "User": self.process.user,
                "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            },
            "rootfs": {"type": "layers", "diff_ids": layers},
        })
        .to_string()
        .into_bytes()
    }
}

/// Writes an archive of these images; layers that several have are stored once.
///
/// # Errors
/// If a layer cannot be read or the archive not be written.
pub fn write(path: &Path, images: &[Image]) -> anyhow::Result<()> {
    let write = || -> io::Result<()> {
        let mut archive = Builder::new(BufWriter::new(File::create(path)?));
        let mut manifest = Vec::new();
        let mut stored = BTreeSet::new();
        for image in images {
            let mut ids = Vec::new();
            for layer in &image.layers {
                let id = layer.digest()?;
                if stored.insert(id.clone()) {
                    let (length, bytes) = layer.open()?;
                    let mut header = header(length, 0o644);
                    archive.append_data(&mut header, format!("{id}.tar"), bytes)?;
                }
                ids.push(id);
            }
            let config = image.config(&ids);
            let name = format!("{}.json", hex(&Sha256::digest(&config)));
            add(&mut archive, &name, 0o644, &config)?;
            let layers: Vec<_> = ids.iter().map(|id| format!("{id}.tar")).collect();
            manifest.push(json!({
                "Config": name,
                "RepoTags": [image.reference],
                "Layers": layers,
            }));
        }
        let manifest = json!(manifest).to_string();
        add(&mut archive, "manifest.json", 0o644, manifest.as_bytes())?;
        archive.into_inner()?.flush()
    };
    write().with_context(|| path.display().to_string())
}

/// Adds a file.
///
/// # Errors
/// Those of writing.
pub fn add<W: Write>(tar: &mut Builder<W>, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
    tar.append_data(&mut header(bytes.len() as u64, mode), path, bytes)
}

/// Of root and without a time, so that equal files make equal images.
pub fn header(length: u64, mode: u32) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(length);
    header.set_mode(mode);
    header
}

/// As Go, and so images, call this processor.
#[must_use]
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_names_what_it_holds_and_stores_a_layer_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.tar");
        let layer = Layer::Bytes(b"not a tar, which nobody reads here".to_vec());
        let image = |reference: &str, process| Image {
            reference: reference.to_owned(),
            layers: vec![layer.clone()],
            process,
        };
        let images = [
            image("a:1", Process::shell()),
            image("b:1", Process::of(&["/run"]).with_user("7:7")),
        ];
        write(&path, &images).unwrap();

        let mut files = std::collections::BTreeMap::new();
        for entry in tar::Archive::new(File::open(&path).unwrap())
            .entries()
            .unwrap()
        {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            assert!(files.insert(name, bytes).is_none());
        }
        assert_eq!(files.len(), 4, "a layer, two configurations, a list");
        let json =
            |name: &str| -> serde_json::Value { serde_json::from_slice(&files[name]).unwrap() };
        let list = json("manifest.json");
        assert_eq!(list[1]["RepoTags"], json!(["b:1"]));
        assert_eq!(list[0]["Layers"], list[1]["Layers"]);
        let config = list[1]["Config"].as_str().unwrap();
        assert_eq!(json(config)["config"]["User"], "7:7");
        assert_eq!(json(config)["config"]["Entrypoint"], json!(["/run"]));
        let shell = list[0]["Config"].as_str().unwrap();
        assert_eq!(json(shell)["config"]["Cmd"], json!(["sh"]));
        let digest = hex(&Sha256::digest(&files[config]));
        assert_eq!(config, format!("{digest}.json"), "its name is its digest");
    }
}
