//! So many GiB through a pipe, whose length nobody knows: throughput, and memory that stays the same.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use store_tests::server::{folder, s3s_fs};
use tokio::process::Command;

use crate::measure::{once, report};

/// Pushes from a pipe and pulls into one, on a folder and on `s3s-fs`.
pub async fn run(kando: &Path, gib: u64, work: &Path) -> Result<()> {
    for server in [folder()?, s3s_fs().await?] {
        let mut settings = server.settings.clone();
        if server.address.is_none() {
            settings.bucket = work.display().to_string();
        }
        let kando = |verb: &str| {
            let mut command = Command::new(kando);
            command.args(["location", verb, "-", "--path", "bench/stream"]);
            command.args(["--profile", &settings.json()]);
            command
        };
        let bytes = (gib << 30).to_string();
        let mut head = std::process::Command::new("head");
        let mut head = head
            .args(["-c", &bytes, "/dev/zero"])
            .stdout(Stdio::piped())
            .spawn()?;
        let from = head.stdout.take().context("no pipe")?;
        let push = once(kando("push").stdin(from)).await?;
        ensure!(head.wait()?.success(), "head failed");
        let mib = usize::try_from(gib << 10)?;
        report(&format!("push to {}, pipe", server.name), mib, &push, &[]);
        let mut cmp = std::process::Command::new("cmp");
        let mut cmp = cmp
            .args(["-n", &bytes, "-", "/dev/zero"])
            .stdin(Stdio::piped())
            .spawn()?;
        let to = cmp.stdin.take().context("no pipe")?;
        let pull = once(kando("pull").stdout(to)).await?;
        ensure!(cmp.wait()?.success(), "what was pulled differs");
        report(&format!("pull from {}, pipe", server.name), mib, &pull, &[]);
    }
    Ok(())
}
