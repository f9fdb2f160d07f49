//! The cluster's certificate authority and what it signs.

use std::path::Path;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::config::{API_SERVICE, Config, NODE_ADDRESS, NODE_NAME};

/// Who holds a certificate: the user's name for Kubernetes, its group, and for servers the names
/// that clients call.
pub struct Holder {
    /// The name of its files, and of the kubeconfig where it is a client.
    pub file: &'static str,
    name: &'static str,
    group: Option<&'static str>,
    hosts: &'static [&'static str],
}

/// The clients of the API server.
pub const CLIENTS: [Holder; 6] = [
    client("admin", "admin", Some("system:masters")),
    client(
        "kube-controller-manager",
        "system:kube-controller-manager",
        None,
    ),
    client("kube-scheduler", "system:kube-scheduler", None),
    client("kube-proxy", "system:kube-proxy", None),
    client("kubelet", "system:node:node", Some("system:nodes")),
    client("coredns", "system:coredns", None),
];

/// The API server as a client of the kubelet.
const KUBELET_CLIENT: Holder = client(
    "kube-apiserver-kubelet-client",
    "kube-apiserver-kubelet-client",
    Some("system:masters"),
);

const SERVERS: [Holder; 2] = [
    Holder {
        file: "kube-apiserver",
        name: "kube-apiserver",
        group: None,
        hosts: &[
            "127.0.0.1",
            NODE_ADDRESS,
            API_SERVICE,
            "localhost",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ],
    },
    Holder {
        file: "kubelet-server",
        name: NODE_NAME,
        group: None,
        hosts: &[NODE_ADDRESS, NODE_NAME],
    },
];

const fn client(file: &'static str, name: &'static str, group: Option<&'static str>) -> Holder {
    Holder {
        file,
        name,
        group,
        hosts: &[],
    }
}

/// Writes the authority's certificate, all others with their keys, and the key that signs the
/// tokens of service accounts. The authority's own key is kept nowhere.
///
/// # Errors
/// If a file cannot be written.
pub fn write(config: &Config) -> anyhow::Result<()> {
    let folder = config.path("certificates");
    let key = KeyPair::generate()?;
    let mut params = named("kanister-e2e", None, &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    let authority = params.self_signed(&key)?;
    store(&folder.join("ca.crt"), &authority.pem())?;
    let issuer = Issuer::new(params, key);
    for holder in CLIENTS.iter().chain([&KUBELET_CLIENT]).chain(&SERVERS) {
        let (certificate, key) = issue(&issuer, holder)?;
        store(
            &folder.join(holder.file).with_extension("crt"),
            &certificate,
        )?;
        store(&folder.join(holder.file).with_extension("key"), &key)?;
    }
    let tokens = KeyPair::generate()?;
    let public = folder.join("service-accounts.pub");
    store(&public, &tokens.public_key_pem())?;
    store(
        &folder.join("service-accounts.key"),
        &tokens.serialize_pem(),
    )
}

/// A certificate and its key.
fn issue(issuer: &Issuer<'_, KeyPair>, holder: &Holder) -> anyhow::Result<(String, String)> {
    let mut params = named(holder.name, holder.group, holder.hosts)?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![match holder.hosts {
        [] => ExtendedKeyUsagePurpose::ClientAuth,
        _ => ExtendedKeyUsagePurpose::ServerAuth,
    }];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn named(name: &str, group: Option<&str>, hosts: &[&str]) -> anyhow::Result<CertificateParams> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts)?;
    // In place of rcgen's own name.
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        params
            .distinguished_name
            .push(DnType::OrganizationName, group);
    }
    Ok(params)
}

/// Writes what only its owner may read.
///
/// # Errors
/// If it cannot be written.
pub fn store(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let write = || options.open(path)?.write_all(text.as_bytes());
    write().with_context(|| path.display().to_string())
}
