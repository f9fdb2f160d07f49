//! What is interrupted is absent afterwards, in the store as on this machine.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use store_tests::server::{Server, folder, s3s_fs};

/// More than one part, so that something is on its way before the end.
const MIB: usize = 24;

fn kando(args: &[&str], server: &Server) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kando"));
    command.args(args).args(["--path", "i/k", "--profile"]);
    command.arg(server.settings.json());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    command
}

fn signal(child: &Child, signal: Signal) -> Result<()> {
    let pid = Pid::from_raw(i32::try_from(child.id())?).context("no process")?;
    Ok(kill_process(pid, signal)?)
}

/// Begins a push whose input does not end; it has sent parts when this returns.
async fn begun(server: &Server) -> Result<Child> {
    let mut child = kando(&["location", "push", "-"], server).spawn()?;
    let input = child.stdin.as_mut().context("no pipe")?;
    input.write_all(&vec![7; MIB << 20])?;
    let begin = Instant::now();
    while server.unfinished("base/dir/i").await? == Some(0) {
        ensure!(begin.elapsed() < Duration::from_secs(60), "nothing arrives");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(child)
}

async fn stopped_by(server: &Server, with: Signal) -> Result<()> {
    let mut child = begun(server).await?;
    signal(&child, with)?;
    // The input stays open: it is not its end that ends the program.
    let input = child.stdin.take();
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await??;
    drop(input);
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() == Some(69),
        "{}: {text}",
        output.status
    );
    ensure!(text.contains("stopped by a signal"), "{text}");
    ensure!(
        server.unfinished("base/dir/i").await? == Some(0),
        "an unfinished upload stays"
    );
    absent(server).await
}

/// The object is not there.
async fn absent(server: &Server) -> Result<()> {
    let mut pull = kando(&["location", "pull", "-"], server);
    let output = tokio::task::spawn_blocking(move || pull.output()).await??;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.stdout.is_empty(), "{} bytes", output.stdout.len());
    ensure!(text.contains("not found"), "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_push_leaves_nothing() -> Result<()> {
    for server in [folder()?, s3s_fs().await?] {
        for with in [Signal::TERM, Signal::INT] {
            let about = format!("{server:?}, {with:?}");
            stopped_by(&server, with).await.context(about)?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_killed_push_nothing_is_visible() -> Result<()> {
    for server in [folder()?, s3s_fs().await?] {
        let mut child = begun(&server).await?;
        child.kill()?;
        child.wait()?;
        absent(&server).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_pull_leaves_the_old_file() -> Result<()> {
    let server = folder()?;
    let root = Path::new(&server.settings.bucket).join("base/dir/i");
    std::fs::create_dir_all(&root)?;
    std::fs::write(root.join("k"), vec![1; MIB << 20])?;
    let work = tempfile::tempdir()?;
    let target = work.path().join("target");
    std::fs::write(&target, "old")?;
    let text = target.to_string_lossy().into_owned();
    let mut pulled = false;
    // It may be done before the signal comes; then once more.
    for _ in 0..20 {
        std::fs::write(&target, "old")?;
        let child = kando(&["location", "pull", &text], &server).spawn()?;
        while std::fs::read_dir(work.path())?.count() == 1 && !pulled {
            pulled = std::fs::metadata(&target)?.len() > 3;
        }
        signal(&child, Signal::TERM)?;
        let output = child.wait_with_output()?;
        let names = std::fs::read_dir(work.path())?.count();
        ensure!(names == 1, "{names} files");
        if !output.status.success() {
            ensure!(std::fs::read(&target)? == b"old", "the old file is gone");
            return Ok(());
        }
        pulled = false;
    }
    anyhow::bail!("it was never stopped in time")
}
