//! Reading manifests: streams of YAML documents, and JSON.
//!
//! # What a YAML text means
//!
//! The same as to `kubectl` and the Go clients, which read YAML with `sigs.k8s.io/yaml`: the
//! scalars of YAML 1.1. Unquoted `yes`, `no`, `on`, `off`, `y` and `n` are booleans, `0644` is an
//! octal number, `1_000` is 1000, `1:30` and dates are texts; whole floats such as `1.0` are
//! integers. Keys that are booleans or integers become texts (`on: x` has the key `true`). A merge
//! key (`<<`) sets its fields at the place where it stands.
//!
//! Stricter than there: a key given twice, a float or `null` as a key and the tag `!!binary` are
//! errors. More lenient: `%YAML 1.2` is accepted.
//!
//! # Hostile texts
//!
//! Length, nesting and the size after expansion of aliases are limited; see [`Limits`].

mod compose;
mod error;
mod json;
mod limits;
mod merge;
mod node;
mod path;
mod read;
mod scalar;

pub use error::{ParseError, Problem};
pub use limits::Limits;
pub use node::Position;
pub use path::Step;
pub use read::{Document, Object, parse, parse_documents, parse_values, parse_with_limits};
