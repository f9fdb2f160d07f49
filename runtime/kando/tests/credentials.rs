//! Every kind of credential opens its store, and a refused one is named at once.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use http::StatusCode;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::SeedableRng as _;
use store_tests::profile::{at, secret};
use store_tests::server::{Canned, Server, s3s_fs};

const ROLE: &str = "arn:aws:iam::123456789012:role/backup";

/// What the Security Token Service answers; the server of the tests knows these keys.
const ASSUMED: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials>\
    <AccessKeyId>AKIDSUITE</AccessKeyId><SecretAccessKey>canary-4c1d</SecretAccessKey>\
    <SessionToken>canary-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
    </Credentials></AssumeRoleResult></AssumeRoleResponse>";

/// The same for a token of a web identity.
const ASSUMED_WEB: &str = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>\
    <Credentials><AccessKeyId>AKIDSUITE</AccessKeyId>\
    <SecretAccessKey>canary-4c1d</SecretAccessKey><SessionToken>canary-token</SessionToken>\
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
    </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

fn s3(server: &Server, data: &[(&str, &str)]) -> String {
    let settings = &server.settings;
    secret(
        &at("s3Compliant", &settings.bucket, &settings.endpoint),
        "aws",
        data,
    )
}

/// Pushes a file with that Profile and these variables.
async fn push(profile: &str, variables: &[(&str, &str)]) -> Result<Output> {
    let work = tempfile::tempdir()?;
    let source = work.path().join("source");
    std::fs::write(&source, "content")?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_kando"));
    command
        .args(["-v", "trace", "location", "push"])
        .arg(&source);
    command.args(["--path", "c/k", "--profile", profile]);
    command.env_clear().envs(variables.iter().copied());
    command.stdin(Stdio::null());
    let begin = Instant::now();
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(!text.contains("canary"), "a secret: {text}");
    ensure!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    Ok(output)
}

async fn works(profile: &str, variables: &[(&str, &str)]) -> Result<()> {
    let output = push(profile, variables).await?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{text}");
    Ok(())
}

async fn fails(profile: &str, variables: &[(&str, &str)], words: &[&str]) -> Result<()> {
    let output = push(profile, variables).await?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() == Some(69),
        "{}: {text}",
        output.status
    );
    for word in words {
        ensure!(text.contains(word), "{word:?} is not in {text}");
    }
    Ok(())
}

