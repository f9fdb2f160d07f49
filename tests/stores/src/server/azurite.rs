//! azurite: Azure Blob Storage in memory, from npm. It checks signatures.

use anyhow::{Context, Result, ensure};
use object_store::azure::{AzureAccessKey, AzureAuthorizer, AzureCredential};

use super::{BUCKET, Server, free_port, start};
use crate::profile::Settings;

/// The account that azurite has from the start, as its documentation publishes it.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Starts azurite. The inner error says why it is not here.
///
/// # Errors
/// It is here and does not start.
pub async fn azurite() -> Result<Result<Server, String>> {
    let program = match test_tools::azurite() {
        Ok(program) => program,
        Err(why) => return Ok(Err(why)),
    };
    let port = free_port()?;
    let folder = tempfile::tempdir()?;
    let mut command = tokio::process::Command::new(program);
    command
        .args(["--silent", "--skipApiVersionCheck", "--inMemoryPersistence"])
        .args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()])
        .current_dir(folder.path());
    let (address, child) = start(command, port).await?;
    let endpoint = format!("http://{address}/{ACCOUNT}");
    make_container(&endpoint).await?;
    Ok(Ok(Server {
        name: "azurite",
        settings: Settings {
            kind: "azure",
            bucket: BUCKET.into(),
            endpoint,
            prefix: "base/dir".into(),
            pair: (ACCOUNT.into(), KEY.into()),
        },
        address: Some(address),
        authenticates: true,
        checksums: true,
        conditional: true,
        folders_are_nothing: true,
        odd_keys: true,
        leftovers: None,
        keep: Box::new((child, folder)),
    }))
}

async fn make_container(endpoint: &str) -> Result<()> {
    let mut request = http::Request::put(format!("{endpoint}/{BUCKET}?restype=container"))
        .header("content-length", "0")
        .body(Vec::new().into())?;
    let credential = AzureCredential::AccessKey(AzureAccessKey::try_new(KEY)?);
    AzureAuthorizer::new(&credential, ACCOUNT)
        .try_authorize(&mut request)
        .context("the request cannot be signed")?;
    let mut sent = super::client().put(request.uri().to_string());
    for (name, value) in request.headers() {
        sent = sent.header(name, value);
    }
    let answer = sent.send().await?;
    ensure!(
        answer.status().is_success(),
        "no container: {}",
        answer.text().await?
    );
    Ok(())
}
