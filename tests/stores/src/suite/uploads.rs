//! Objects are whole or absent.

use anyhow::{Result, ensure};
use bytes::Bytes;
use kanister_storage::{Error, IfExists, Summary, WriteOptions};

use super::{Case, get_all, put, same};
use crate::pattern;

const CREATE: WriteOptions = WriteOptions {
    if_exists: IfExists::Fail,
    sha256: false,
};

pub(super) async fn aborted_leaves_nothing(case: &Case<'_>) -> Result<()> {
    for size in [10, 30 << 20] {
        let mut upload = case.location.write("k", WriteOptions::default())?;
        upload.append(pattern(size)).await?;
        let on_their_way = leftovers(case).await?;
        ensure!(
            size == 10 || on_their_way != Some(0),
            "the upload cannot be seen where unfinished ones are looked for"
        );
        upload.abort().await;
        ensure!(case.keys().await?.is_empty(), "{:?}", case.keys().await?);
    }
    ensure!(
        leftovers(case).await?.unwrap_or(0) == 0,
        "an unfinished upload stays"
    );
    Ok(())
}

pub(super) async fn dropped_leaves_nothing(case: &Case<'_>) -> Result<()> {
    let mut upload = case.location.write("k", WriteOptions::default())?;
    upload.append(pattern(30 << 20)).await?;
    drop(upload);
    // The removal runs in the background.
    for _ in 0..100 {
        if leftovers(case).await?.unwrap_or(0) == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    ensure!(
        leftovers(case).await?.unwrap_or(0) == 0,
        "an unfinished upload stays"
    );
    ensure!(case.keys().await?.is_empty(), "{:?}", case.keys().await?);
    Ok(())
}

/// How many unfinished uploads the store has of this case; None if it cannot be asked.
async fn leftovers(case: &Case<'_>) -> Result<Option<usize>> {
    case.server.unfinished(&case.location.place().key).await
}

pub(super) async fn invisible_before_the_end(case: &Case<'_>) -> Result<()> {
    let old = Bytes::from_static(b"old");
    put(&case.location, "k", &old).await?;
    let mut upload = case.location.write("k", WriteOptions::default())?;
    let new = pattern(30 << 20);
    upload.append(new.clone()).await?;
    same(&get_all(&case.location, "k").await?, &old)?;
    ensure!(case.keys().await? == ["k"], "{:?}", case.keys().await?);
    upload.commit(None).await?;
    same(&get_all(&case.location, "k").await?, &new)
}

pub(super) async fn unexpected_end_leaves_nothing(case: &Case<'_>) -> Result<()> {
    let options = WriteOptions {
        sha256: true,
        ..WriteOptions::default()
    };
    for size in [5_usize, 20 << 20] {
        let mut upload = case.location.write("first", options)?;
        upload.append(pattern(size)).await?;
        let meta = upload.commit(None).await?;
        let right = Summary {
            bytes: size as u64,
            digest: meta.digest,
        };
        for (expected, fits) in [
            (right.clone(), true),
            (
                Summary {
                    bytes: right.bytes + 1,
                    digest: None,
                },
                false,
            ),
            (
                Summary {
                    bytes: right.bytes,
                    digest: right.digest.clone().map(|mut c| {
                        c.value.reverse();
                        c
                    }),
                },
                false,
            ),
        ] {
            let mut upload = case.location.write("second", options)?;
            upload.append(pattern(size)).await?;
            let result = upload.commit(Some(&expected)).await;
            ensure!(result.is_ok() == fits, "{expected:?}: {result:?}");
            let there = case.keys().await?.contains(&"second".to_owned());
            ensure!(there == fits, "visible: {there}");
            case.location.delete("second").await?;
        }
    }
    ensure!(
        leftovers(case).await?.unwrap_or(0) == 0,
        "an unfinished upload stays"
    );
    Ok(())
}

pub(super) async fn create_only(case: &Case<'_>) -> Result<()> {
    for size in [10, 20 << 20] {
        let bytes = pattern(size);
        let mut first = case.location.write("k", CREATE)?;
        first.append(bytes.clone()).await?;
        first.commit(None).await?;
        let mut second = case.location.write("k", CREATE)?;
        let late = match second.append(pattern(size + 1)).await {
            Ok(()) => second.commit(None).await.map(drop),
            Err(e) => Err(e),
        };
        ensure!(
            matches!(late, Err(Error::AlreadyExists(_) | Error::Precondition(_))),
            "{late:?}"
        );
        same(&get_all(&case.location, "k").await?, &bytes)?;
        case.location.delete("k").await?;
    }
    Ok(())
}

pub(super) async fn one_of_many_creates(case: &Case<'_>) -> Result<()> {
    if !case.server.conditional {
        return Ok(());
    }
    let writers = (0..8).map(|i| {
        let location = case.location.clone();
        tokio::spawn(async move {
            let mut upload = location.write("k", CREATE)?;
            upload.append(Bytes::from(format!("{i}"))).await?;
            upload.commit(None).await.map(drop)
        })
    });
    let results = futures::future::join_all(writers).await;
    let winners = results.iter().filter(|r| matches!(r, Ok(Ok(())))).count();
    ensure!(winners == 1, "{winners} winners");
    Ok(())
}
