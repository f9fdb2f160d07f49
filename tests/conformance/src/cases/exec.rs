//! Commands in running containers.

use anyhow::{Context as _, ensure};
use kube::api::AttachParams;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::pods::{IMAGE, api, container, create, pod, ready};
use crate::Target;

/// Runs a command: standard output, standard error, and how it ended.
pub(super) async fn exec(
    at: &Target,
    command: &[&str],
    input: Option<&[u8]>,
) -> anyhow::Result<(String, String, Value)> {
    let params = AttachParams::default()
        .container("main")
        .stdin(input.is_some())
        .stdout(true)
        .stderr(true);
    let mut process = api(at).exec("p", command.iter().copied(), &params).await?;
    let status = process.take_status().context("no status")?;
    let (mut stdout, mut stderr) = (
        process.stdout().context("no stdout")?,
        process.stderr().context("no stderr")?,
    );
    if let (Some(input), Some(mut stdin)) = (input, process.stdin()) {
        stdin.write_all(input).await?;
        stdin.shutdown().await?;
    }
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (one, two) = tokio::join!(stdout.read_to_end(&mut out), stderr.read_to_end(&mut err));
    one?;
    two?;
    let status = status
        .await
        .context("the connection ended without a status")?;
    Ok((
        String::from_utf8(out)?,
        String::from_utf8(err)?,
        serde_json::to_value(status)?,
    ))
}

