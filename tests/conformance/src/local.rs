//! An embedded cluster for tests.

use std::path::Path;

use kanister_devcluster::{Cluster, Pods, SUPERVISE, Setup, Supervisor};

/// How pods of the cluster are kept apart from the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// As well as this machine can.
    Best,
    /// By Landlock alone.
    Landlock,
    /// Not at all.
    None,
}

/// Starts a cluster with its state and images below `folder`, whose supervisor is `program` (the
/// test program `devcluster-alone`).
///
/// # Errors
/// If it does not start.
pub async fn start(
    folder: &Path,
    program: &str,
    confinement: Confinement,
) -> anyhow::Result<Cluster> {
    let images = folder.join("images");
    std::fs::create_dir_all(images.join("test.local/busybox:1"))?;
    let pods = Pods {
        supervisor: Supervisor {
            program: program.into(),
            arguments: vec![SUPERVISE.into()],
        },
        images: Some(images),
        unconfined: confinement == Confinement::None,
        no_namespaces: confinement == Confinement::Landlock,
        host_paths: Vec::new(),
        user: "nobody".into(),
    };
    let setup = Setup {
        state: Some(folder.join("state")),
        pods: Some(pods),
        ..Setup::default()
    };
    Ok(Cluster::start(setup).await?)
}
