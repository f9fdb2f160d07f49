//! Who of several controllers runs anything: a Lease.
//!
//! Clocks of different machines are not compared. A lease counts as held for its duration from the
//! moment on at which this process saw it change.

use crate::error::{ControllerError, said};
use crate::settings::LeaseSettings;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// This process, as one that may lead.
pub(crate) struct Candidate {
    api: Api<Lease>,
    namespace: String,
    identity: String,
    settings: LeaseSettings,
    /// The lease as it was last seen, and when it was seen to change.
    seen: Option<(Lease, Instant)>,
}

/// What one look at the lease brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Held,
    HeldByAnother,
}

impl Candidate {
    pub(crate) fn new(
        client: &kube::Client,
        namespace: &str,
        identity: &str,
        settings: LeaseSettings,
    ) -> Self {
        Self {
            api: Api::namespaced(client.clone(), namespace),
            namespace: namespace.to_owned(),
            identity: identity.to_owned(),
            settings,
            seen: None,
        }
    }

    /// Waits until this process leads.
    ///
    /// # Errors
    /// [`ControllerError::Lease`] if the API server will not let this process use leases.
    pub(crate) async fn elected(&mut self) -> Result<(), ControllerError> {
        let mut told = false;
        loop {
            match self.look().await {
                Ok(Look::Held) => return Ok(()),
                Ok(Look::HeldByAnother) if !told => {
                    told = true;
                    tracing::info!(
                        holder = self.holder(),
                        "another controller leads; standing by"
                    );
                }
                Ok(Look::HeldByAnother) => {}
                Err(kube::Error::Api(status)) if matches!(status.code, 401 | 403) => {
                    return Err(ControllerError::Lease {
                        namespace: self.namespace.clone(),
                        name: self.settings.name.clone(),
                        why: status.message.clone(),
                    });
                }
                Err(error) => tracing::warn!(
                    error = said(&error),
                    "the lease cannot be looked at; trying again"
                ),
            }
            tokio::time::sleep(self.settings.renewal()).await;
        }
    }

    /// Renews the lease until it is lost.
    pub(crate) async fn lead(&mut self) {
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(self.settings.renewal()).await;
            let left =
                (renewed + self.settings.deadline()).saturating_duration_since(Instant::now());
            let began = Instant::now();
            match timeout(left, self.look()).await {
                // From when it was asked on: the answer may have taken long.
                Ok(Ok(Look::Held)) => renewed = began,
                Ok(Ok(Look::HeldByAnother)) => {
                    tracing::error!(holder = self.holder(), "another controller took the lease");
                    return;
                }
                Ok(Err(error)) => {
                    tracing::warn!(
                        error = said(&error),
                        "the lease cannot be renewed; trying again"
                    )
                }
                Err(_) => {
                    tracing::warn!("the API server does not answer in time to renew the lease")
                }
            }
            if renewed.elapsed() >= self.settings.deadline() {
                tracing::error!("the lease could not be renewed in time");
                return;
            }
        }
    }

    /// Gives the lease back, so that the next one need not wait.
    pub(crate) async fn resign(&mut self) {
        let Some((mut lease, _)) = self.seen.take() else {
            return;
        };
        let spec = lease.spec.get_or_insert_default();
        if spec.holder_identity.as_deref() != Some(&self.identity) {
            return;
        }
        spec.holder_identity = Some(String::new());
        spec.lease_duration_seconds = Some(1);
        let name = &self.settings.name;
        let params = PostParams::default();
        let replaced = self.api.replace(name, &params, &lease);
        match timeout(Duration::from_secs(5), replaced).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(
                error = said(&error),
                "the lease is not given back; it runs out"
            ),
            Err(_) => tracing::warn!("the lease is not given back; it runs out"),
        }
    }

    fn holder(&self) -> &str {
        let spec = self
            .seen
            .as_ref()
            .and_then(|(lease, _)| lease.spec.as_ref());
        spec.and_then(|spec| spec.holder_identity.as_deref())
            .unwrap_or_default()
    }

    /// Takes or renews the lease if that is allowed.
    async fn look(&mut self) -> Result<Look, kube::Error> {
        let name = self.settings.name.clone();
        let Some(found) = self.api.get_opt(&name).await? else {
            let lease = Lease {
                metadata: ObjectMeta {
                    name: Some(name),
                    ..ObjectMeta::default()
                },
                spec: Some(self.spec(None)),
            };
            let created = self.api.create(&PostParams::default(), &lease).await;
            return self.written(created);
        };
        self.observe(found);
        let Some((lease, since)) = &self.seen else {
            return Ok(Look::HeldByAnother);
        };
        let before = lease.spec.clone().unwrap_or_default();
        if !may_take(&before, &self.identity, since.elapsed()) {
            return Ok(Look::HeldByAnother);
        }
        let mut next = lease.clone();
        next.spec = Some(self.spec(Some(before)));
        let replaced = self.api.replace(&name, &PostParams::default(), &next).await;
        self.written(replaced)
    }

    /// A lost race is no error.
    fn written(&mut self, answer: Result<Lease, kube::Error>) -> Result<Look, kube::Error> {
        match answer {
            Ok(lease) => {
                self.seen = Some((lease, Instant::now()));
                Ok(Look::Held)
            }
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(Look::HeldByAnother),
            Err(error) => Err(error),
        }
    }

    fn observe(&mut self, found: Lease) {
        let version = |lease: &Lease| lease.metadata.resource_version.clone();
        match &self.seen {
            Some((lease, _)) if version(lease) == version(&found) => {}
            _ => self.seen = Some((found, Instant::now())),
        }
    }

    fn spec(&self, before: Option<LeaseSpec>) -> LeaseSpec {
        let now = MicroTime(Timestamp::now());
        let before = before.unwrap_or_default();
        let same = before.holder_identity.as_deref() == Some(&self.identity);
        let transitions = before.lease_transitions.unwrap_or(0);
        let seconds = self.settings.duration.as_secs().max(1);
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: Some(i32::try_from(seconds).unwrap_or(i32::MAX)),
            acquire_time: if same {
                before.acquire_time.clone()
            } else {
                Some(now.clone())
            },
            renew_time: Some(now),
            lease_transitions: Some(if same {
                transitions
            } else {
                transitions.saturating_add(1)
            }),
            ..before
        }
    }
}

/// Whether a lease that did not change for `unchanged` may be taken by `identity`.
fn may_take(spec: &LeaseSpec, identity: &str, unchanged: Duration) -> bool {
    let holder = spec.holder_identity.as_deref().unwrap_or_default();
    if holder.is_empty() || holder == identity {
        return true;
    }
    let seconds = spec.lease_duration_seconds.unwrap_or(0);
    let duration = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    unchanged >= duration
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_taken_when_it_is_free_own_or_not_renewed() {
        let lease = |holder: &str| LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(15),
            ..LeaseSpec::default()
        };
        let second = Duration::from_secs(1);
        assert!(may_take(&LeaseSpec::default(), "a", Duration::ZERO));
        assert!(may_take(&lease(""), "a", second));
        assert!(may_take(&lease("a"), "a", second));
        assert!(!may_take(&lease("b"), "a", second * 14));
        assert!(may_take(&lease("b"), "a", second * 15));
    }
}
