//! What an S3 store may answer and the servers here never do.

use anyhow::{Result, bail, ensure};
use http::StatusCode;
use kanister_storage::{Error, Location, ReadRange};

use super::{get, options, put};
use crate::profile::Settings;
use crate::server::Canned;

const CANARY: &str = "canary-SECRET-77";

fn settings(server: &Canned) -> Settings {
    Settings {
        kind: "s3Compliant",
        bucket: "b".into(),
        endpoint: format!("http://{}", server.address),
        prefix: String::new(),
        pair: ("AKID".into(), CANARY.into()),
    }
}

async fn connect_error(server: &Canned) -> Result<Error> {
    match Location::connect(&settings(server).profile()?, &options()).await {
        Ok(_) => bail!("connected"),
        Err(e) => Ok(e),
    }
}

pub(super) async fn expired() -> Result<()> {
    let body = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
    let server = Canned::start(StatusCode::BAD_REQUEST, &[], body).await?;
    let error = connect_error(&server).await?;
    ensure!(
        matches!(error, Error::ExpiredCredentials { .. }),
        "{error:?}"
    );
    ensure!(server.asked() == 1, "asked {} times", server.asked());
    Ok(())
}

pub(super) async fn wrong_region() -> Result<()> {
    let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>";
    let server = Canned::start(StatusCode::BAD_REQUEST, &[], body).await?;
    let error = connect_error(&server).await?;
    ensure!(matches!(error, Error::WrongRegion { .. }), "{error:?}");
    ensure!(error.to_string().contains("eu-west-3"), "{error}");
    ensure!(
        server.asked() == 2,
        "the named region is tried: {}",
        server.asked()
    );
    Ok(())
}

pub(super) async fn region_is_looked_up() -> Result<()> {
    let headers = &[("x-amz-bucket-region", "eu-north-1")];
    let server = Canned::start(StatusCode::MOVED_PERMANENTLY, headers, "").await?;
    let error = connect_error(&server).await?;
    ensure!(matches!(error, Error::WrongRegion { .. }), "{error:?}");
    ensure!(
        server.asked() == 3,
        "asked, looked up, asked again: {}",
        server.asked()
    );
    Ok(())
}

pub(super) async fn denied() -> Result<()> {
    let body = "<Error><Code>AccessDenied</Code></Error>";
    let server = Canned::start(StatusCode::FORBIDDEN, &[], body).await?;
    // Credentials that may not list may still write.
    let location = Location::connect(&settings(&server).profile()?, &options()).await?;
    let written = put(&location, "k", &"x".into()).await;
    ensure!(matches!(written, Err(Error::Denied { .. })), "{written:?}");
    Ok(())
}

pub(super) async fn truncated() -> Result<()> {
    let headers = &[
        ("content-range", "bytes 0-9/10"),
        ("last-modified", "Sat, 21 Nov 2026 00:00:00 GMT"),
        ("etag", "\"x\""),
    ];
    let server = Canned::start(StatusCode::PARTIAL_CONTENT, headers, "12345").await?;
    let location = Location::open(&settings(&server).profile()?, &options())?;
    let range = ReadRange {
        offset: 0,
        length: Some(10),
    };
    let read = get(&location, "k", range).await;
    ensure!(
        matches!(
            read,
            Err(Error::Truncated {
                expected: 10,
                got: 5,
                ..
            })
        ),
        "{read:?}"
    );
    Ok(())
}

pub(super) async fn no_secret_in_errors() -> Result<()> {
    for status in [400, 401, 403, 404, 409, 412, 416, 501] {
        // A hostile store repeats what it likes.
        let body = "<Error><Code>Odd</Code><Message>canary-SECRET-77</Message></Error>";
        let server = Canned::start(StatusCode::from_u16(status)?, &[], body).await?;
        let location = Location::open(&settings(&server).profile()?, &options())?;
        let results = [
            get(&location, "k", ReadRange::default()).await.map(drop),
            put(&location, "k", &"x".into()).await,
            location.delete("k").await,
            location.list("", None).await.map(drop),
            location.head("k").await.map(drop),
        ];
        for error in results.into_iter().filter_map(Result::err) {
            let text = format!("{error} {error:?} {location:?}");
            ensure!(!text.contains(CANARY), "{status}: a secret in {error}");
        }
    }
    Ok(())
}
