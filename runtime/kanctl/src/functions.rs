//! What this tool needs to know of functions.

use serde_json::{Map, Value};

/// Why a phase cannot call its function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// There is no such function.
    #[error("Requested function {{{name}}} has not been registered")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// The arguments do not fit; the text says which.
    #[error("{0}")]
    Arguments(String),
}

/// Which functions there are. The one who calls this crate knows them.
pub trait Functions {
    /// Checks that `function` exists, in `version` or as the default, and takes `arguments`, whose
    /// templates are not rendered.
    ///
    /// # Errors
    /// Why not.
    fn check(
        &self,
        function: &str,
        version: &str,
        arguments: &Map<String, Value>,
    ) -> Result<(), FunctionError>;
}
