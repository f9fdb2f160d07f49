//! Google Cloud Storage.

use std::sync::Arc;

use object_store::gcp::GoogleCloudStorageBuilder;

use super::{Store, endpoint_url, retry, settings};
use crate::error::Error;
use crate::profile::Profile;
use crate::transport::Transport;

pub(super) fn open(profile: &Profile, transport: &Transport) -> Result<Store, Error> {
    let location = &profile.location;
    let key = profile.credential.gcs()?;
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_bucket_name(&location.bucket)
        .with_service_account_key(key.expose_text())
        .with_retry(retry())
        .with_http_connector(transport.clone());
    let endpoint = endpoint_url(&location.endpoint);
    if let Some(endpoint) = &endpoint {
        builder = builder.with_base_url(endpoint);
    }
    // The library's text quotes what it could not read of the key.
    let store = builder.build().map_err(|_| {
        settings("the service account key is not the JSON key file of a Google service account")
    })?;
    let store = Arc::new(store);
    Ok(Store {
        reader: store.clone(),
        writer: store.clone(),
        plain: None,
        pages: Some(store),
        bucket: location.bucket.clone(),
        endpoint: endpoint.unwrap_or_else(|| "Google Cloud Storage".into()),
    })
}
