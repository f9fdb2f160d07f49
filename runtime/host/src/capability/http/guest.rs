//! What a guest sees of the network.

use super::connect::{Connections, explain};
use super::sign;
use crate::authority::Denial;
use crate::bindings::kanister::http::client as wit;
use crate::call::CallState;
use crate::capability::secrets::{SecretError, SecretSource};
use crate::gate::http::{Permitted, target};
use crate::gate::{Gate, Reveal};
use crate::secret::Vault;
use kanister_api::function::ByteSize;
use reqwest::header::{HeaderName, HeaderValue};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// Bytes of an answer, where no rule says otherwise.
const BODY_LIMIT: ByteSize = ByteSize::new(4 << 20);

/// Headers that decide where a request goes or how it is framed; the host sets them.
const OURS: [&str; 6] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "proxy-authorization",
];

impl From<Denial> for wit::Error {
    fn from(denial: Denial) -> Self {
        Self::Denied((&denial).into())
    }
}

impl wit::Host for CallState {
    async fn send(
        &mut self,
        request: wit::Request,
    ) -> wasmtime::Result<Result<wit::Response, wit::Error>> {
        let timeout = Duration::from_millis(request.timeout_ms);
        let outside = Outside {
            gate: &self.gate,
            connections: &self.connections,
            vault: &self.services.vault,
            secrets: &*self.services.secrets,
        };
        Ok(tokio::select! {
            biased;
            _ = self.services.cancel.wait() => Err(wit::Error::Cancelled),
            sent = tokio::time::timeout(timeout, outside.send(request)) => {
                sent.unwrap_or(Err(wit::Error::Timeout))
            }
        })
    }
}

/// What a request needs of its call.
struct Outside<'a> {
    gate: &'a Gate,
    connections: &'a Connections,
    vault: &'a Vault,
    secrets: &'a dyn SecretSource,
}

impl Outside<'_> {
    async fn send(&self, request: wit::Request) -> Result<wit::Response, wit::Error> {
        let wit::Request {
            method,
            url,
            headers,
            body,
            auth,
            timeout_ms: _,
        } = request;
        let invalid = |error: &dyn std::fmt::Display| wit::Error::Invalid(error.to_string());
        let target = target(&url).map_err(|error| invalid(&error))?;
        let credentials = auth.iter().map(|auth| sign::slot(auth).to_owned());
        let permitted = self
            .gate
            .http(&method, target, credentials.collect::<BTreeSet<_>>())?;
        let addresses = resolve(&permitted).await?;
        let host = permitted
            .url()
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        let client = self.connections.client(&host, addresses)?;

        // Allowed from here on: now the bytes may take the place of tokens.
        let vault = self.vault;
        let method = reqwest::Method::from_str(&method).map_err(|error| invalid(&error))?;
        let mut outgoing = reqwest::Request::new(method, permitted.url().clone());
        for (name, value) in headers {
            let name = HeaderName::from_str(&name).map_err(|error| invalid(&error))?;
            if OURS.contains(&name.as_str()) {
                return Err(wit::Error::Invalid(format!(
                    "the header {name} is the host's to set"
                )));
            }
            let revealed = vault.reveal_text(&value);
            let mut value = HeaderValue::from_str(&revealed).map_err(|_| {
                wit::Error::Invalid(format!(
                    "the header {name} has a value that no header can hold"
                ))
            })?;
            value.set_sensitive(true);
            outgoing.headers_mut().append(name, value);
        }
        if let Some(body) = body {
            *outgoing.body_mut() = Some(match String::from_utf8(body) {
                Ok(text) => vault.reveal_text(&text).into_owned().into(),
                Err(bytes) => bytes.into_bytes().into(),
            });
        }
        if let Some(auth) = &auth {
            let slot = sign::slot(auth);
            let secret = self.secrets.get(slot).await;
            let secret = secret.map_err(|error| no_secret(slot, &error))?;
            sign::authorise(&mut outgoing, auth, &secret, SystemTime::now())?;
        }
        let answer = client
            .execute(outgoing)
            .await
            .map_err(|error| explain(&error))?;
        let limit = permitted.body_limit().unwrap_or(BODY_LIMIT).bytes();
        self.answer(answer, limit).await
    }

    async fn answer(
        &self,
        mut answer: reqwest::Response,
        limit: u64,
    ) -> Result<wit::Response, wit::Error> {
        let status = answer.status().as_u16();
        let vault = self.vault;
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| {
                let value = value.to_str().ok()?;
                Some((name.to_string(), vault.conceal_text(value).into_owned()))
            })
            .collect();
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| explain(&error))? {
            if (body.len() as u64).saturating_add(piece.len() as u64) > limit {
                return Err(wit::Error::BodyTooLarge(limit));
            }
            body.extend_from_slice(&piece);
        }
        if !vault.is_empty()
            && let Ok(text) = std::str::from_utf8(&body)
        {
            body = vault.conceal_text(text).into_owned().into_bytes();
        }
        Ok(wit::Response {
            status,
            headers,
            body,
        })
    }
}

fn no_secret(slot: &str, error: &SecretError) -> wit::Error {
    wit::Error::Other(format!("the secret of slot {slot}: {error}"))
}

/// The addresses of the host that the gate lets through.
async fn resolve(permitted: &Permitted) -> Result<Vec<SocketAddr>, wit::Error> {
    let addresses = match permitted.url().host() {
        Some(url::Host::Ipv4(address)) => vec![address.into()],
        Some(url::Host::Ipv6(address)) => vec![address.into()],
        Some(url::Host::Domain(name)) => {
            let found = tokio::net::lookup_host((name, permitted.port())).await;
            let found = found.map_err(|error| wit::Error::Dns(format!("{name}: {error}")))?;
            found.map(|address| address.ip()).collect()
        }
        None => return Err(wit::Error::Invalid("the URL has no host".to_owned())),
    };
    Ok(permitted.addresses(addresses)?)
}
