//! What the three custom resources have in common: group, version and the two header fields.

/// The API group.
pub const GROUP: &str = "cr.kanister.io";
/// The version of the API group.
pub const VERSION: &str = "v1alpha1";
/// The value of `apiVersion` in every object of the group.
pub const API_VERSION: &str = "cr.kanister.io/v1alpha1";

/// Takes a header field out of `fields` and checks it. One that is absent is accepted, since some
/// clients leave both out in the items of a list.
pub(crate) fn check_header<E: serde::de::Error>(
    fields: &mut crate::unknown::UnknownFields,
    field: &str,
    wanted: &str,
) -> Result<(), E> {
    match fields.0.remove(field) {
        None => Ok(()),
        Some(found) if found == wanted => Ok(()),
        Some(found) => Err(E::custom(format_args!(
            "{field} is {found}, expected {wanted:?}"
        ))),
    }
}

/// Makes a struct with `metadata` and `unknown` and with serde's `remote = "Self"` a namespaced
/// custom resource of the group: adds `apiVersion` and `kind` to its JSON and implements the traits
/// by which Kubernetes clients know it (those of kube follow from them).
macro_rules! custom_resource {
    ($name:ident, $list_kind:literal, $plural:literal) => {
        const _: () = {
            use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
            use k8s_openapi::{ListableResource, Metadata, NamespaceResourceScope, Resource};
            use serde::{Deserialize, Deserializer, Serialize, Serializer};
            use $crate::resource::{API_VERSION, GROUP, VERSION, check_header};

            impl Resource for $name {
                const API_VERSION: &'static str = API_VERSION;
                const GROUP: &'static str = GROUP;
                const KIND: &'static str = stringify!($name);
                const VERSION: &'static str = VERSION;
                const URL_PATH_SEGMENT: &'static str = $plural;
                type Scope = NamespaceResourceScope;
            }

            impl ListableResource for $name {
                const LIST_KIND: &'static str = $list_kind;
            }

            impl Metadata for $name {
                type Ty = ObjectMeta;
                fn metadata(&self) -> &ObjectMeta {
                    &self.metadata
                }
                fn metadata_mut(&mut self) -> &mut ObjectMeta {
                    &mut self.metadata
                }
            }

            struct Body<'a>(&'a $name);

            impl Serialize for Body<'_> {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    $name::serialize(self.0, serializer)
                }
            }

            #[derive(serde::Serialize)]
            #[serde(rename_all = "camelCase")]
            struct WithHeader<'a> {
                api_version: &'static str,
                kind: &'static str,
                #[serde(flatten)]
                body: Body<'a>,
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let (api_version, kind) = (API_VERSION, stringify!($name));
                    WithHeader {
                        api_version,
                        kind,
                        body: Body(self),
                    }
                    .serialize(serializer)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let mut object = $name::deserialize(deserializer)?;
                    check_header(&mut object.unknown, "apiVersion", API_VERSION)?;
                    check_header(&mut object.unknown, "kind", stringify!($name))?;
                    Ok(object)
                }
            }
        };
    };
}
pub(crate) use custom_resource;