fn exit_code(status: &Value) -> &str {
    let causes = status["details"]["causes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    causes
        .iter()
        .find(|cause| cause["reason"] == "ExitCode")
        .and_then(|cause| cause["message"].as_str())
        .unwrap_or_default()
}

pub(super) async fn streams_and_codes(at: &Target) -> anyhow::Result<()> {
    create(at, &pod("Always", json!([container("sleep 1000")]))).await?;
    ready(at).await?;
    let (out, err, status) = exec(at, &["sh", "-c", "echo out; echo err >&2"], None).await?;
    ensure!(
        (out.as_str(), err.as_str()) == ("out\n", "err\n") && status["status"] == "Success",
        "{out:?} {err:?} {status}"
    );
    let (_, _, status) = exec(at, &["sh", "-c", "exit 7"], None).await?;
    ensure!(
        status["status"] == "Failure"
            && status["reason"] == "NonZeroExitCode"
            && exit_code(&status) == "7",
        "{status}"
    );
    let (out, _, _) = exec(at, &["cat"], Some(b"through\nand through")).await?;
    ensure!(out == "through\nand through", "{out:?}");
    let (out, _, _) = exec(
        at,
        &["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"],
        None,
    )
    .await?;
    ensure!(
        out.len() == 3_000_000 && out.bytes().all(|byte| byte == b'x'),
        "{} bytes",
        out.len()
    );
    let (_, _, status) = exec(at, &["no-such-program"], None).await?;
    ensure!(
        status["status"] == "Failure" && status["reason"] == "InternalError",
        "{status}"
    );
    ensure!(
        status["message"]
            .as_str()
            .unwrap_or_default()
            .contains("executable file not found"),
        "{status}"
    );
    let (_, _, status) = exec(at, &["sh", "-c", "kill -9 $$"], None).await?;
    ensure!(exit_code(&status) == "137", "{status}");
    Ok(())
}

pub(super) async fn refusals(at: &Target) -> anyhow::Result<()> {
    let two = json!([container("sleep 1000"), {"name": "side", "image": IMAGE, "command": ["sleep", "1000"]}]);
    create(at, &pod("Always", two)).await?;
    ready(at).await?;
    let request = async |path: &str| {
        let request = http::Request::get(path).body(Vec::new())?;
        anyhow::Ok(
            at.client
                .connect(request)
                .await
                .err()
                .map(|error| format!("{error:?}")),
        )
    };
    let error = request(&at.path("", "pods/none/exec?command=ls&stdout=true"))
        .await?
        .context("no error")?;
    ensure!(
        error.contains("404") || error.contains("not found"),
        "{error}"
    );
    let missing = at
        .get(&at.path("", "pods/none/exec?command=ls&stdout=true"))
        .await?
        .expect(404, "NotFound")?;
    ensure!(missing.text("/message") == "pods \"none\" not found");
    let many = at
        .get(&at.path("", "pods/p/log"))
        .await?
        .expect(400, "BadRequest")?;
    ensure!(
        many.text("/message")
            == "a container name must be specified for pod p, choose one of: [main side]",
        "{}",
        many.body
    );
    let unknown = at
        .get(&at.path("", "pods/p/log?container=zz"))
        .await?
        .expect(400, "BadRequest")?;
    ensure!(
        unknown.text("/message") == "container zz is not valid for pod p",
        "{}",
        unknown.body
    );
    Ok(())
}

pub(super) async fn outlives_its_connection(at: &Target) -> anyhow::Result<()> {
    create(at, &pod("Always", json!([container("sleep 1000")]))).await?;
    ready(at).await?;
    let params = AttachParams::default()
        .container("main")
        .stdout(true)
        .stderr(true);
    let mut process = api(at)
        .exec(
            "p",
            ["sh", "-c", "echo begun; sleep 1; echo done > /tmp/done"],
            &params,
        )
        .await?;
    let mut begun = [0; 6];
    process
        .stdout()
        .context("no stdout")?
        .read_exact(&mut begun)
        .await?;
    process.abort();
    drop(process);
    let check = ["sh", "-c", "cat /tmp/done 2>/dev/null || true"];
    at.until("the command to go on", || async {
        Ok(exec(at, &check, None).await?.0 == "done\n")
    })
    .await
}

/// A client that is cut off while it sends: the command sees the end of its input.
pub(super) async fn lost_clients_end_the_input(at: &Target) -> anyhow::Result<()> {
    create(at, &pod("Always", json!([container("sleep 1000")]))).await?;
    ready(at).await?;
    let params = AttachParams::default()
        .container("main")
        .stdin(true)
        .stdout(false)
        .stderr(true);
    let script = ["sh", "-c", "cat > /tmp/got; echo over > /tmp/over"];
    let mut process = api(at).exec("p", script, &params).await?;
    let mut input = process.stdin().context("no stdin")?;
    input.write_all(b"half of it").await?;
    input.flush().await?;
    let read = async |path: &str| {
        let script = format!("cat {path} 2>/dev/null || true");
        anyhow::Ok(exec(at, &["sh", "-c", &script], None).await?.0)
    };
    at.until("the input to arrive", || async {
        anyhow::Ok(read("/tmp/got").await? == "half of it")
    })
    .await?;
    ensure!(read("/tmp/over").await?.is_empty());
    process.abort();
    drop((input, process));
    at.until("the end of the input", || async {
        anyhow::Ok(read("/tmp/over").await? == "over\n")
    })
    .await?;
    ensure!(read("/tmp/got").await? == "half of it");
    Ok(())
}

/// A pod that is deleted ends the commands in it, and none of them is told to have succeeded.
pub(super) async fn ends_with_its_pod(at: &Target) -> anyhow::Result<()> {
    create(
        at,
        &pod("Always", json!([container("trap '' TERM; sleep 1000")])),
    )
    .await?;
    ready(at).await?;
    let params = AttachParams::default()
        .container("main")
        .stdout(true)
        .stderr(true);
    let script = ["sh", "-c", "echo begun; sleep 1000; echo not reached"];
    let mut process = api(at).exec("p", script, &params).await?;
    let status = process.take_status().context("no status")?;
    let mut stdout = process.stdout().context("no stdout")?;
    let mut begun = [0; 6];
    stdout.read_exact(&mut begun).await?;
    at.delete(&at.path("", "pods/p"), &json!({})).await?.ok()?;
    let mut rest = Vec::new();
    let ended = async {
        // A connection that breaks is an end too.
        let _ = stdout.read_to_end(&mut rest).await;
        status.await
    };
    let status = tokio::time::timeout(std::time::Duration::from_secs(60), ended)
        .await
        .context("the command outlived its pod")?;
    ensure!(rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    let status = serde_json::to_value(status)?;
    ensure!(status["status"] != "Success", "{status}");
    at.until("the end of the pod", || async {
        Ok(at.get(&at.path("", "pods/p")).await?.code == 404)
    })
    .await
}
