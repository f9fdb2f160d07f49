//! The resources behind the kinds of a plan.
//!
//! A plan is pure, so it can only name a kind. What resource that is, and so what the
//! gate will see, is looked up here, with the host's own connection: to know the
//! resources of a cluster harms nobody.

use super::{Cluster, KubeError};

impl Cluster {
    /// The plural resource of a kind, in whichever version of its group has it; none if
    /// the cluster has no such kind.
    ///
    /// # Errors
    /// The API server's.
    pub async fn plural(&self, group: &str, kind: &str) -> Result<Option<String>, KubeError> {
        for api_version in self.versions(group).await? {
            match self.discovery.resolve(&self.host, &api_version, kind).await {
                Ok(resolved) => return Ok(Some(resolved.api.plural)),
                Err(KubeError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The versions of a group as `group/version`, the preferred one first.
    async fn versions(&self, group: &str) -> Result<Vec<String>, KubeError> {
        if group.is_empty() {
            return Ok(vec!["v1".to_owned()]);
        }
        let groups = self.host.list_api_groups().await.map_err(KubeError::from)?;
        let Some(found) = groups.groups.into_iter().find(|found| found.name == group) else {
            return Ok(Vec::new());
        };
        let preferred = found.preferred_version.map(|version| version.group_version);
        let others = found
            .versions
            .into_iter()
            .map(|version| version.group_version);
        let others: Vec<_> = others
            .filter(|version| Some(version) != preferred.as_ref())
            .collect();
        Ok(preferred.into_iter().chain(others).collect())
    }
}
