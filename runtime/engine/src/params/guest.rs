//! The parameters as functions see them: without Secrets and credentials.

use kanister_template::{NamedObject, Phase, TemplateParams, Workload};
use serde_json::{Map, Value, json};

/// The parameter tree as JSON, with the names that templates use; what is secret is not in it.
pub(crate) fn guest_params(params: &TemplateParams, object_is_secret: bool) -> Value {
    let TemplateParams {
        stateful_set,
        deployment_config,
        deployment,
        pvc,
        namespace,
        artifacts_in,
        config_maps,
        secrets: _,
        time,
        profile,
        options,
        object,
        current_phase: _,
        phases,
        defer_phase: _,
        pod_override,
        pod_annotations,
        pod_labels,
    } = params;
    let mut tree = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            tree.insert(name.to_owned(), value);
        }
    };
    put("StatefulSet", stateful_set.as_ref().map(workload));
    put("DeploymentConfig", deployment_config.as_ref().map(workload));
    put("Deployment", deployment.as_ref().map(workload));
    put("PVC", pvc.as_ref().map(named));
    put("Namespace", namespace.as_ref().map(named));
    put("ArtifactsIn", artifacts_in.as_ref().map(|artifacts| {
        let artifacts = artifacts.iter().map(|(name, artifact)| {
            let value = json!({"KeyValue": artifact.key_value, "KopiaSnapshot": artifact.kopia_snapshot});
            (name.clone(), value)
        });
        Value::Object(artifacts.collect())
    }));
    put("ConfigMaps", config_maps.as_ref().map(|maps| {
        let maps = maps
            .iter()
            .map(|(name, map)| (name.clone(), json!({"Data": map.data})));
        Value::Object(maps.collect())
    }));
    put("Time", Some(json!(time)));
    put("Profile", profile.as_ref().map(|profile| {
        let location = &profile.location;
        json!({
            "Location": {
                "type": location.kind,
                "bucket": location.bucket,
                "endpoint": location.endpoint,
                "prefix": location.prefix,
                "region": location.region,
            },
            "Credential": {"Type": profile.credential.kind},
            "SkipSSLVerify": profile.skip_ssl_verify,
        })
    }));
    put("Options", options.as_ref().map(|options| json!(options)));
    let object = object.as_ref().filter(|_| !object_is_secret);
    put("Object", object.map(|object| Value::Object(object.clone())));
    put("Phases", phases.as_ref().map(|phases| {
        let outputs = phases.iter().filter_map(|(name, phase)| {
            let Phase { output, .. } = phase.as_ref()?;
            Some((name.clone(), json!({"Output": output})))
        });
        Value::Object(outputs.collect())
    }));
    put("PodOverride", pod_override.as_ref().map(|it| json!(it)));
    put("PodAnnotations", pod_annotations.as_ref().map(|it| json!(it)));
    put("PodLabels", pod_labels.as_ref().map(|it| json!(it)));
    Value::Object(tree)
}

fn workload(workload: &Workload) -> Value {
    let Workload {
        name,
        namespace,
        pods,
        containers,
        persistent_volume_claims,
    } = workload;
    json!({
        "Name": name,
        "Namespace": namespace,
        "Pods": pods,
        "Containers": containers,
        "PersistentVolumeClaims": persistent_volume_claims,
    })
}

fn named(NamedObject { name, namespace }: &NamedObject) -> Value {
    json!({"Name": name, "Namespace": namespace})
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanister_template::{Bytes, Credential, KeyPair, Profile, Secret};
    use std::collections::BTreeMap;

    #[test]
    fn no_secret_gets_to_a_function() {
        let canary = "canary-7f3a";
        let secret = Secret {
            data: Some(BTreeMap::from([(
                "k".to_owned(),
                Bytes(canary.as_bytes().to_vec()),
            )])),
            ..Secret::default()
        };
        let named = BTreeMap::from([("s".to_owned(), secret.clone())]);
        let phase = Phase {
            secrets: Some(named.clone()),
            output: Some(Map::from_iter([("o".to_owned(), json!("seen"))])),
            ..Phase::default()
        };
        let params = TemplateParams {
            secrets: Some(named),
            object: Some(Map::from_iter([("data".to_owned(), json!({"k": canary}))])),
            profile: Some(Profile {
                credential: Credential {
                    kind: "keyPair".to_owned(),
                    key_pair: Some(KeyPair {
                        id: canary.to_owned(),
                        secret: canary.to_owned(),
                    }),
                    secret: Some(secret),
                    ..Credential::default()
                },
                ..Profile::default()
            }),
            phases: Some(BTreeMap::from([("one".to_owned(), Some(phase))])),
            ..TemplateParams::default()
        };
        let text = guest_params(&params, true).to_string();
        assert!(!text.contains(canary), "{text}");
        assert!(text.contains("seen") && text.contains("keyPair"));
    }
}
