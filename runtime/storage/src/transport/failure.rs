//! Why there was no connection at all.

use std::error::Error as StdError;
use std::io::ErrorKind;

use object_store::client::{HttpError, HttpErrorKind};

use crate::classify::find;

/// Why no connection came about; its text is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConnectFailure {
    #[error("connection refused; check the endpoint and whether the store runs")]
    Refused,
    #[error("the host name cannot be resolved; check the endpoint")]
    Name,
    #[error("no answer in time; check the endpoint, the network and firewalls")]
    Timeout,
    #[error(
        "its certificate is not trusted: it is signed by an unknown authority; add the authority (SSL_CERT_FILE) or set skipSSLVerify in the profile"
    )]
    UnknownAuthority,
    #[error("its certificate is not trusted: it has expired")]
    Expired,
    #[error("its certificate is not trusted: it is for another host name")]
    OtherName,
    #[error("its certificate is not accepted")]
    Certificate,
    #[error("no TLS connection; check whether the endpoint speaks https")]
    Tls,
    #[error("the network or the host cannot be reached")]
    Network,
}

impl ConnectFailure {
    /// What `error` was, if it was one of connecting.
    pub(crate) fn of(error: &HttpError) -> Option<Self> {
        if let Some(known) = find::<Self>(error) {
            return Some(*known);
        }
        if error.kind() != HttpErrorKind::Connect && error.kind() != HttpErrorKind::Timeout {
            return None;
        }
        if let Some(tls) = find::<rustls::Error>(error) {
            return Some(of_tls(tls));
        }
        if let Some(io) = find::<std::io::Error>(error) {
            match io.kind() {
                ErrorKind::ConnectionRefused => return Some(Self::Refused),
                ErrorKind::TimedOut => return Some(Self::Timeout),
                ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable
                | ErrorKind::NetworkDown => return Some(Self::Network),
                _ => {}
            }
        }
        if error.kind() == HttpErrorKind::Timeout {
            return Some(Self::Timeout);
        }
        // hyper-util has no type for it.
        let mut next: Option<&dyn StdError> = Some(error);
        while let Some(e) = next {
            if e.to_string().contains("dns error") {
                return Some(Self::Name);
            }
            next = e.source();
        }
        Some(Self::Network)
    }

    /// Whether a second attempt could change anything.
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Self::Refused | Self::Network | Self::Name)
    }
}

fn of_tls(error: &rustls::Error) -> ConnectFailure {
    use rustls::CertificateError as C;
    match error {
        rustls::Error::InvalidCertificate(C::UnknownIssuer) => ConnectFailure::UnknownAuthority,
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            ConnectFailure::Expired
        }
        rustls::Error::InvalidCertificate(
            C::NotValidForName | C::NotValidForNameContext { .. },
        ) => ConnectFailure::OtherName,
        rustls::Error::InvalidCertificate(_) => ConnectFailure::Certificate,
        _ => ConnectFailure::Tls,
    }
}
