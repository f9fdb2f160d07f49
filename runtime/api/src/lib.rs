//! The custom resources of Kanister as Rust types: [`ActionSet`], [`Blueprint`] and [`Profile`] of
//! the group `cr.kanister.io`, version `v1alpha1`. No I/O.
//!
//! # Compatibility
//!
//! The JSON is that of the Go types which the existing clients use: the same names, the same fields
//! left out when empty, the same fields always written. Additions of this project are optional and
//! absent by default.
//!
//! # Nothing is lost in a read-modify-write
//!
//! Every struct keeps the fields that it does not know in a field `unknown` ([`UnknownFields`]) and
//! writes them back, so a client with newer or foreign fields loses nothing when this project
//! updates an object that it has read. Words of a fixed set ([`State`], [`LocationType`], …) keep
//! words outside the set, and [`Duration`] keeps its text.
//!
//! # Hostile objects
//!
//! The schemas check little, so an object can hold values that these types refuse (a number too
//! large, a time that is none). A watch should therefore decode object by object, for example with
//! `kube::core::DeserializeGuard`, so that one bad object cannot stop it.

mod actionset;
mod artifact;
mod blueprint;
pub mod crd;
pub mod document;
mod duration;
pub mod function;
mod policy;
mod profile;
mod reference;
mod resource;
mod unknown;
mod wire;
mod words;

pub use actionset::{
    ActionProgress, ActionSet, ActionSetSpec, ActionSetStatus, ActionSpec, ActionStatus,
    ActionTime, ErrorStatus, Phase, PhaseProgress, Run, RunAction, RunPhase, State,
};
pub use artifact::Artifact;
pub use blueprint::{Blueprint, BlueprintAction, BlueprintPhase};
pub use duration::{Duration, DurationError};
pub use policy::{ExecutionMode, RetryOn, RetryPolicy};
pub use profile::{
    Credential, CredentialType, KeyPair, KopiaServerSecret, KopiaServerSecretRef, Location,
    LocationType, Profile, secret_type,
};
pub use reference::ObjectReference;
pub use resource::{API_VERSION, GROUP, VERSION};
pub use unknown::UnknownFields;

/// The object metadata and the time of the Kubernetes API, as these types use them.
pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
