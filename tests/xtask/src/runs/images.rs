//! The images of the cases, as folders for the embedded cluster: this machine's own programs under
//! the names that the cases use.

use anyhow::Context as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

/// The programs that `test.local/busybox:1` has links for.
const PROGRAMS: [&str; 16] = [
    "sh", "cat", "ls", "echo", "sleep", "env", "true", "false", "head", "tail", "mkdir", "rm",
    "test", "date", "hostname", "id",
];

/// Stands for busybox: runs the program that its first argument names.
const BUSYBOX: &str = "#!/bin/sh\nexec \"$@\"\n";

/// Makes the images below `folder`.
pub fn make(folder: &Path, kanister: &Path) -> anyhow::Result<()> {
    for image in ["busybox:1", "tools:1"] {
        let bin = folder.join("test.local").join(image).join("bin");
        fs::create_dir_all(&bin).with_context(|| bin.display().to_string())?;
        for program in PROGRAMS {
            let link = bin.join(program);
            if let Some(found) = found(program)
                && link.symlink_metadata().is_err()
            {
                symlink(found, link)?;
            }
        }
        write(&bin.join("busybox"), BUSYBOX.as_bytes())?;
    }
    let kando = folder.join("test.local/tools:1/usr/local/bin/kando");
    fs::create_dir_all(kando.parent().unwrap_or(folder))?;
    // A copy: a link would lead out of what a pod can see.
    fs::copy(kanister, &kando)
        .with_context(|| format!("{} cannot be copied", kanister.display()))?;
    Ok(())
}

fn write(file: &Path, content: &[u8]) -> anyhow::Result<()> {
    fs::write(file, content)?;
    fs::set_permissions(file, Permissions::from_mode(0o755))?;
    Ok(())
}

fn found(program: &str) -> Option<std::path::PathBuf> {
    ["/usr/bin", "/bin"]
        .map(|folder| Path::new(folder).join(program))
        .into_iter()
        .find(|file| file.exists())
}
