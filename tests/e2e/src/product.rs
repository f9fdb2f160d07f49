//! The controller as users get it: a pod, of an image that holds the static binary alone, with the
//! roles that the binary prints.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use crate::boot::output;
use crate::client::Client;
use crate::images;

/// The controller's namespace.
pub const NAMESPACE: &str = "kanister";
/// The controller's Deployment, and its service account.
pub const CONTROLLER: &str = "kanister-controller";

/// The controller in a cluster.
pub struct Product {
    /// The cluster.
    pub client: Client,
    kanister: PathBuf,
}

impl Product {
    /// Installs the controller and waits until it is ready. Its log says everything that it can.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn install(client: Client, kanister: &Path) -> anyhow::Result<Self> {
        let product = Self {
            client,
            kanister: kanister.to_owned(),
        };
        let manifests = product.kanister(&["manifests", "--image", images::KANISTER])?;
        let client = &product.client;
        client.apply(NAMESPACE, &manifests)?;
        client.kubectl(
            NAMESPACE,
            &format!("set env deployment/{CONTROLLER} LOG_LEVEL=debug"),
        )?;
        client.rolled_out(NAMESPACE, &format!("deployment/{CONTROLLER}"))?;
        // The definitions are there now.
        client.wait(
            NAMESPACE,
            "crd/blueprints.cr.kanister.io --for=condition=Established",
        )?;
        Ok(product)
    }

    /// Runs the binary itself.
    ///
    /// # Errors
    /// If it fails, with what it said.
    pub fn kanister(&self, words: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(&self.kanister);
        command
            .args(words)
            .env("KANISTER_CACHE", self.client.config().path("components"));
        output(&mut command)
    }

    /// Installs a Blueprint, and allows the controller what this needs of an application.
    ///
    /// # Errors
    /// If something is refused.
    pub fn blueprint(&self, text: &str, application: &str) -> anyhow::Result<()> {
        let client = &self.client;
        client.apply(NAMESPACE, text)?;
        let file = client.config().path("blueprint.yaml");
        std::fs::write(&file, text)?;
        let file = file.display().to_string();
        let needs = self.kanister(&["caps", "--output", "json", "-n", application, &file])?;
        for blueprint in serde_json::from_str::<Vec<Value>>(&needs)? {
            let roles = blueprint.get("roles").and_then(Value::as_array);
            for role in roles.context("`kanister caps` names no roles")? {
                let text = |at: &str| role.pointer(at).and_then(Value::as_str);
                let name = text("/metadata/name").context("a role without a name")?;
                let namespace = text("/metadata/namespace").unwrap_or(application);
                client.apply(namespace, &role.to_string())?;
                client.kubectl(
                    namespace,
                    &format!(
                        "create rolebinding {name} --role={name} \
                         --serviceaccount={NAMESPACE}:{CONTROLLER}"
                    ),
                )?;
            }
        }
        Ok(())
    }

    /// What the controller has written, also before its last restart.
    ///
    /// # Errors
    /// If there is no log.
    pub fn log(&self) -> anyhow::Result<String> {
        let pods = format!("logs --selector=app={CONTROLLER} --tail=-1");
        self.client.kubectl(NAMESPACE, &pods)
    }
}
