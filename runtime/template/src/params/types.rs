//! The Go types of the parameter tree: names, JSON tags, order of fields.

use crate::text::Named;
use crate::value::{Field, IntKind, RecordType, Type};

const STR: Type = Type::Str(Named::String);
pub(super) static STRING: Type = STR;
pub(super) static BYTES: Type = Type::Bytes;
pub(super) static ANY: Type = Type::Any;
static BOOL: Type = Type::Bool;
pub(super) static INT: Type = Type::Int(IntKind::Int);
static INT64: Type = Type::Int(IntKind::Int64);
static KUBE_TIME: Type = Type::KubeTime;
pub(super) static STRING_MAP: Type = Type::Map(&STRING);
pub(super) static STRING_LIST: Type = Type::List(&STRING);
pub(super) static OWNER: Type = Type::Record(&OWNER_REFERENCE);
pub(super) static MANAGED: Type = Type::Record(&MANAGED_FIELDS);
pub(super) static SECRET_VALUE: Type = Type::Record(&SECRET);
pub(super) static CONFIG_MAP_VALUE: Type = Type::Record(&CONFIG_MAP);
pub(super) static ARTIFACT_VALUE: Type = Type::Record(&ARTIFACT);
static PHASE_VALUE: Type = Type::Record(&PHASE);
pub(super) static PHASE_POINTER: Type = Type::Ptr(&PHASE_VALUE);
static KEY_PAIR_VALUE: Type = Type::Record(&KEY_PAIR);
static KOPIA_VALUE: Type = Type::Record(&KOPIA);
static STATEFUL_SET_VALUE: Type = Type::Record(&STATEFUL_SET);
static DEPLOYMENT_VALUE: Type = Type::Record(&DEPLOYMENT);
static DEPLOYMENT_CONFIG_VALUE: Type = Type::Record(&DEPLOYMENT_CONFIG);
static PVC_VALUE: Type = Type::Record(&PVC);
static NAMESPACE_VALUE: Type = Type::Record(&NAMESPACE);
static PROFILE_VALUE: Type = Type::Record(&PROFILE);

const fn field(name: &'static str, kind: Type) -> Field {
    Field {
        name,
        json: name,
        omit_empty: false,
        promoted: false,
        unprinted: false,
        kind,
    }
}

const fn tagged(name: &'static str, json: &'static str, kind: Type) -> Field {
    Field {
        name,
        json,
        omit_empty: false,
        promoted: false,
        unprinted: false,
        kind,
    }
}

/// With `omitempty`.
const fn optional(name: &'static str, json: &'static str, kind: Type) -> Field {
    Field {
        name,
        json,
        omit_empty: true,
        promoted: false,
        unprinted: false,
        kind,
    }
}

/// Embedded: its fields are the struct's own; inline in JSON if `json` is empty.
const fn embedded(name: &'static str, json: &'static str, kind: Type) -> Field {
    Field {
        name,
        json,
        omit_empty: false,
        promoted: true,
        unprinted: false,
        kind,
    }
}

const fn map(item: &'static Type) -> Type {
    Type::Map(item)
}

pub(super) static TYPE_META: RecordType = RecordType {
    name: "v1.TypeMeta",
    fields: &[
        optional("Kind", "kind", STR),
        optional("APIVersion", "apiVersion", STR),
    ],
};

pub(super) static OWNER_REFERENCE: RecordType = RecordType {
    name: "v1.OwnerReference",
    fields: &[
        tagged("APIVersion", "apiVersion", STR),
        tagged("Kind", "kind", STR),
        tagged("Name", "name", STR),
        tagged("UID", "uid", Type::Str(Named::Uid)),
        optional("Controller", "controller", Type::Ptr(&BOOL)),
        optional("BlockOwnerDeletion", "blockOwnerDeletion", Type::Ptr(&BOOL)),
    ],
};

pub(super) static MANAGED_FIELDS: RecordType = RecordType {
    name: "v1.ManagedFieldsEntry",
    fields: &[
        optional("Manager", "manager", STR),
        optional("Operation", "operation", Type::Str(Named::FieldsOperation)),
        optional("APIVersion", "apiVersion", STR),
        optional("Time", "time", Type::Ptr(&KUBE_TIME)),
        optional("FieldsType", "fieldsType", STR),
        optional("FieldsV1", "fieldsV1", Type::Any),
        optional("Subresource", "subresource", STR),
    ],
};

pub(super) static OBJECT_META: RecordType = RecordType {
    name: "v1.ObjectMeta",
    fields: &[
        optional("Name", "name", STR),
        optional("GenerateName", "generateName", STR),
        optional("Namespace", "namespace", STR),
        optional("SelfLink", "selfLink", STR),
        optional("UID", "uid", Type::Str(Named::Uid)),
        optional("ResourceVersion", "resourceVersion", STR),
        optional("Generation", "generation", Type::Int(IntKind::Int64)),
        tagged("CreationTimestamp", "creationTimestamp", Type::KubeTime),
        optional(
            "DeletionTimestamp",
            "deletionTimestamp",
            Type::Ptr(&KUBE_TIME),
        ),
        optional(
            "DeletionGracePeriodSeconds",
            "deletionGracePeriodSeconds",
            Type::Ptr(&INT64),
        ),
        optional("Labels", "labels", map(&STRING)),
        optional("Annotations", "annotations", map(&STRING)),
        optional("OwnerReferences", "ownerReferences", Type::List(&OWNER)),
        optional("Finalizers", "finalizers", Type::List(&STRING)),
        Field {
            unprinted: true,
            ..optional("ManagedFields", "managedFields", Type::List(&MANAGED))
        },
    ],
};

