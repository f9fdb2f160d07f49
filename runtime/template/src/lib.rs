//! Templates.
mod context;
mod error;
mod eval;
mod fmt;
mod functions;
mod json;
mod marks;
mod options;
mod params;
mod rendered;
mod syntax;
mod template;
mod text;
mod time;
mod value;

pub use error::{ErrorKind, TemplateError};
pub use marks::Marks;
pub use options::{Dialect, Limits, Options, World};
pub use params::*;
pub use rendered::Text;
pub use template::Template;
