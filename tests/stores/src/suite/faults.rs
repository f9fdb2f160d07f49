//! What breaks: settings, the connection, the store.

use anyhow::{Result, ensure};
use bytes::Bytes;
use kanister_storage::{Error, Location};

use super::{Case, get_all, options, put, same};
use crate::fault::{Fault, Proxy};
use crate::pattern;

pub(super) async fn missing_bucket(case: &Case<'_>) -> Result<()> {
    let mut settings = case.server.settings.clone();
    settings.bucket = "nonesuch".into();
    let error = Location::connect(&settings.profile()?, &options())
        .await
        .err();
    let found = match &error {
        Some(Error::NoBucket(_)) => case.server.address.is_some(),
        Some(Error::Profile(_)) => case.server.address.is_none(),
        _ => false,
    };
    ensure!(found, "{error:?}");
    ensure!(
        error.is_some_and(|e| e.to_string().contains("nonesuch")),
        "the bucket is named"
    );
    Ok(())
}

pub(super) async fn wrong_credentials(case: &Case<'_>) -> Result<()> {
    if !case.server.authenticates {
        return Ok(());
    }
    let mut settings = case.server.settings.clone();
    settings.pair.1 = "Y2FuYXJ5LTlhMGI=".into();
    let error = Location::connect(&settings.profile()?, &options())
        .await
        .err();
    ensure!(
        matches!(error, Some(Error::WrongCredentials { .. })),
        "{error:?}"
    );
    ensure!(!format!("{error:?}").contains("Y2FuYXJ5"), "a secret");
    Ok(())
}

pub(super) async fn unreachable(case: &Case<'_>) -> Result<()> {
    if case.server.address.is_none() {
        return Ok(());
    }
    let nobody = ([127, 0, 0, 1], 1).into();
    let settings = case.server.through(nobody);
    let error = Location::connect(&settings.profile()?, &options())
        .await
        .err();
    ensure!(
        matches!(error, Some(Error::Unreachable { .. })),
        "{error:?}"
    );
    ensure!(
        error.is_some_and(|e| e.to_string().contains("refused")),
        "the reason is named"
    );
    Ok(())
}

async fn proxied(case: &Case<'_>, fault: Fault) -> Result<Option<(Proxy, Location)>> {
    let Some(address) = case.server.address else {
        return Ok(None);
    };
    let proxy = Proxy::start(address, fault).await?;
    let location = case.with(&case.server.through(proxy.address))?;
    Ok(Some((proxy, location)))
}

pub(super) async fn cut_while_sending(case: &Case<'_>) -> Result<()> {
    let Some((proxy, location)) = proxied(case, Fault::CutUp(3 << 20)).await? else {
        return Ok(());
    };
    let bytes = pattern(40 << 20);
    put(&location, "k", &bytes).await?;
    ensure!(proxy.broken() > 0, "nothing was cut");
    same(&get_all(&case.location, "k").await?, &bytes)
}

pub(super) async fn cut_while_reading(case: &Case<'_>) -> Result<()> {
    let Some((proxy, location)) = proxied(case, Fault::CutDown(3 << 20)).await? else {
        return Ok(());
    };
    let bytes = pattern(20 << 20);
    put(&case.location, "k", &bytes).await?;
    // The second connection is the first to be cut.
    location.head("k").await?;
    for _ in 0..2 {
        same(&get_all(&location.clone(), "k").await?, &bytes)?;
    }
    let parallel = [get_all(&location, "k"), get_all(&location, "k")];
    for read in futures::future::join_all(parallel).await {
        same(&read?, &bytes)?;
    }
    ensure!(proxy.broken() > 0, "nothing was cut");
    Ok(())
}

pub(super) async fn cut_while_deleting(case: &Case<'_>) -> Result<()> {
    // Many objects are deleted with one request of this kind, where there is such.
    let Some((proxy, location)) = proxied(case, Fault::CutPosts(2)).await? else {
        return Ok(());
    };
    for i in 0..20 {
        let key = format!("many/{i}");
        put(&case.location, &key, &Bytes::from_static(b"1")).await?;
    }
    let deleted = location.delete_prefix("many").await?;
    ensure!(
        proxy.broken() == 2 || !case.server.deletes_many,
        "{} requests were cut",
        proxy.broken()
    );
    let left = case.keys().await?;
    ensure!(deleted == 20 && left.is_empty(), "{deleted}, left {left:?}");
    Ok(())
}

pub(super) async fn throttled(case: &Case<'_>) -> Result<()> {
    let Some((proxy, location)) = proxied(case, Fault::Throttle(2)).await? else {
        return Ok(());
    };
    let bytes = pattern(100_000);
    put(&location, "k", &bytes).await?;
    same(&get_all(&location, "k").await?, &bytes)?;
    ensure!(
        proxy.broken() == 2,
        "{} requests were throttled",
        proxy.broken()
    );
    Ok(())
}

pub(super) async fn corrupted_answer(case: &Case<'_>) -> Result<()> {
    if !case.server.checksums {
        return Ok(());
    }
    let bytes = pattern(1 << 20);
    put(&case.location, "k", &bytes).await?;
    let Some((proxy, location)) = proxied(case, Fault::Flip(500_000)).await? else {
        return Ok(());
    };
    let read = get_all(&location, "k").await;
    ensure!(proxy.broken() == 1, "nothing was changed");
    ensure!(
        matches!(read, Err(Error::ChecksumMismatch { .. })),
        "{:?}",
        read.map(|b| b.len())
    );
    Ok(())
}
