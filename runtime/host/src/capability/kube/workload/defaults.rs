//! What the operator wants of every helper pod.

use std::time::Duration;

/// How long a pod may take to run: upstream's default.
const READY_WITHIN: Duration = Duration::from_secs(15 * 60);

/// What the operator wants of every helper pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodDefaults {
    /// The controller's own service account: that of pods in its namespace which name none.
    pub service_account: Option<String>,
    /// Pods get no token of a service account and run as `default`, unless an override says
    /// otherwise. Upstream: `SECURE_DEFAULTS_FOR_JOB_PODS`.
    pub secure: bool,
    /// How long a pod may take to run, however long its function would wait. Upstream:
    /// `TIMEOUT_WORKER_POD_READY`.
    pub ready_within: Duration,
}

impl Default for PodDefaults {
    fn default() -> Self {
        Self {
            service_account: None,
            secure: false,
            ready_within: READY_WITHIN,
        }
    }
}

impl PodDefaults {
    /// The defaults as variables of the environment say them: `POD_SERVICE_ACCOUNT`,
    /// `SECURE_DEFAULTS_FOR_JOB_PODS` (only `true` is true) and `TIMEOUT_WORKER_POD_READY`
    /// (whole minutes; what is no number of them counts as absent).
    #[must_use]
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let minutes = variable("TIMEOUT_WORKER_POD_READY")
            .and_then(|text| text.trim().parse::<u64>().ok())
            .filter(|minutes| *minutes > 0);
        Self {
            service_account: variable("POD_SERVICE_ACCOUNT").filter(|name| !name.is_empty()),
            secure: variable("SECURE_DEFAULTS_FOR_JOB_PODS").as_deref() == Some("true"),
            ready_within: minutes.map_or(READY_WITHIN, |minutes| {
                Duration::from_secs(minutes.saturating_mul(60))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_what_upstream_reads_there() {
        let read = |variables: &[(&str, &str)]| {
            PodDefaults::from_environment(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(read(&[]), PodDefaults::default());
        assert_eq!(
            read(&[
                ("POD_SERVICE_ACCOUNT", "kanister"),
                ("SECURE_DEFAULTS_FOR_JOB_PODS", "true"),
                ("TIMEOUT_WORKER_POD_READY", "5"),
            ]),
            PodDefaults {
                service_account: Some("kanister".to_owned()),
                secure: true,
                ready_within: Duration::from_secs(300),
            }
        );
        let odd = read(&[
            ("SECURE_DEFAULTS_FOR_JOB_PODS", "1"),
            ("TIMEOUT_WORKER_POD_READY", "soon"),
        ]);
        assert_eq!(odd, PodDefaults::default());
    }
}
