//! The CustomResourceDefinitions of this API group.
//!
//! They are the schemas that existing installations have and no stricter, so that every object that
//! was accepted there is accepted here; there is no status subresource. Besides they have the
//! optional fields that this project adds, and the misspelt `estinatedTimeSeconds` that the Go
//! clients write.

mod actionset;
mod blueprint;
mod build;
mod profile;
mod prune;
mod shared;

pub use prune::prune;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceColumnDefinition, CustomResourceDefinition, CustomResourceDefinitionNames,
    CustomResourceDefinitionSpec, CustomResourceDefinitionVersion, CustomResourceValidation,
    JSONSchemaProps,
};
use k8s_openapi::{ListableResource, Resource};

use crate::{ActionSet, Blueprint, GROUP, ObjectMeta, Profile, VERSION};

/// The three definitions: ActionSet, Blueprint, Profile.
#[must_use]
pub fn definitions() -> [CustomResourceDefinition; 3] {
    [
        definition::<ActionSet>("actionset", actionset::schema(), Some(actionset::columns())),
        definition::<Blueprint>("blueprint", blueprint::schema(), None),
        definition::<Profile>("profile", profile::schema(), None),
    ]
}

/// The schema of one kind of this group, or `None` for another kind.
#[must_use]
pub fn schema(kind: &str) -> Option<JSONSchemaProps> {
    match kind {
        ActionSet::KIND => Some(actionset::schema()),
        Blueprint::KIND => Some(blueprint::schema()),
        Profile::KIND => Some(profile::schema()),
        _ => None,
    }
}

/// The definitions could not be written as YAML.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the custom resource definitions as YAML")]
pub struct YamlError(#[from] serde_saphyr::SerializeError);

/// The three definitions as a stream of YAML documents, ready for `kubectl apply`.
///
/// # Errors
/// [`YamlError`] if a definition cannot be written.
pub fn yaml() -> Result<String, YamlError> {
    let mut stream = String::new();
    for definition in definitions() {
        stream.push_str("---\n");
        stream.push_str(&serde_saphyr::to_string(&definition)?);
    }
    Ok(stream)
}

fn definition<K: Resource + ListableResource>(
    singular: &str,
    schema: JSONSchemaProps,
    columns: Option<Vec<CustomResourceColumnDefinition>>,
) -> CustomResourceDefinition {
    CustomResourceDefinition {
        metadata: ObjectMeta {
            name: Some(format!("{}.{GROUP}", K::URL_PATH_SEGMENT)),
            ..ObjectMeta::default()
        },
        spec: CustomResourceDefinitionSpec {
            group: GROUP.to_owned(),
            names: CustomResourceDefinitionNames {
                kind: K::KIND.to_owned(),
                list_kind: Some(K::LIST_KIND.to_owned()),
                plural: K::URL_PATH_SEGMENT.to_owned(),
                singular: Some(singular.to_owned()),
                ..CustomResourceDefinitionNames::default()
            },
            scope: "Namespaced".to_owned(),
            versions: vec![CustomResourceDefinitionVersion {
                name: VERSION.to_owned(),
                served: true,
                storage: true,
                schema: Some(CustomResourceValidation {
                    open_api_v3_schema: Some(schema),
                }),
                additional_printer_columns: columns,
                ..CustomResourceDefinitionVersion::default()
            }],
            ..CustomResourceDefinitionSpec::default()
        },
        status: None,
    }
}
