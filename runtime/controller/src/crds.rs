//! The definitions of the custom resources: installed or updated at start, as upstream does.

use crate::error::{ControllerError, said};
use crate::seat::StatusWrites;
use crate::watch::Pause;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kanister_api::{GROUP, VERSION, crd};
use kube::api::PostParams;
use kube::{Api, ResourceExt as _};
use std::time::Duration;
use tokio::time::Instant;

/// How long a definition may take to be established.
const PATIENCE: Duration = Duration::from_secs(60);

/// Installs the definitions, or updates those that are not as ours, and waits until they serve.
///
/// # Errors
/// [`ControllerError::Definition`] if one is missing and cannot be made. One that is there and
/// cannot be updated is used as it is.
pub(crate) async fn install(client: &kube::Client) -> Result<(), ControllerError> {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    for definition in crd::definitions() {
        let name = definition.name_any();
        let until = Instant::now() + PATIENCE;
        let mut pause = Pause::default();
        loop {
            let failed = match apply(&api, &definition).await {
                Ok(live) if established(&live) => break,
                Ok(live) => match refused(&live) {
                    Some(why) => return Err(ControllerError::Definition { name, why }),
                    None => "it is not established yet".to_owned(),
                },
                Err(error) => said(&error),
            };
            if Instant::now() >= until {
                return Err(ControllerError::Definition { name, why: failed });
            }
            pause.wait(None).await;
        }
    }
    Ok(())
}

/// One step: creates the definition, updates it, or finds it as it should be.
async fn apply(
    api: &Api<CustomResourceDefinition>,
    wanted: &CustomResourceDefinition,
) -> Result<CustomResourceDefinition, kube::Error> {
    let name = wanted.name_any();
    let Some(live) = api.get_opt(&name).await? else {
        return api.create(&PostParams::default(), wanted).await;
    };
    if same(&live, wanted) {
        return Ok(live);
    }
    let mut next = live.clone();
    // What the server knows besides (labels, conversion) stays.
    next.spec.versions.clone_from(&wanted.spec.versions);
    next.spec.names.clone_from(&wanted.spec.names);
    tracing::info!(definition = name, "updating the definition");
    match api.replace(&name, &PostParams::default(), &next).await {
        Err(kube::Error::Api(status)) if status.code == 403 => {
            tracing::warn!(
                definition = name,
                why = status.message,
                "the definition is older and cannot be updated; it is used as it is"
            );
            Ok(live)
        }
        other => other,
    }
}

/// Whether a live definition has our schemas. The server fills in defaults, so fields that ours does
/// not give may differ.
fn same(live: &CustomResourceDefinition, wanted: &CustomResourceDefinition) -> bool {
    let json = |it: &CustomResourceDefinition| serde_json::to_value(&it.spec.versions).ok();
    match (json(live), json(wanted)) {
        (Some(live), Some(wanted)) => covers(&live, &wanted),
        _ => false,
    }
}

fn covers(live: &serde_json::Value, wanted: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (live, wanted) {
        (Object(live), Object(wanted)) => wanted
            .iter()
            .all(|(key, value)| live.get(key).is_some_and(|live| covers(live, value))),
        (Array(live), Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, it)| covers(live, it))
        }
        _ => live == wanted,
    }
}

fn condition(live: &CustomResourceDefinition, kind: &str, status: &str) -> Option<String> {
    let conditions = live.status.as_ref()?.conditions.as_ref()?;
    let found = conditions
        .iter()
        .find(|it| it.type_ == kind && it.status == status)?;
    Some(found.message.clone().unwrap_or_default())
}

fn established(live: &CustomResourceDefinition) -> bool {
    condition(live, "Established", "True").is_some()
}

fn refused(live: &CustomResourceDefinition) -> Option<String> {
    condition(live, "NamesAccepted", "False")
}

/// Where the status of ActionSets is written: the subresource only where discovery shows it.
///
/// # Errors
/// The API server does not answer, or has no such resources.
pub(crate) async fn status_writes(client: &kube::Client) -> Result<StatusWrites, kube::Error> {
    let resources = client
        .list_api_group_resources(&format!("{GROUP}/{VERSION}"))
        .await?;
    let subresource = resources
        .resources
        .iter()
        .any(|resource| resource.name == "actionsets/status");
    Ok(if subresource {
        StatusWrites::Subresource
    } else {
        StatusWrites::WithObject
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_server_are_no_difference_and_lost_fields_are() {
        let [wanted, ..] = crd::definitions();
        let mut live = wanted.clone();
        live.spec.versions[0].deprecated = Some(false);
        assert!(same(&live, &wanted));
        live.spec.versions[0].additional_printer_columns = None;
        assert!(!same(&live, &wanted));
    }
}
