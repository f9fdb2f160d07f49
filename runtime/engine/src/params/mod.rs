//! What templates and functions get to see of an action.
//!
//! Two parts: a [`Snapshot`], which holds no secret and is kept for a resumed run, since a workload
//! changes while it is scaled; and what is secret, which is read again.

mod collect;
mod guest;
mod profile;
mod read;
mod secrets;
mod snapshot;
mod subject;
mod workload;

pub(crate) use collect::{Collected, collect};
pub(crate) use guest::guest_params;
pub(crate) use profile::{ProfileCredential, ResolvedProfile};
pub(crate) use read::{ParamsError, Reader};
pub(crate) use secrets::objects;
pub(crate) use snapshot::{LARGEST, Snapshot};
pub(crate) use subject::{is_secret as subject_is_secret, namespace as subject_namespace};