pub(super) static SECRET: RecordType = RecordType {
    name: "v1.Secret",
    fields: &[
        embedded("TypeMeta", "", Type::Record(&TYPE_META)),
        embedded("ObjectMeta", "metadata", Type::Record(&OBJECT_META)),
        optional("Immutable", "immutable", Type::Ptr(&BOOL)),
        optional("Data", "data", map(&BYTES)),
        optional("StringData", "stringData", map(&STRING)),
        optional("Type", "type", Type::Str(Named::SecretType)),
    ],
};

pub(super) static CONFIG_MAP: RecordType = RecordType {
    name: "v1.ConfigMap",
    fields: &[
        embedded("TypeMeta", "", Type::Record(&TYPE_META)),
        embedded("ObjectMeta", "metadata", Type::Record(&OBJECT_META)),
        optional("Immutable", "immutable", Type::Ptr(&BOOL)),
        optional("Data", "data", map(&STRING)),
        optional("BinaryData", "binaryData", map(&BYTES)),
    ],
};

pub(super) static ARTIFACT: RecordType = RecordType {
    name: "v1alpha1.Artifact",
    fields: &[
        optional("KeyValue", "keyValue", map(&STRING)),
        optional("KopiaSnapshot", "kopiaSnapshot", STR),
    ],
};

pub(super) static LOCATION: RecordType = RecordType {
    name: "v1alpha1.Location",
    fields: &[
        tagged("Type", "type", Type::Str(Named::LocationType)),
        tagged("Bucket", "bucket", STR),
        tagged("Endpoint", "endpoint", STR),
        tagged("Prefix", "prefix", STR),
        tagged("Region", "region", STR),
    ],
};

pub(super) static KEY_PAIR: RecordType = RecordType {
    name: "param.KeyPair",
    fields: &[field("ID", STR), field("Secret", STR)],
};

pub(super) static KOPIA: RecordType = RecordType {
    name: "param.KopiaServerCreds",
    fields: &[
        field("Username", STR),
        field("Hostname", STR),
        field("Password", STR),
        field("Cert", STR),
        field("ConnectOptions", map(&INT)),
    ],
};

pub(super) static CREDENTIAL: RecordType = RecordType {
    name: "param.Credential",
    fields: &[
        field("Type", Type::Str(Named::CredentialType)),
        field("KeyPair", Type::Ptr(&KEY_PAIR_VALUE)),
        field("Secret", Type::Ptr(&SECRET_VALUE)),
        field("KopiaServerSecret", Type::Ptr(&KOPIA_VALUE)),
    ],
};

pub(super) static PROFILE: RecordType = RecordType {
    name: "param.Profile",
    fields: &[
        field("Location", Type::Record(&LOCATION)),
        field("Credential", Type::Record(&CREDENTIAL)),
        field("SkipSSLVerify", Type::Bool),
    ],
};

pub(super) static PHASE: RecordType = RecordType {
    name: "param.Phase",
    fields: &[
        field("Secrets", map(&SECRET_VALUE)),
        field("ConfigMaps", map(&CONFIG_MAP_VALUE)),
        field("Output", map(&ANY)),
    ],
};

const WORKLOAD: &[Field] = &[
    field("Name", STR),
    field("Namespace", STR),
    field("Pods", Type::List(&STRING)),
    field("Containers", Type::List(&STRING_LIST)),
    field("PersistentVolumeClaims", map(&STRING_MAP)),
];

pub(super) static STATEFUL_SET: RecordType = RecordType {
    name: "param.StatefulSetParams",
    fields: WORKLOAD,
};
pub(super) static DEPLOYMENT: RecordType = RecordType {
    name: "param.DeploymentParams",
    fields: WORKLOAD,
};
pub(super) static DEPLOYMENT_CONFIG: RecordType = RecordType {
    name: "param.DeploymentConfigParams",
    fields: WORKLOAD,
};

const NAMED: &[Field] = &[field("Name", STR), field("Namespace", STR)];

pub(super) static PVC: RecordType = RecordType {
    name: "param.PVCParams",
    fields: NAMED,
};
pub(super) static NAMESPACE: RecordType = RecordType {
    name: "param.NamespaceParams",
    fields: NAMED,
};

/// The root.
pub(crate) static TEMPLATE_PARAMS: RecordType = RecordType {
    name: "param.TemplateParams",
    fields: &[
        field("StatefulSet", Type::Ptr(&STATEFUL_SET_VALUE)),
        field("DeploymentConfig", Type::Ptr(&DEPLOYMENT_CONFIG_VALUE)),
        field("Deployment", Type::Ptr(&DEPLOYMENT_VALUE)),
        field("PVC", Type::Ptr(&PVC_VALUE)),
        field("Namespace", Type::Ptr(&NAMESPACE_VALUE)),
        field("ArtifactsIn", map(&ARTIFACT_VALUE)),
        field("ConfigMaps", map(&CONFIG_MAP_VALUE)),
        field("Secrets", map(&SECRET_VALUE)),
        field("Time", STR),
        field("Profile", Type::Ptr(&PROFILE_VALUE)),
        field("Options", map(&STRING)),
        field("Object", map(&ANY)),
        field("CurrentPhase", Type::Ptr(&PHASE_VALUE)),
        field("Phases", map(&PHASE_POINTER)),
        field("DeferPhase", Type::Ptr(&PHASE_VALUE)),
        field("PodOverride", map(&ANY)),
        field("PodAnnotations", map(&STRING)),
        field("PodLabels", map(&STRING)),
    ],
};
