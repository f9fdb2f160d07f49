//! Azure Blob Storage.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use object_store::azure::{MicrosoftAzureBuilder, split_sas};

use super::{Store, endpoint_url, retry, settings};
use crate::error::Error;
use crate::profile::{Credential, Profile};
use crate::secret::SecretBytes;
use crate::transport::Transport;

pub(super) fn open(profile: &Profile, transport: &Transport) -> Result<Store, Error> {
    let location = &profile.location;
    let azure = match &profile.credential {
        Credential::Absent => from_environment()?,
        credential => credential.azure()?,
    };
    let suffix = blob_domain(azure.environment.as_deref())?;
    let endpoint = endpoint_url(&location.endpoint)
        .unwrap_or_else(|| format!("https://{}.blob.{suffix}", azure.account));
    let mut builder = MicrosoftAzureBuilder::new()
        .with_account(&azure.account)
        .with_container_name(&location.bucket)
        .with_endpoint(endpoint.clone())
        .with_allow_http(true)
        .with_retry(retry())
        .with_http_connector(transport.clone());
    builder = match &azure.key {
        Some(key) => {
            if STANDARD.decode(key.expose_text()).is_err() {
                return Err(settings("the storage key of Azure is no base64"));
            }
            builder.with_access_key(key.expose_text())
        }
        None => federated(builder)?,
    };
    let store = builder
        .build()
        .map_err(|_| settings("the settings of Azure are not accepted"))?;
    let store = Arc::new(store);
    Ok(Store {
        reader: store.clone(),
        writer: store.clone(),
        plain: None,
        pages: Some(store),
        bucket: location.bucket.clone(),
        endpoint,
    })
}

/// The storage domain of a cloud, by the name that the Azure tools give it.
fn blob_domain(environment: Option<&str>) -> Result<&'static str, Error> {
    match environment
        .unwrap_or_default()
        .to_ascii_uppercase()
        .as_str()
    {
        "" | "AZUREPUBLICCLOUD" | "AZURECLOUD" => Ok("core.windows.net"),
        "AZURECHINACLOUD" => Ok("core.chinacloudapi.cn"),
        "AZUREUSGOVERNMENTCLOUD" | "AZUREUSGOVERNMENT" => Ok("core.usgovcloudapi.net"),
        "AZUREGERMANCLOUD" => Ok("core.cloudapi.de"),
        other => Err(settings(&format!(
            "the Azure environment {other:?} is unknown; use AzurePublicCloud, AzureChinaCloud, AzureUSGovernmentCloud or AzureGermanCloud"
        ))),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn from_environment() -> Result<crate::profile::AzureCredential, Error> {
    let account = variable("AZURE_STORAGE_ACCOUNT").ok_or_else(|| {
        Error::Profile(
            "it has no credential, and AZURE_STORAGE_ACCOUNT is not set; give a credential".into(),
        )
    })?;
    Ok(crate::profile::AzureCredential {
        account,
        key: variable("AZURE_STORAGE_KEY").map(SecretBytes::from),
        environment: variable("AZURE_ENV_NAME"),
    })
}

/// A federated identity: a SAS token in a file, else the identity of the workload.
fn federated(builder: MicrosoftAzureBuilder) -> Result<MicrosoftAzureBuilder, Error> {
    if let Some(file) = variable("AZURE_SAS_TOKEN_FILE") {
        let token = std::fs::read_to_string(&file).map_err(|e| {
            Error::Profile(format!(
                "the SAS token in {file} (AZURE_SAS_TOKEN_FILE) cannot be read: {e}"
            ))
        })?;
        let pairs = split_sas(token.trim()).map_err(|_| {
            Error::Profile(format!("{file} (AZURE_SAS_TOKEN_FILE) holds no SAS token"))
        })?;
        return Ok(builder.with_sas_authorization(pairs));
    }
    let names = [
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "AZURE_FEDERATED_TOKEN_FILE",
    ];
    let [Some(client), Some(tenant), Some(token)] = names.map(variable) else {
        return Err(Error::Profile(format!(
            "it asks for a federated identity, but neither AZURE_SAS_TOKEN_FILE nor {} are set",
            names.join(", ")
        )));
    };
    let builder = match variable("AZURE_AUTHORITY_HOST") {
        Some(host) => builder.with_authority_host(host),
        None => builder,
    };
    Ok(builder
        .with_client_id(client)
        .with_tenant_id(tenant)
        .with_federated_token_file(token))
}
