//! Logs of containers.

use anyhow::{Context as _, ensure};
use futures::{AsyncBufReadExt as _, TryStreamExt as _};
use kube::api::LogParams;
use serde_json::json;

use super::pods::{api, container, create, log, phase, pod};
use crate::Target;

pub(super) async fn in_parts(at: &Target) -> anyhow::Result<()> {
    create(
        at,
        &pod(
            "Never",
            json!([container(
                "for i in 1 2 3 4; do echo line $i; done; sleep 1; echo last"
            )]),
        ),
    )
    .await?;
    at.until("a first line", || async {
        Ok(at.get(&at.path("", "pods/p/log")).await?.code == 200)
    })
    .await?;
    let followed: Vec<String> = api(at)
        .log_stream(
            "p",
            &LogParams {
                follow: true,
                ..LogParams::default()
            },
        )
        .await?
        .lines()
        .try_collect()
        .await?;
    ensure!(
        followed == ["line 1", "line 2", "line 3", "line 4", "last"],
        "{followed:?}"
    );
    let tail = log(
        at,
        LogParams {
            tail_lines: Some(2),
            ..LogParams::default()
        },
    )
    .await?;
    ensure!(tail == "line 4\nlast\n", "{tail:?}");
    let none = log(
        at,
        LogParams {
            tail_lines: Some(0),
            ..LogParams::default()
        },
    )
    .await?;
    ensure!(none.is_empty());
    let limited = log(
        at,
        LogParams {
            limit_bytes: Some(9),
            ..LogParams::default()
        },
    )
    .await?;
    ensure!(limited == "line 1\nli", "{limited:?}");
    let timed = log(
        at,
        LogParams {
            timestamps: true,
            tail_lines: Some(1),
            ..LogParams::default()
        },
    )
    .await?;
    let (time, rest) = timed.split_once(' ').context("no time")?;
    ensure!(
        time.starts_with("20") && time.ends_with('Z') && rest == "last\n",
        "{timed:?}"
    );
    Ok(())
}

/// Who is cut off while following can read everything later, and the container goes on.
pub(super) async fn outlive_their_readers(at: &Target) -> anyhow::Result<()> {
    let script = "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.3; done; echo done >&2; exit 4";
    create(at, &pod("Never", json!([container(script)]))).await?;
    at.until("a first line", || async {
        Ok(at.get(&at.path("", "pods/p/log")).await?.code == 200)
    })
    .await?;
    let following = LogParams {
        follow: true,
        ..LogParams::default()
    };
    for _ in 0..2 {
        let mut lines = api(at).log_stream("p", &following).await?.lines();
        ensure!(lines.try_next().await?.as_deref() == Some("line 1"));
        // Dropping the stream closes its connection.
    }
    let done = phase(at, "Failed").await?;
    let ended = &done["status"]["containerStatuses"][0]["state"]["terminated"];
    ensure!(ended["exitCode"] == 4, "{ended}");
    let whole = "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\ndone\n";
    let read = log(at, LogParams::default()).await?;
    ensure!(read == whole, "{read:?}");
    // Following what has ended gives all of it, and an end.
    let followed = log(at, following).await?;
    ensure!(followed == whole, "{followed:?}");
    Ok(())
}
