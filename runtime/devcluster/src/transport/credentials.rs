//! Key, certificate and token of a cluster, made at its first start.

use std::path::Path;
use std::sync::Arc;

use rand::RngExt as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::write_private;
use crate::error::Error;

/// Key, certificate and token of a cluster.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The certificate that clients trust, as PEM.
    pub(crate) authority: String,
    certificate: String,
    key: String,
    /// The bearer token.
    pub(crate) token: Arc<str>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Credentials(secret)")
    }
}

impl Credentials {
    /// Makes new ones.
    pub(crate) fn generate() -> Result<Self, Error> {
        let build = || -> Result<(String, String, String), rcgen::Error> {
            let authority_key = KeyPair::generate()?;
            let mut authority = CertificateParams::new(Vec::new())?;
            authority
                .distinguished_name
                .push(DnType::CommonName, "kanister devcluster");
            authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            authority.key_usages = vec![
                KeyUsagePurpose::KeyCertSign,
                KeyUsagePurpose::DigitalSignature,
            ];
            let authority_certificate = authority.self_signed(&authority_key)?;
            let issuer = Issuer::new(authority, authority_key);
            let names = [
                "localhost",
                "127.0.0.1",
                "::1",
                "kubernetes",
                "kubernetes.default.svc",
            ];
            let mut server = CertificateParams::new(names.map(str::to_owned).to_vec())?;
            server
                .distinguished_name
                .push(DnType::CommonName, "kanister devcluster API");
            server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            server.use_authority_key_identifier_extension = true;
            let key = KeyPair::generate()?;
            let certificate = server.signed_by(&key, &issuer)?;
            Ok((
                authority_certificate.pem(),
                certificate.pem(),
                key.serialize_pem(),
            ))
        };
        let (authority, certificate, key) =
            build().map_err(|error| Error::Certificate(error.to_string()))?;
        let token: [u8; 32] = rand::rng().random();
        let token: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            authority,
            certificate,
            key,
            token: token.into(),
        })
    }

    /// Those of an earlier start in this directory, else new ones, so that a kubeconfig stays valid.
    pub(crate) fn kept_in(directory: &Path) -> Result<Self, Error> {
        let path = directory.join("credentials.json");
        if let Ok(text) = std::fs::read_to_string(&path)
            && let Ok([authority, certificate, key, token]) =
                serde_json::from_str::<[String; 4]>(&text)
        {
            return Ok(Self {
                authority,
                certificate,
                key,
                token: token.into(),
            });
        }
        let made = Self::generate()?;
        let text = serde_json::json!([made.authority, made.certificate, made.key, &*made.token])
            .to_string();
        write_private(&path, text.as_bytes())?;
        Ok(made)
    }

    /// What a TLS server needs.
    pub(super) fn config(&self) -> Result<ServerConfig, Error> {
        let fail = |error: String| Error::Certificate(error);
        let certificates: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(self.certificate.as_bytes())
                .collect::<Result<_, _>>()
                .map_err(|error| fail(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())
            .map_err(|error| fail(error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(certificates, key)
            })
            .map_err(|error| fail(error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}
