//! The environment of existing installations.

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use std::net::SocketAddr;

/// Where health is served if nothing else is said.
const PORT: u16 = 8000;

/// Reads a variable.
type Read = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Variables by name.
pub struct Environment(Box<Read>);

impl Environment {
    /// The environment of this process.
    pub fn read() -> Self {
        Self(Box::new(|name| std::env::var(name).ok()))
    }

    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// `LOG_LEVEL`; what is none counts as `info`.
    pub fn log_level(&self) -> &'static str {
        let level = self
            .get("LOG_LEVEL")
            .unwrap_or_default()
            .to_ascii_lowercase();
        match level.as_str() {
            "panic" | "fatal" | "error" => "error",
            "warn" | "warning" => "warn",
            "debug" => "debug",
            "trace" => "trace",
            _ => "info",
        }
    }

    /// `CREATEORUPDATE_CRDS`; yes unless it is a no.
    pub fn install_definitions(&self) -> bool {
        let given = self.get("CREATEORUPDATE_CRDS");
        given.and_then(|text| go_bool(&text)).unwrap_or(true)
    }

    /// `KANISTER_METRICS_ENABLED`; yes unless it is a no.
    pub fn metrics(&self) -> bool {
        let given = self.get("KANISTER_METRICS_ENABLED");
        given.and_then(|text| go_bool(&text)).unwrap_or(true)
    }

    /// `LIVENESS_PATH`.
    pub fn liveness(&self) -> String {
        self.get("LIVENESS_PATH")
            .unwrap_or_else(|| "/v0/healthz".to_owned())
    }

    /// `READINESS_PATH`.
    pub fn readiness(&self) -> String {
        self.get("READINESS_PATH")
            .unwrap_or_else(|| "/v0/readyz".to_owned())
    }

    /// Every address, and `HEALTH_CHECK_PORT`.
    pub fn address(&self) -> SocketAddr {
        let port = self.get("HEALTH_CHECK_PORT");
        let port = port.and_then(|text| text.parse().ok()).unwrap_or(PORT);
        ([0, 0, 0, 0], port).into()
    }

    /// A name that no other living process has: that of the pod or machine, and chance.
    pub fn identity(&self) -> Result<String, getrandom::Error> {
        let mut random = [0; 4];
        getrandom::fill(&mut random)?;
        let name = self
            .get("POD_NAME")
            .or_else(|| self.get("HOSTNAME"))
            .unwrap_or_else(|| "kanister".to_owned());
        Ok(format!("{name}_{:08x}", u32::from_le_bytes(random)))
    }
}

/// What Go reads as a boolean.
fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The service account of the pod that this process runs in; none outside of a cluster.
pub async fn own_service_account(client: &kube::Client, namespace: &str) -> Option<String> {
    std::env::var_os("KUBERNETES_SERVICE_HOST")?;
    let name = std::env::var("POD_NAME")
        .or_else(|_| std::env::var("HOSTNAME"))
        .ok()?;
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    match pods.get(&name).await {
        Ok(pod) => pod.spec?.service_account_name,
        Err(error) => {
            tracing::warn!(pod = name, %error, "the controller's own service account is not known; set POD_SERVICE_ACCOUNT");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> Environment {
        Environment(Box::new(move |asked| {
            (asked == name).then(|| value.to_owned())
        }))
    }

    #[test]
    fn what_is_not_said_is_as_in_existing_installations() {
        let none = with("", "");
        assert_eq!(none.log_level(), "info");
        assert!(none.install_definitions() && none.metrics());
        assert_eq!(none.address().port(), 8000);
        assert_eq!(
            (none.liveness().as_str(), none.readiness().as_str()),
            ("/v0/healthz", "/v0/readyz")
        );
        assert_ne!(none.identity().unwrap(), none.identity().unwrap());
    }

    #[test]
    fn words_are_read_as_go_reads_them() {
        assert!(!with("CREATEORUPDATE_CRDS", "f").install_definitions());
        assert!(with("CREATEORUPDATE_CRDS", "no").install_definitions());
        assert!(!with("KANISTER_METRICS_ENABLED", "0").metrics());
        assert_eq!(with("LOG_LEVEL", "Warning").log_level(), "warn");
        assert_eq!(with("LOG_LEVEL", "loud").log_level(), "info");
        assert_eq!(with("HEALTH_CHECK_PORT", "9").address().port(), 9);
    }
}
