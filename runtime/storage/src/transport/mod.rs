//! The HTTP client below every store: trust, pace, patience and the stores' checksums.

mod failure;
mod service;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector};

pub(crate) use failure::ConnectFailure;

use crate::profile::Profile;
use crate::store::StoreOptions;
use crate::tls::{self, TlsError};

/// How to reach a store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transport {
    /// Accept any certificate.
    pub(crate) skip_verify: bool,
    /// Certificates to trust besides the machine's, PEM.
    pub(crate) extra_roots: Vec<u8>,
    /// Made once: all that speak to a store share its connections.
    client: Arc<OnceLock<HttpClient>>,
}

impl Transport {
    pub(crate) fn new(profile: &Profile, options: &StoreOptions) -> Self {
        Self {
            skip_verify: profile.skip_ssl_verify,
            extra_roots: options.extra_roots.clone(),
            client: Arc::default(),
        }
    }

    /// A client for the stores and for the services that issue credentials.
    pub(crate) fn client(&self) -> Result<HttpClient, TransportError> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let made = self.make()?;
        Ok(self.client.get_or_init(|| made).clone())
    }

    fn make(&self) -> Result<HttpClient, TransportError> {
        let config = match self.skip_verify {
            true => tls::accepting_any()?,
            false => tls::trusting(&self.extra_roots)?,
        };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .connect_timeout(Duration::from_secs(10))
            // Also covers sending: the largest part must get through a slow line.
            .read_timeout(Duration::from_secs(180))
            // A redirected request would carry a signature for another host.
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .user_agent(concat!("kanister/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| TransportError::Client)?;
        Ok(HttpClient::new(service::Service::new(HttpClient::new(
            client,
        ))))
    }
}

impl HttpConnector for Transport {
    // The options of the library are ours to set and say nothing that `client` does not.
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        self.client().map_err(|e| object_store::Error::Generic {
            store: "transport",
            source: Box::new(e),
        })
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The HTTP library refused its settings.
    #[error("the HTTP client cannot be set up")]
    Client,
}
