//! Keys, prefixes, listing and deleting.

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use kanister_storage::Error;

use super::{Case, get_all, put, same};

static ONE: Bytes = Bytes::from_static(b"1");

pub(super) async fn odd_characters(case: &Case<'_>) -> Result<()> {
    let mut keys = vec![
        "sp ace", "pl+us", "pct%25", "a%2Fb", "dätä", "漢字", "a&b=c", "x/y.z", "it's", "(1)",
        "~t", "a:b",
    ];
    if case.server.odd_keys {
        keys.extend(["a?b", "a#b", "a*b", "<a>", "\"q\"", "{a}", "a|b"]);
    }
    for key in &keys {
        let bytes = Bytes::copy_from_slice(key.as_bytes());
        put(&case.location, key, &bytes).await?;
        same(&get_all(&case.location, key).await?, &bytes)?;
    }
    keys.sort_unstable();
    ensure!(
        case.keys().await? == keys,
        "listed {:?}",
        case.keys().await?
    );
    for key in &keys {
        case.location.delete(key).await?;
    }
    ensure!(
        case.keys().await?.is_empty(),
        "left {:?}",
        case.keys().await?
    );
    Ok(())
}

pub(super) async fn listed_in_pages(case: &Case<'_>) -> Result<()> {
    let names: Vec<String> = (0..1203).map(|i| format!("many/{i:05}")).collect();
    futures::stream::iter(&names)
        .map(|name| put(&case.location, name, &ONE))
        .buffer_unordered(16)
        .try_collect::<Vec<()>>()
        .await?;
    put(&case.location, "manyother", &ONE).await?;
    let first = case.location.list("many", None).await?;
    ensure!(
        first.items.len() == 1000 && first.next.is_some(),
        "{}",
        first.items.len()
    );
    let second = case.location.list("many", first.next.as_deref()).await?;
    ensure!(
        second.items.len() == 203 && second.next.is_none(),
        "{}",
        second.items.len()
    );
    let mut listed: Vec<_> = first
        .items
        .into_iter()
        .chain(second.items)
        .map(|i| i.key)
        .collect();
    listed.sort();
    ensure!(listed == names, "the keys are those below many/");
    ensure!(
        case.location.delete_prefix("many").await? == 1203,
        "deleted"
    );
    ensure!(
        case.keys().await? == ["manyother"],
        "{:?}",
        case.keys().await?
    );
    Ok(())
}

pub(super) async fn nothing_leaves_the_prefix(case: &Case<'_>) -> Result<()> {
    for path in ["..", "../up", "a/../../up"] {
        let write = case.location.write(path, Default::default()).map(drop);
        ensure!(matches!(write, Err(Error::Key(_))), "{path}: {write:?}");
        ensure!(
            matches!(case.location.under(path), Err(Error::Key(_))),
            "{path}"
        );
        let delete = case.location.delete_prefix(path).await;
        ensure!(matches!(delete, Err(Error::Key(_))), "{path}: {delete:?}");
    }
    put(&case.location.under("a")?, "b/../c", &ONE).await?;
    ensure!(case.keys().await? == ["a/c"], "{:?}", case.keys().await?);
    Ok(())
}

pub(super) async fn deleted_in_whole_segments(case: &Case<'_>) -> Result<()> {
    for key in ["foo/a", "foo/b/c", "foobar", "foo.txt", "zoo"] {
        put(&case.location, key, &ONE).await?;
    }
    ensure!(case.location.delete_prefix("foo").await? == 2, "deleted");
    ensure!(
        case.keys().await? == ["foo.txt", "foobar", "zoo"],
        "{:?}",
        case.keys().await?
    );
    case.location.under("zo")?.delete_all().await?;
    ensure!(
        case.keys().await? == ["foo.txt", "foobar", "zoo"],
        "{:?}",
        case.keys().await?
    );
    ensure!(
        case.location.delete_all().await? == 3,
        "all below the prefix"
    );
    Ok(())
}

pub(super) async fn never_the_whole_bucket(case: &Case<'_>) -> Result<()> {
    let mut settings = case.server.settings.clone();
    settings.prefix = "/./".into();
    let bucket = kanister_storage::Location::open(&settings.profile()?, &super::options())?;
    for path in ["", "/", ".", "a/.."] {
        let refused = bucket.delete_prefix(path).await;
        ensure!(
            matches!(refused, Err(Error::WholeBucket { .. })),
            "{path}: {refused:?}"
        );
        ensure!(case.location.delete_prefix(path).await.is_err(), "{path}");
    }
    let refused = bucket.delete_all().await;
    ensure!(
        matches!(refused, Err(Error::WholeBucket { .. })),
        "{refused:?}"
    );
    Ok(())
}

pub(super) async fn deleting_what_is_not_there(case: &Case<'_>) -> Result<()> {
    case.location.delete("none").await?;
    ensure!(case.location.delete_prefix("none").await? == 0, "nothing");
    put(&case.location, "dir/x", &ONE).await?;
    if case.server.folders_are_nothing {
        case.location.delete("dir").await?;
    }
    ensure!(case.keys().await? == ["dir/x"], "{:?}", case.keys().await?);
    Ok(())
}

pub(super) async fn read_only(case: &Case<'_>) -> Result<()> {
    put(&case.location, "k", &ONE).await?;
    let read = case.location.read_only();
    same(&get_all(&read, "k").await?, &ONE)?;
    let refused = [
        read.write("k", Default::default()).map(drop),
        read.delete("k").await,
        read.under("x")?.delete_all().await.map(drop),
        read.copy("k", "l").await.map(drop),
    ];
    for result in refused {
        ensure!(matches!(result, Err(Error::ReadOnly { .. })), "{result:?}");
    }
    Ok(())
}
