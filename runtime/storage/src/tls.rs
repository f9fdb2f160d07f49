//! Which certificates are trusted, by stores and by whatever else is spoken to over TLS.
//!
//! Besides what the TLS library accepts, a self-signed certificate that the operator trusts itself
//! (small stores are often set up so) is accepted for the names and the time that it states.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

/// Why no connection can be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The extra certificates are no PEM.
    #[error("the additional CA certificates cannot be read; they must be PEM")]
    Roots,
    /// The TLS library refused its settings.
    #[error("TLS cannot be set up: {0}")]
    Settings(#[from] rustls::Error),
}

/// Settings that trust the certificates of this machine and those in `extra` (PEM, may be empty).
///
/// # Errors
/// [`TlsError`].
pub fn trusting(extra: &[u8]) -> Result<ClientConfig, TlsError> {
    config(|provider| Ok(Arc::new(Trusted::new(provider, extra)?)))
}

/// Settings that accept any certificate; the handshake's signatures are still checked.
///
/// # Errors
/// [`TlsError`].
pub fn accepting_any() -> Result<ClientConfig, TlsError> {
    config(|provider| Ok(Arc::new(AcceptAny(provider))))
}

fn config(
    verifier: impl FnOnce(Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError>,
) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous();
    let verifier = verifier(provider)?;
    Ok(builder
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// The certificates that this machine trusts, read once.
fn of_this_machine() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    ROOTS.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}

#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

/// Accepts what the roots have signed, and a root that serves as the certificate itself.
#[derive(Debug)]
struct Trusted {
    provider: Arc<CryptoProvider>,
    /// None without any root: then nothing is trusted, and plain http still works.
    inner: Option<Arc<WebPkiServerVerifier>>,
    roots: Vec<CertificateDer<'static>>,
}

impl Trusted {
    fn new(provider: Arc<CryptoProvider>, extra: &[u8]) -> Result<Self, TlsError> {
        let mut roots = of_this_machine().to_vec();
        for certificate in CertificateDer::pem_slice_iter(extra) {
            roots.push(certificate.map_err(|_| TlsError::Roots)?);
        }
        let mut store = RootCertStore::empty();
        // Unreadable ones are skipped: machines carry certificates of every age.
        store.add_parsable_certificates(roots.iter().cloned());
        let inner = match store.is_empty() {
            true => None,
            false => {
                WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider))
                    .build()
                    .ok()
            }
        };
        Ok(Self {
            provider,
            inner,
            roots,
        })
    }
}

impl ServerCertVerifier for Trusted {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let Some(inner) = &self.inner else {
            return Err(unknown);
        };
        let verdict =
            inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verdict {
            // The library looks at the time before the kind of certificate, so this one is in date.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if self.roots.iter().any(|root| root == end_entity) =>
            {
                let parsed = ParsedCertificate::try_from(end_entity)?;
                rustls::client::verify_server_name(&parsed, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            // A self-signed certificate nobody trusts: the reason is that, not its being a CA's.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_))) => Err(unknown),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
