//! Layers made of files of this machine.

use std::io;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use tar::{Builder, EntryType};

use super::archive::{Layer, add, header};

const BUSYBOX: &str = "/bin/busybox";

/// busybox, a link for each of its commands, and the few files that programs look for.
pub fn busybox() -> anyhow::Result<Layer> {
    let program = read_static(Path::new(BUSYBOX)).context("install busybox-static (Debian)")?;
    let list = Command::new(BUSYBOX).arg("--list").output();
    let list = list.context(BUSYBOX)?.stdout;
    let build = || -> io::Result<Vec<u8>> {
        let mut tar = Builder::new(Vec::new());
        for (name, mode) in [
            ("bin", 0o755),
            ("dev", 0o755),
            ("etc", 0o755),
            ("root", 0o700),
            ("tmp", 0o1777),
        ] {
            directory(&mut tar, name, mode)?;
        }
        add(&mut tar, "bin/busybox", 0o755, &program)?;
        for name in String::from_utf8_lossy(&list).lines() {
            if name != "busybox" {
                let mut link = header(0, 0o777);
                link.set_entry_type(EntryType::Symlink);
                tar.append_link(&mut link, format!("bin/{name}"), "busybox")?;
            }
        }
        let users = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n";
        add(&mut tar, "etc/passwd", 0o644, users.as_bytes())?;
        add(
            &mut tar,
            "etc/group",
            0o644,
            b"root:x:0:\nnogroup:x:65534:\n",
        )?;
        tar.into_inner()
    };
    Ok(Layer::Bytes(build()?))
}

/// One program at this path.
pub fn program(file: &Path, path: &str) -> anyhow::Result<Layer> {
    let bytes = read_static(file)?;
    let build = || -> io::Result<Vec<u8>> {
        let mut tar = Builder::new(Vec::new());
        for (at, _) in path.match_indices('/') {
            directory(&mut tar, path.get(..at).unwrap_or_default(), 0o755)?;
        }
        // Programs that write their own files want it, as any user.
        directory(&mut tar, "tmp", 0o1777)?;
        add(&mut tar, path, 0o755, &bytes)?;
        tar.into_inner()
    };
    Ok(Layer::Bytes(build()?))
}

/// A program that needs no file of this machine.
fn read_static(file: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    for linker in ["/ld-linux", "/ld-musl-"] {
        ensure!(
            !bytes
                .windows(linker.len())
                .any(|at| at == linker.as_bytes()),
            "{} wants a dynamic linker, which an image of it alone has not",
            file.display()
        );
    }
    Ok(bytes)
}

fn directory(tar: &mut Builder<Vec<u8>>, path: &str, mode: u32) -> io::Result<()> {
    let mut entry = header(0, mode);
    entry.set_entry_type(EntryType::Directory);
    tar.append_data(&mut entry, format!("{path}/"), io::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_a_dynamic_linker_is_refused() {
        let error = program(Path::new("/bin/sleep"), "sleep").err().unwrap();
        assert!(error.to_string().contains("dynamic linker"), "{error}");
    }
}