async fn token_service(status: StatusCode, body: &'static str) -> Result<(Canned, String)> {
    let server = Canned::start(status, &[], body).await?;
    let url = format!("http://{}", server.address);
    Ok((server, url))
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_keys_and_roles() -> Result<()> {
    let server = s3s_fs().await?;
    let key = |id, secret| [("aws_access_key_id", id), ("aws_secret_access_key", secret)];
    let right = key("AKIDSUITE", "canary-4c1d");
    works(&s3(&server, &right), &[]).await.context("keys")?;
    let token = [&right[..], &[("aws_session_token", "canary-token")]].concat();
    works(&s3(&server, &token), &[]).await.context("a token")?;
    let wrong = key("AKIDSUITE", "canary-none");
    fails(&s3(&server, &wrong), &[], &["SignatureDoesNotMatch"]).await?;

    // The keys of the Secret open the token service only.
    let (sts, url) = token_service(StatusCode::OK, ASSUMED).await?;
    let role = [&key("AKIDOTHER", "canary-none")[..], &[("role", ROLE)]].concat();
    let variables = [("AWS_ENDPOINT_URL_STS", url.as_str())];
    works(&s3(&server, &role), &variables)
        .await
        .context("a role")?;
    ensure!(sts.asked() == 1, "asked {} times", sts.asked());

    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
    let (_sts, url) = token_service(StatusCode::FORBIDDEN, denied).await?;
    let variables = [("AWS_ENDPOINT_URL_STS", url.as_str())];
    fails(&s3(&server, &role), &variables, &["AccessDenied"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_web_identity() -> Result<()> {
    let server = s3s_fs().await?;
    let work = tempfile::tempdir()?;
    let file = work.path().join("token");
    std::fs::write(&file, "canary-web-token")?;
    let file = text(&file);
    let (sts, url) = token_service(StatusCode::OK, ASSUMED_WEB).await?;
    let variables = |file| {
        [
            ("AWS_ENDPOINT_URL_STS", url.as_str()),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", file),
            ("AWS_ROLE_ARN", ROLE),
        ]
    };
    let same_role = s3(&server, &[("role", ROLE)]);
    for profile in [s3(&server, &[]), same_role] {
        works(&profile, &variables(&file)).await?;
    }
    ensure!(
        sts.seen()
            .iter()
            .all(|seen| seen.uri.contains("AssumeRoleWithWebIdentity")),
        "{:?}",
        sts.seen()
    );
    let none = text(&work.path().join("none"));
    fails(
        &s3(&server, &[]),
        &variables(&none),
        &["AWS_WEB_IDENTITY_TOKEN_FILE"],
    )
    .await?;
    fails(&s3(&server, &[]), &[], &["Missing AWS credentials"]).await?;

    let invalid = "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>";
    let (_sts, url) = token_service(StatusCode::BAD_REQUEST, invalid).await?;
    let variables = [
        ("AWS_ENDPOINT_URL_STS", url.as_str()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &file),
        ("AWS_ROLE_ARN", ROLE),
    ];
    fails(&s3(&server, &[]), &variables, &["InvalidIdentityToken"]).await
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A store that takes everything.
async fn willing(list: &'static str) -> Result<(Canned, String)> {
    let headers = &[
        ("etag", "\"x\""),
        ("last-modified", "Sat, 21 Nov 2026 00:00:00 GMT"),
    ];
    let server = Canned::start(StatusCode::OK, headers, list).await?;
    let url = format!("http://{}", server.address);
    Ok((server, url))
}

#[tokio::test(flavor = "multi_thread")]
async fn azure() -> Result<()> {
    let (store, url) = willing("<EnumerationResults><Blobs/></EnumerationResults>").await?;
    let location = at("azure", "b", &format!("{url}/account"));
    let account = ("azure_storage_account_id", "account");
    let last = || store.seen().pop().context("the store was not asked");

    let key = [account, ("azure_storage_key", "Y2FuYXJ5")];
    works(&secret(&location, "azure", &key), &[]).await?;
    ensure!(
        last()?.authorization.starts_with("SharedKey account:"),
        "{:?}",
        last()?
    );

    let from_environment = format!(r#"{{"Location":{location}}}"#);
    let variables = [
        ("AZURE_STORAGE_ACCOUNT", "account"),
        ("AZURE_STORAGE_KEY", "Y2FuYXJ5"),
    ];
    works(&from_environment, &variables).await?;
    fails(&from_environment, &[], &["AZURE_STORAGE_ACCOUNT"]).await?;

    let federated = [account, ("azure_federated_identity", "true")];
    let federated = secret(&location, "azure", &federated);
    let work = tempfile::tempdir()?;
    let file = work.path().join("token");
    std::fs::write(&file, "sv=2021-01-01&sr=c&sig=canary%3D\n")?;
    let file = text(&file);
    works(&federated, &[("AZURE_SAS_TOKEN_FILE", &file)]).await?;
    ensure!(last()?.uri.contains("sig=canary%3D"), "{:?}", last()?);

    let (authority, host) = token_service(
        StatusCode::OK,
        r#"{"token_type":"Bearer","expires_in":3600,"access_token":"canary-token"}"#,
    )
    .await?;
    let variables = [
        ("AZURE_CLIENT_ID", "client"),
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_FEDERATED_TOKEN_FILE", file.as_str()),
        ("AZURE_AUTHORITY_HOST", &host),
    ];
    works(&federated, &variables).await?;
    ensure!(
        last()?.authorization == "Bearer canary-token",
        "{:?}",
        last()?
    );
    ensure!(authority.asked() == 1, "{:?}", authority.seen());
    fails(
        &federated,
        &[],
        &["AZURE_SAS_TOKEN_FILE", "AZURE_CLIENT_ID"],
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn google() -> Result<()> {
    let (store, url) = willing("<ListBucketResult></ListBucketResult>").await?;
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let key = rsa::RsaPrivateKey::new(&mut random, 2048)?;
    let key = key.to_pkcs8_pem(LineEnding::LF)?;
    let file = format!(
        r#"{{"type":"service_account","private_key":{:?},"private_key_id":"1","client_email":"a@b"}}"#,
        key.as_str()
    );
    let location = at("gcs", "b", &url);
    let data = [
        ("gcp_project_id", "p"),
        ("service-account.json", file.as_str()),
    ];
    works(&secret(&location, "gcp", &data), &[]).await?;
    let pair = format!(
        r#"{{"Location":{location},"Credential":{{"Type":"keyPair","KeyPair":{{"ID":"p","Secret":{file:?}}}}}}}"#
    );
    works(&pair, &[]).await?;
    ensure!(
        store
            .seen()
            .iter()
            .all(|seen| seen.authorization.starts_with("Bearer eyJ")),
        "{:?}",
        store.seen()
    );
    fails(
        &secret(&location, "gcp", &[]),
        &[],
        &["service-account.json"],
    )
    .await
}
