//! The cluster that a function may be let near.

use crate::kubeconfig::Kubeconfig;
use kanister_api::function::Section;
use kanister_host::capability::kube::{self as cluster, PodDefaults};
use kanister_host::component::Plugin;
use kanister_plugin::Need;

/// The cluster for a plugin; none for one that cannot use it.
pub async fn connect(
    kubeconfig: &Kubeconfig,
    plugin: &Plugin,
    namespace: &str,
) -> anyhow::Result<Option<cluster::Cluster>> {
    let permissions = plugin.file().permissions();
    let wants = permissions.iter().any(|permission| {
        permission.needs.iter().any(|need| {
            matches!(
                need,
                Need::Section(Section::Kubernetes | Section::Exec | Section::Workload)
            )
        })
    });
    if !wants {
        return Ok(None);
    }
    let client = kubeconfig.client().await?;
    Ok(Some(cluster::Cluster::new(
        client,
        namespace,
        PodDefaults::default(),
    )))
}
