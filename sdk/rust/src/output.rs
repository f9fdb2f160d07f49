//! What a phase answers with.

use crate::arguments::Kind;
use crate::types;
use serde_json::{Map, Value};

/// The outputs of a function; `#[outputs]` implements it.
pub trait Outputs: serde::Serialize {
    /// Whether there may be outputs that are not listed.
    const OPEN: bool;

    /// The outputs as users see them.
    fn outputs() -> Vec<types::Output>;
}

/// Outputs whose names are known only when the function has run.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct Output(pub Map<String, Value>);

impl Outputs for Output {
    const OPEN: bool = true;

    fn outputs() -> Vec<types::Output> {
        Vec::new()
    }
}

/// A function without outputs.
impl Outputs for () {
    const OPEN: bool = false;

    fn outputs() -> Vec<types::Output> {
        Vec::new()
    }
}

impl Kind for Output {
    const KIND: types::ValueType = types::ValueType::Object;
}

/// Makes an [`Output`]: `output! { "size": 5, "path": path }`.
#[macro_export]
macro_rules! output {
    ($($name:tt : $value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "there may be no outputs")]
        let mut outputs = $crate::serde_json::Map::new();
        $(outputs.insert(::std::string::String::from($name), $crate::serde_json::json!($value));)*
        $crate::output::Output(outputs)
    }};
}
