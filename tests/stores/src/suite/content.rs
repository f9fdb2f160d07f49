//! What is written is what is read.

use anyhow::{Result, ensure};
use bytes::Bytes;
use kanister_storage::{Error, ReadRange};

use super::{Case, get, get_all, put, same};
use crate::pattern;

pub(super) async fn put_get_head(case: &Case<'_>) -> Result<()> {
    for (key, bytes) in [
        ("empty", Bytes::new()),
        ("small", Bytes::from_static(b"hello\n")),
        ("some", pattern(300_001)),
    ] {
        put(&case.location, key, &bytes).await?;
        same(&get_all(&case.location, key).await?, &bytes)?;
        let meta = case.location.head(key).await?;
        ensure!(
            meta.size == bytes.len() as u64 && meta.key == key,
            "{meta:?}"
        );
    }
    Ok(())
}

pub(super) async fn ranges(case: &Case<'_>) -> Result<()> {
    let bytes = pattern(3_000_000);
    put(&case.location, "r", &bytes).await?;
    for (offset, length, wanted) in [
        (1000, Some(4000), 1000..5000),
        (0, Some(1), 0..1),
        (2_999_999, None, 2_999_999..3_000_000),
        (2_999_000, Some(9_000), 2_999_000..3_000_000),
        (10, Some(0), 10..10),
    ] {
        let range = ReadRange { offset, length };
        same(
            &get(&case.location, "r", range).await?,
            &bytes.slice(wanted),
        )?;
    }
    let beyond = ReadRange {
        offset: 3_000_001,
        length: None,
    };
    ensure!(
        get(&case.location, "r", beyond).await.is_err(),
        "a range beyond the end"
    );
    Ok(())
}

pub(super) async fn missing_is_not_found(case: &Case<'_>) -> Result<()> {
    put(&case.location, "dir/object", &Bytes::from_static(b"1")).await?;
    for key in ["none", "dir", "dir/obj"] {
        if key == "dir" && !case.server.folders_are_nothing {
            continue;
        }
        let read = get_all(&case.location, key).await;
        ensure!(
            matches!(read, Err(Error::NotFound(_))),
            "read {key}: {read:?}"
        );
        let head = case.location.head(key).await;
        ensure!(
            matches!(head, Err(Error::NotFound(_))),
            "head {key}: {head:?}"
        );
    }
    Ok(())
}

pub(super) async fn sizes_around_the_parts(case: &Case<'_>) -> Result<()> {
    let part = 8 << 20;
    for size in [part, part + 1, 2 * part, 5 * part + 12_345] {
        let bytes = pattern(size);
        put(&case.location, "parts", &bytes).await?;
        same(&get_all(&case.location, "parts").await?, &bytes)?;
        ensure!(
            case.location.head("parts").await?.size == size as u64,
            "size"
        );
    }
    Ok(())
}

pub(super) async fn replaced_as_a_whole(case: &Case<'_>) -> Result<()> {
    put(&case.location, "k", &pattern(20 << 20)).await?;
    put(&case.location, "k", &Bytes::from_static(b"short")).await?;
    same(
        &get_all(&case.location, "k").await?,
        &Bytes::from_static(b"short"),
    )
}

pub(super) async fn copied(case: &Case<'_>) -> Result<()> {
    let bytes = pattern(70_000);
    put(&case.location, "from", &bytes).await?;
    let meta = case.location.copy("from", "a/to").await?;
    ensure!(meta.key == "a/to" && meta.size == 70_000, "{meta:?}");
    same(&get_all(&case.location, "a/to").await?, &bytes)?;
    let missing = case.location.copy("none", "to").await;
    ensure!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
    Ok(())
}
