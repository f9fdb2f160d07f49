//! Everything that the templates of an action can refer to when it begins.

use super::profile::{ResolvedProfile, profile};
use super::read::{ParamsError, Reader};
use super::secrets::{as_config_maps, config_maps, secrets};
use super::snapshot::{Snapshot, Subject};
use super::subject::{self, is_secret, key};
use kanister_api::{ActionSpec, Artifact};
use kanister_template::{Phase, TemplateParams};
use serde_json::{Map, Value};

/// The parameters of an action.
#[derive(Clone)]
pub(crate) struct Collected {
    /// As templates see them.
    pub(crate) params: TemplateParams,
    /// What is kept of them for a resumed run.
    pub(crate) snapshot: Snapshot,
    /// The action's Profile.
    pub(crate) profile: Option<ResolvedProfile>,
}

/// Reads what an action refers to, in upstream's order: the first thing that is missing is the
/// error. With a snapshot, only what is secret is read. The time of the action is the caller's to set.
pub(crate) async fn collect(
    reader: &Reader,
    spec: &ActionSpec,
    kept: Option<Snapshot>,
) -> Result<Collected, ParamsError> {
    let secrets = secrets(reader, &spec.secrets).await?;
    let config_maps = match &kept {
        Some(kept) => kept.config_maps.clone(),
        None => config_maps(reader, &spec.config_maps).await?,
    };
    let profile = match &spec.profile {
        Some(reference) => Some(profile(reader, reference).await?),
        None => None,
    };
    let (subject, object) = match kept {
        Some(Snapshot {
            subject,
            object: Some(object),
            ..
        }) => (subject, object),
        Some(Snapshot { subject, .. }) => (subject, content(reader, spec).await?),
        None => subject::subject(reader, &spec.object).await?,
    };
    let snapshot = Snapshot {
        subject: subject.clone(),
        object: (!is_secret(&spec.object)).then(|| object.clone()),
        config_maps: config_maps.clone(),
    };
    let mut params = TemplateParams {
        artifacts_in: Some(spec.artifacts.iter().map(artifact).collect()),
        config_maps: Some(as_config_maps(&config_maps)?),
        secrets: Some(secrets),
        profile: profile.as_ref().map(ResolvedProfile::for_templates),
        options: Some(spec.options.clone()),
        object: Some(object),
        phases: Some(std::collections::BTreeMap::new()),
        defer_phase: Some(Phase::default()),
        pod_override: (!spec.pod_override.is_empty()).then(|| spec.pod_override.clone()),
        pod_annotations: (!spec.pod_annotations.is_empty()).then(|| spec.pod_annotations.clone()),
        pod_labels: (!spec.pod_labels.is_empty()).then(|| spec.pod_labels.clone()),
        ..TemplateParams::default()
    };
    match subject {
        Subject::StatefulSet(workload) => params.stateful_set = Some(workload),
        Subject::Deployment(workload) => params.deployment = Some(workload),
        Subject::DeploymentConfig(workload) => params.deployment_config = Some(workload),
        Subject::Pvc(claim) => params.pvc = Some(claim),
        Subject::Namespace(namespace) => params.namespace = Some(namespace),
        Subject::Other => {}
    }
    Ok(Collected {
        params,
        snapshot,
        profile,
    })
}

/// The content of a subject that is not kept.
async fn content(reader: &Reader, spec: &ActionSpec) -> Result<Map<String, Value>, ParamsError> {
    match reader.get(&key(&spec.object)).await? {
        Value::Object(content) => Ok(content),
        _ => Err(ParamsError::Unfit("the subject is no object".to_owned())),
    }
}

fn artifact((name, artifact): (&String, &Artifact)) -> (String, kanister_template::Artifact) {
    let Artifact {
        key_value,
        kopia_snapshot,
        unknown: _,
    } = artifact;
    let artifact = kanister_template::Artifact {
        key_value: (!key_value.is_empty()).then(|| key_value.clone()),
        kopia_snapshot: kopia_snapshot.clone(),
    };
    (name.clone(), artifact)
}
