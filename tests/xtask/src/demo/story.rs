//! The demo, step by step.

use super::application::Application;
use super::stage::{Stage, from_root, shown};
use anyhow::Context;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Lines that are shown of the artifact's content.
const SHOWN: usize = 6;

/// The Profile of the demo's store.
fn profile(store: &Path) -> String {
    format!(
        "apiVersion: cr.kanister.io/v1alpha1\nkind: Profile\nmetadata: {{name: local, namespace: kanister}}\n\
         location: {{type: filestore, bucket: {}}}\ncredential: {{}}\n",
        store.display()
    )
}

pub fn tell(application: &dyn Application) -> anyhow::Result<()> {
    let begun = Instant::now();
    let name = application.name();
    picture(name);

    step(1, "A cluster on this machine, and the application in it");
    let stage = Stage::start()?;
    let manifest = stage.write("application.yaml", &application.manifest()?)?;
    let profile = stage.write("profile.yaml", &profile(&stage.store()))?;
    let folder = format!("blueprints/{}", application.blueprint());
    let blueprint = format!("{folder}/blueprint.yaml");
    println!(
        "   The cluster is embedded in kanister: pods are processes. The backups go to the folder {}.",
        from_root(&stage.store())
    );
    stage.kanister_run(&words(&[
        "--apply",
        &from_root(&manifest),
        "--namespace",
        "shop",
    ]))?;
    let what = application.fill(&stage)?;
    let before = application.data(&stage)?;
    println!("\n   {name} has {what} now: {}", fingerprint(&before));

    step(
        2,
        &format!("Backup: the action `backup` of the Blueprint {blueprint}"),
    );
    let mut backup = words(&[
        &blueprint,
        &from_root(&profile),
        "--action",
        "backup",
        "--object",
        application.object(),
        "--profile",
        "local",
        "--mount",
        &from_root(&stage.store()),
        "--name",
        "backup",
    ]);
    backup.extend(application.options());
    stage.kanister_run(&backup)?;
    let artifact = newest(&stage.store())?;
    let size = fs::metadata(&artifact)?.len();
    println!("\n   The artifact is an ordinary file of {size} bytes. Its own tool reads it:");
    read(application, &artifact)?;

    step(3, "Disaster");
    let how = application.destroy(&stage)?;
    println!("   > {how}");
    let lost = application.data(&stage).map_or(true, |data| data != before);
    anyhow::ensure!(lost, "the data is still there");
    println!("   The data of {name} is gone.");

    step(
        4,
        "Restore: the action `restore`, with what the backup left",
    );
    stage.kanister_run(&words(&[
        &from_root(&profile),
        "--from",
        "backup",
        "--action",
        "restore",
        "--name",
        "restore",
    ]))?;
    let after = application.data(&stage)?;

    step(5, "Compare");
    println!(
        "   before: {}\n   after:  {}",
        fingerprint(&before),
        fingerprint(&after)
    );
    anyhow::ensure!(before == after, "the data is NOT what it was");
    println!("   The same, byte for byte.");
    summary(name, &what, &artifact, size);
    println!(
        "\nThat was the demo, in {} s. Everything of it is in {}; more: target/release/kanister --help, \
         cargo xtask demo --functions",
        begun.elapsed().as_secs(),
        from_root(stage.folder())
    );
    Ok(())
}

fn picture(name: &str) {
    println!(
        "
   ┌────────────────────── this machine ──────────────────────┐
   │                                                          │
   │   {name:<25}   ── 1 backup ──▶            │
   │   in a cluster that lives                       a folder │
   │   in one process              ◀── 3 restore ──           │
   │                                                          │
   │        ✗ 2 disaster                                      │
   │                                                          │
   └──────────────────────────────────────────────────────────┘"
    );
}

fn summary(name: &str, what: &str, artifact: &Path, size: u64) {
    println!(
        "
   ┌────────────────────────────────────────────────────────
   │  {name}: {what}
   │     │ backup          ▲ restore
   │     ▼                 │
   │  {} ({size} bytes)
   │
   │  ✔ restored and compared, byte for byte
   └────────────────────────────────────────────────────────",
        from_root(artifact)
    );
}

fn step(number: u32, text: &str) {
    println!("\n== {number}. {text}\n");
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

fn fingerprint(data: &[u8]) -> String {
    let digest = Sha256::digest(data);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let short = hex.get(..16).unwrap_or_default();
    format!("{} bytes, SHA-256 {short}…", data.len())
}

/// The one file in the store.
fn newest(folder: &Path) -> anyhow::Result<PathBuf> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Ok(found) = newest(&path) {
                return Ok(found);
            }
        } else {
            return Ok(path);
        }
    }
    anyhow::bail!("there is no artifact in {}", folder.display())
}

fn read(application: &dyn Application, artifact: &Path) -> anyhow::Result<()> {
    let reader = application.reader(&path(artifact));
    let (program, arguments) = reader.split_first().context("a reader is a command")?;
    let mut command = Command::new(program);
    command.args(arguments);
    println!("$ {}", shown(&command));
    let output = command
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    anyhow::ensure!(output.status.success(), "the artifact cannot be read");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with(';')).collect();
    for line in lines.iter().take(SHOWN) {
        println!("   {line}");
    }
    if lines.len() > SHOWN {
        println!("   … and {} more", lines.len() - SHOWN);
    }
    Ok(())
}
