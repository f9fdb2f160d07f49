//! Metrics, in the text format that Prometheus reads.

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The metrics of a controller. Clones are the same metrics.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    resolutions: Family<Resolution, Counter>,
    runs: Family<End, Counter>,
    active: Gauge,
    queued: Gauge,
    leading: Gauge,
    phases: Family<PhaseEnd, Counter>,
    phase_seconds: Family<Function, Histogram, Seconds>,
    accesses: Family<Access, Counter>,
    denials: Family<Function, Counter>,
    requests: Family<ApiRequest, Counter>,
    unhandled: Counter,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Resolution {
    resolution: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct End {
    end: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PhaseEnd {
    function: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Function {
    function: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Access {
    function: String,
    allowed: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ApiRequest {
    method: String,
    status: String,
}

/// Makes histograms from ten milliseconds to three hours.
#[derive(Debug, Clone)]
struct Seconds;

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(exponential_buckets(0.01, 4.0, 11))
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("kanister");
        let mut metrics = Self {
            registry: Arc::default(),
            resolutions: Family::default(),
            runs: Family::default(),
            active: Gauge::default(),
            queued: Gauge::default(),
            leading: Gauge::default(),
            phases: Family::default(),
            phase_seconds: Family::new_with_constructor(Seconds),
            accesses: Family::default(),
            denials: Family::default(),
            requests: Family::default(),
            unhandled: Counter::default(),
        };
        registry.register(
            "action_set_resolutions",
            "Actions that ended, by how",
            metrics.resolutions.clone(),
        );
        registry.register(
            "runs",
            "Runs of ActionSets that ended, by how",
            metrics.runs.clone(),
        );
        registry.register("runs_active", "Runs that go on", metrics.active.clone());
        registry.register(
            "runs_queued",
            "ActionSets that wait to be run",
            metrics.queued.clone(),
        );
        registry.register("leader", "1 if this process leads", metrics.leading.clone());
        registry.register(
            "function_calls",
            "Phases that ended, by function and how",
            metrics.phases.clone(),
        );
        registry.register(
            "phase_duration_seconds",
            "How long phases took, by function",
            metrics.phase_seconds.clone(),
        );
        registry.register(
            "capability_calls",
            "Accesses that functions asked for",
            metrics.accesses.clone(),
        );
        registry.register(
            "denials",
            "Accesses that functions were denied",
            metrics.denials.clone(),
        );
        registry.register(
            "api_requests",
            "Requests to the API server, by method and status",
            metrics.requests.clone(),
        );
        registry.register(
            "run_errors",
            "Runs that could not go on and were tried again",
            metrics.unhandled.clone(),
        );
        for resolution in ["success", "failure"] {
            drop(
                metrics
                    .resolutions
                    .get_or_create(&Resolution { resolution }),
            );
        }
        metrics.registry = Arc::new(registry);
        metrics
    }
}

impl Metrics {
    /// All metrics as text.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    pub(crate) fn api_request(&self, method: &str, status: Option<u16>) {
        let request = ApiRequest {
            method: method.to_owned(),
            status: status.map_or_else(|| "none".to_owned(), |status| status.to_string()),
        };
        self.requests.get_or_create(&request).inc();
    }

    pub(crate) fn action_ended(&self, success: bool) {
        let resolution = if success { "success" } else { "failure" };
        self.resolutions
            .get_or_create(&Resolution { resolution })
            .inc();
    }

    pub(crate) fn run_began(&self) {
        self.active.inc();
    }

    pub(crate) fn run_ended(&self, end: &'static str) {
        self.active.dec();
        self.runs.get_or_create(&End { end }).inc();
    }

    pub(crate) fn run_failed_to_go_on(&self) {
        self.unhandled.inc();
    }

    pub(crate) fn queued(&self, length: usize) {
        self.queued.set(i64::try_from(length).unwrap_or(i64::MAX));
    }

    pub(crate) fn leading(&self, leads: bool) {
        self.leading.set(leads.into());
    }

    pub(crate) fn phase_ended(&self, function: &str, outcome: &'static str, elapsed: Duration) {
        let function = function.to_owned();
        let seconds = Function {
            function: function.clone(),
        };
        self.phases
            .get_or_create(&PhaseEnd { function, outcome })
            .inc();
        self.phase_seconds
            .get_or_create(&seconds)
            .observe(elapsed.as_secs_f64());
    }

    pub(crate) fn access(&self, function: &str, allowed: bool) {
        let access = Access {
            function: function.to_owned(),
            allowed: allowed.to_string(),
        };
        self.accesses.get_or_create(&access).inc();
        if !allowed {
            let function = function.to_owned();
            self.denials.get_or_create(&Function { function }).inc();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_that_dashboards_know_is_there_from_the_start() {
        let metrics = Metrics::default();
        metrics.action_ended(true);
        let text = metrics.text().unwrap();
        for line in [
            "kanister_action_set_resolutions_total{resolution=\"success\"} 1",
            "kanister_action_set_resolutions_total{resolution=\"failure\"} 0",
            "kanister_runs_active 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn a_denial_is_an_access_too() {
        let metrics = Metrics::default();
        metrics.access("KubeExec", false);
        let text = metrics.text().unwrap();
        assert!(text.contains(
            "kanister_capability_calls_total{function=\"KubeExec\",allowed=\"false\"} 1"
        ));
        assert!(text.contains("kanister_denials_total{function=\"KubeExec\"} 1"));
    }
}
