//! Templates of Blueprints: Go's `text/template` with the functions that upstream offers, rendered byte for byte as
//! upstream renders them, and native Jinja over the same functions.
//!
//! The crate does no I/O. Clock, randomness and, where the operator allows it, environment and name service come from
//! the caller through [`World`].
//!
//! # Use
//!
//! ```
//! use kanister_template::{Dialect, Options, Params, Template, TemplateParams, World};
//! # use std::{sync::Arc, time::Duration};
//! # struct Still;
//! # impl World for Still {
//! #     fn now(&self) -> (i64, u32) { (0, 0) }
//! #     fn elapsed(&self) -> Duration { Duration::ZERO }
//! #     fn fill_random(&self, buffer: &mut [u8]) { buffer.fill(0) }
//! #     fn env(&self, _: &str) -> Option<String> { None }
//! #     fn lookup_host(&self, _: &str) -> Vec<String> { Vec::new() }
//! # }
//! let params = Params::new(&TemplateParams { time: "2026-03-04T05:06:07Z".into(), ..Default::default() });
//! let template = Template::parse("backup-{{ .Time | replace \":\" \"-\" }}", Dialect::GoArguments)?;
//! let text = template.render(&params, &Options::new(Arc::new(Still)))?;
//! assert_eq!(text.reveal(), "backup-2026-03-04T05-06-07Z");
//! # Ok::<(), kanister_template::TemplateError>(())
//! ```
//!
//! - [`Template`] and [`Arguments`] are parsed once and rendered many times; [`render_args`] does both.
//! - [`Params`] are made once from [`TemplateParams`] and shared. No rendering changes them: a template that calls
//!   `set` and the like works on a copy.
//! - [`wait_condition`] and [`wait_v2_condition`] answer the conditions of `Wait` and `WaitV2`.
//! - [`lint_blueprint`] says what is wrong with a Blueprint, with line and column in its file; [`references`] what a
//!   template takes from its parameters.
//! - Errors have Go's kinds and wording and the place in the user's own text: [`TemplateError`].
//!
//! # Dialects
//!
//! | [`Dialect`] | for | a missing key | functions |
//! |---|---|---|---|
//! | `GoArguments` | arguments, object references, output artifacts | an error | all |
//! | `GoWait` | conditions of `Wait`, after JSONPaths were put in | the zero value | all |
//! | `GoWaitV2` | conditions of `WaitV2`, over the object | no value | builtins, `exists`, `base64decode` |
//! | `Jinja` | what chooses it by annotation; never guessed | an error | all, as functions and filters |
//!
//! # Secrets
//!
//! What comes from a Secret or a credential is marked: `.Data` and `.StringData` and the annotations of Secrets (`kubectl
//! apply` keeps the data there), everything in `.Profile.Credential` but types and the metadata of its Secret, and the
//! data of `.Object` if that is a Secret. The marks are byte ranges of strings ([`Text::secrets`]) and flags of numbers
//! and times. They survive every function, concatenation and format:
//!
//! - Where a function copies bytes the mark stays exact: `user={{ .s }}` marks only the secret. So for `trunc`, `indent`,
//!   `join`, `printf "%s"`, `toJson`, `default`, lists and maps.
//! - Where it computes something (`upper`, `b64enc`, `sha256sum`, `add`, dates) the whole result is marked. That is done
//!   by the caller of the function, not by the function: the whole is the rule, exactness is declared.
//! - What is replaced inside or beside a secret is marked with it.
//! - An error of a function that was given a secret does not show its message.
//!
//! Lengths, types, positions, the number of parts and the outcome of comparisons are not marked, nor is what a template
//! writes in one branch of an `if`. A mark on a boolean would be lost at the next `if` anyway; to follow it there, all
//! that a branch prints would have to be secret, and `{{ if .Profile.Credential.KeyPair }}` would make whole scripts
//! secret. Marks keep credentials out of places where an honest Blueprint would spill them; they do not bind an author
//! who wants to print a secret letter by letter.
//!
//! `tests/secrecy.rs` checks it by rendering with two different secrets: only marked bytes may differ.
//!
//! # Limits
//!
//! [`Limits`] bound nesting, steps, output, memory and time of each rendering; reaching one is an error of kind
//! [`ErrorKind::Limit`]. Memory is what all values made on the way take together. Lists know how deep they are, maps
//! that a template made are emptied one by one at the end, so that neither cycles nor long chains harm.
//!
//! # The parts
//!
//! - `syntax`: text to tree. Nodes point into the source.
//! - `eval`: walks the tree. `context` is what one rendering may use up.
//! - `value`: Go's dynamic types, so far as Blueprints meet them; `text` and `marks`: strings with secret ranges.
//! - `functions`: the library, one table; a file per subject. `fmt`, `json`, `time`: Go packages of these names.
//! - `params`: the parameter tree. `arguments`, `wait`, `lint`, `jinja`: what is built on the rest.
//!
//! Values are an own type and not the engine's of Jinja, which knows neither `int` beside `int64`, byte slices, typed maps
//! with zero values, strings that are not UTF-8, nor marks; Go templates show all of them. The functions are registered
//! once in the engine's environment for Jinja, through an adapter, and called directly from Go templates.
//!
//! To add a function: write it in the file of its subject, put it in that file's table with the rule for its marks, and
//! add its signature to `tests/support`. To see what Go does, run a case file: `cargo xtask templates FILE…`.

mod arguments;
mod context;
mod error;
mod eval;
mod fmt;
mod functions;
mod jinja;
mod json;
mod lint;
mod marks;
mod options;
mod params;
mod rendered;
mod syntax;
mod template;
#[cfg(test)]
mod testing;
mod text;
mod time;
mod value;
mod wait;

pub use arguments::{ArgumentError, Arguments, RenderedArguments, render_args};
pub use error::{ErrorKind, TemplateError};
pub use lint::{Finding, FindingKind, Reference, Target, lint_blueprint, references};
pub use options::{Dialect, Limits, Options, World};
pub use params::{
    Artifact, Bytes, ConfigMap, Credential, KeyPair, KopiaServerCredential, Location,
    ManagedFields, NamedObject, ObjectMeta, OwnerReference, Params, Phase, Profile, Secret,
    TemplateParams, Workload,
};
pub use rendered::{Text, Tree};
pub use template::Template;
pub use wait::{ConditionError, wait_condition, wait_v2_condition};
