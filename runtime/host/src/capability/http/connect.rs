//! Connections to checked addresses.

use crate::bindings::kanister::http::client as wit;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Clients that one call keeps open.
const MOST_CLIENTS: usize = 16;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(30);

/// The connections of one call: a client for each host and the addresses that were
/// allowed for it, so that none is ever used for others.
#[derive(Default)]
pub struct Connections(Mutex<HashMap<(String, Vec<SocketAddr>), reqwest::Client>>);

impl Connections {
    /// A client that connects `host` to these addresses and to nothing else.
    pub(super) fn client(
        &self,
        host: &str,
        addresses: Vec<SocketAddr>,
    ) -> Result<reqwest::Client, wit::Error> {
        let key = (host.to_owned(), addresses);
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured((*tls()?).clone())
            .resolve_to_addrs(host, &key.1)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .user_agent(concat!("kanister/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wit::Error::Tls(error.to_string()))?;
        if clients.len() >= MOST_CLIENTS {
            clients.clear();
        }
        clients.insert(key, client.clone());
        Ok(client)
    }
}

/// The settings of every connection: the machine's certificates are trusted.
fn tls() -> Result<Arc<rustls::ClientConfig>, wit::Error> {
    static CONFIG: OnceLock<Result<Arc<rustls::ClientConfig>, String>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let config = kanister_storage::tls::trusting(&[]);
        config.map(Arc::new).map_err(|error| error.to_string())
    });
    config.clone().map_err(wit::Error::Tls)
}

/// What went wrong, in the contract's words.
pub(super) fn explain(error: &reqwest::Error) -> wit::Error {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        let line = error.to_string();
        if !text.contains(&line) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&line);
        }
        cause = error.source();
    }
    if error.is_timeout() {
        wit::Error::Timeout
    } else if text.contains("certificate") || text.contains("tls") || text.contains("TLS") {
        wit::Error::Tls(text)
    } else if error.is_connect() {
        wit::Error::Connect(text)
    } else {
        wit::Error::Other(text)
    }
}
