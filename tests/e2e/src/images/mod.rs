//! The images of the node, made of files and of Debian packages: there is no registry.

mod archive;
mod debian;
mod rootfs;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use archive::architecture;
use archive::{Image, Layer, Process};

/// What holds a pod's namespaces.
pub const SANDBOX: &str = "test.local/pause:1";
/// busybox with all of its commands.
pub const BUSYBOX: &str = "test.local/busybox:1";
/// The same with kando, as blueprints want it.
pub const TOOLS: &str = "test.local/tools:1";
/// PostgreSQL's server and clients with kando.
pub const POSTGRES: &str = "test.local/postgres:1";

/// The controller's.
pub const KANISTER: &str = "test.local/kanister:1";

/// What the images are made of.
pub struct Sources {
    /// kando without a dynamic linker; without it there are no images that hold it.
    pub kando: Option<PathBuf>,
    /// Whether PostgreSQL's image is wanted.
    pub postgres: bool,
    /// Static programs that become images of their own: `NAME` and the file.
    pub programs: Vec<(String, PathBuf)>,
}

/// Writes archives of all images into the folder and gives their paths.
///
/// # Errors
/// If a source is missing or nothing can be written.
pub fn make(folder: &Path, sources: &Sources) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let busybox = rootfs::busybox()?;
    let shell = Process::shell();
    let mut images = vec![
        Image {
            reference: SANDBOX.into(),
            layers: vec![busybox.clone()],
            // Longer than any test; signals that would end it come from outside, and kill.
            process: Process::of(&["/bin/sleep", "1000000000"]),
        },
        Image {
            reference: BUSYBOX.into(),
            layers: vec![busybox.clone()],
            process: shell.clone(),
        },
    ];
    let mut kando = Vec::new();
    if let Some(program) = &sources.kando {
        kando.push(rootfs::program(program, "usr/local/bin/kando")?);
        images.push(Image {
            reference: TOOLS.into(),
            layers: [vec![busybox], kando.clone()].concat(),
            process: shell.clone(),
        });
    }
    for (name, program) in &sources.programs {
        let path = format!("/{name}");
        images.push(Image {
            reference: format!("test.local/{name}:1"),
            layers: vec![rootfs::program(program, name)?],
            process: Process::of(&[&path]).with_user("65532:65532"),
        });
    }
    let mut archives = vec![write(folder, "small", &images)?];
    if sources.postgres {
        let root = debian::root(folder, "postgresql")?;
        let image = Image {
            reference: POSTGRES.into(),
            layers: [vec![Layer::File(root)], kando].concat(),
            process: shell.with_user("postgres"),
        };
        archives.push(write(folder, "postgres", &[image])?);
    }
    Ok(archives)
}

/// A half-written archive never has the name of a whole one, and clusters that start at the same
/// time do not write into one file.
fn write(folder: &Path, name: &str, images: &[Image]) -> anyhow::Result<PathBuf> {
    let path = folder.join(format!("{name}.tar"));
    let new = folder.join(format!("{name}.{}.new", std::process::id()));
    archive::write(&new, images)?;
    std::fs::rename(&new, &path).with_context(|| path.display().to_string())?;
    Ok(path)
}
