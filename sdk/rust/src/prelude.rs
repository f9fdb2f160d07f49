//! What nearly every plugin names.

pub use crate::access;
pub use crate::arguments::NoArguments;
pub use crate::bytes::Source;
pub use crate::context::{Context, Level};
pub use crate::failure::{Explain, Invalid, Result};
pub use crate::output::Output;
pub use crate::types::{Access, Call, Failure};
pub use crate::{arguments, function, output, outputs, plugin};
pub use serde_json::{Value, json};
