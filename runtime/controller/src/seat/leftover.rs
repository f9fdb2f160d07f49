//! Notes of runs that ended while their process was killed: nobody needs them any more.

use super::notes::{ACTION_SET, LABEL, PREFIX};
use crate::error::said;
use k8s_openapi::api::core::v1::ConfigMap;
use kanister_api::ActionSet;
use kanister_engine::needs_run;
use kube::api::{DeleteParams, ListParams};
use kube::{Api, ResourceExt as _};

/// Deletes the notes of runs that are over or gone. What cannot be deleted is told in the log: no
/// run depends on it.
pub(crate) async fn sweep(client: kube::Client, namespace: String) {
    let notes: Api<ConfigMap> = Api::namespaced(client.clone(), &namespace);
    let labelled = ListParams::default().labels(LABEL);
    let found = match notes.list(&labelled).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(
                error = said(&error),
                "notes of earlier runs cannot be looked for"
            );
            return;
        }
    };
    for page in found {
        let name = page.name_any();
        match needed(&client, &page).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(name, error = said(&error), "notes of a run are left");
                continue;
            }
        }
        match notes.delete(&name, &DeleteParams::default()).await {
            Ok(_) => tracing::info!(name, "deleted the notes of a run that is over"),
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => tracing::warn!(name, error = said(&error), "notes of a run are left"),
        }
    }
}

/// Whether the run that notes are of is not over.
async fn needed(client: &kube::Client, page: &ConfigMap) -> Result<bool, kube::Error> {
    let Some((namespace, name)) = page
        .annotations()
        .get(ACTION_SET)
        .and_then(|place| place.split_once('/'))
    else {
        return Ok(true);
    };
    let api: Api<ActionSet> = Api::namespaced(client.clone(), namespace);
    let Some(action_set) = api.get_opt(name).await? else {
        return Ok(false);
    };
    let uid = action_set.uid().unwrap_or_default();
    Ok(page.name_any() == format!("{PREFIX}{uid}") && needs_run(&action_set))
}
