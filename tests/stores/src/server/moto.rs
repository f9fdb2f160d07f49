//! moto: S3 in memory, from PyPI.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use http::header::AUTHORIZATION;

use super::{BUCKET, Server, free_port, start};
use crate::profile::Settings;

/// It checks no signature, but takes a request without one for a stranger's.
const SOMEBODY: &str = "AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// Starts moto. The inner error says why it is not here.
///
/// # Errors
/// It is here and does not start.
pub async fn moto() -> Result<Result<Server, String>> {
    let program = match test_tools::moto() {
        Ok(program) => program,
        Err(why) => return Ok(Err(why)),
    };
    let port = free_port()?;
    let mut command = tokio::process::Command::new(program);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let (address, child) = start(command, port).await?;
    let answer = super::client()
        .put(format!("http://{address}/{BUCKET}"))
        .header(AUTHORIZATION, SOMEBODY)
        .send()
        .await?;
    ensure!(
        answer.status().is_success(),
        "no bucket: {}",
        answer.status()
    );
    Ok(Ok(Server {
        name: "moto",
        settings: Settings {
            kind: "s3Compliant",
            bucket: BUCKET.into(),
            endpoint: format!("http://{address}"),
            prefix: "base/dir".into(),
            pair: ("AKIDSUITE".into(), "canary-4c1d".into()),
        },
        address: Some(address),
        authenticates: false,
        checksums: true,
        conditional: true,
        folders_are_nothing: true,
        odd_keys: true,
        leftovers: Some(Box::new(move |prefix| {
            Box::pin(unfinished(address, format!("{prefix}/")))
        })),
        keep: Box::new(child),
    }))
}

async fn unfinished(address: SocketAddr, prefix: String) -> Result<usize> {
    let answer = super::client()
        .get(format!("http://{address}/{BUCKET}?uploads"))
        .header(AUTHORIZATION, SOMEBODY)
        .send()
        .await?;
    ensure!(answer.status().is_success(), "{}", answer.status());
    let text = answer.text().await?;
    Ok(text.matches(&format!("<Key>{prefix}")).count())
}
