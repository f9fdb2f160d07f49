//! How clients find the API server and who they are.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::certificates::{CLIENTS, store};
use crate::config::{API_PORT, Config};

/// Writes a kubeconfig for each client, and two for people and tools: `admin.conf` with a
/// certificate, and `token.conf` with a token for tools that know no certificates.
///
/// # Errors
/// If a file cannot be written.
pub fn write(config: &Config) -> anyhow::Result<()> {
    let folder = config.path("certificates");
    for client in &CLIENTS {
        let file = |extension: &str| folder.join(client.file).with_extension(extension);
        let user = json!({
            "client-certificate": file("crt"),
            "client-key": file("key"),
        });
        store(
            &config.path(&format!("settings/{}.conf", client.file)),
            &kubeconfig(&folder, &user),
        )?;
    }
    std::fs::copy(
        config.path("settings/admin.conf"),
        config.path("admin.conf"),
    )
    .context("admin.conf")?;
    let token = token()?;
    let line = format!("{token},tools,tools,system:masters\n");
    store(&config.path("certificates/tokens.csv"), &line)?;
    store(
        &config.path("token.conf"),
        &kubeconfig(&folder, &json!({"token": token})),
    )
}

/// JSON, which is YAML too.
fn kubeconfig(certificates: &Path, user: &Value) -> String {
    let value = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "e2e", "cluster": {
            "server": format!("https://127.0.0.1:{API_PORT}"),
            "certificate-authority": certificates.join("ca.crt"),
        }}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "user"}}],
        "current-context": "e2e",
    });
    format!("{value:#}\n")
}

/// As hard to guess as a key.
fn token() -> anyhow::Result<String> {
    let key = rcgen::KeyPair::generate()?;
    let digest = Sha256::digest(key.serialize_der());
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
