//! The format of a case.

use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::HashMap;

/// A template, its data, and what came out.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// A unique name.
    #[serde(default)]
    pub name: String,
    /// `render`, `wait` or `waitv2`; `condition` for a condition of `Wait` with JSONPaths over an object.
    pub mode: String,
    /// What the data is: `any`, `TemplateParams` or `nil`.
    #[serde(default = "any")]
    pub root: String,
    /// The template.
    pub template: String,
    /// The data; one-key objects such as `{"$bytes": …}` stand for Go types that JSON has not.
    #[serde(default)]
    pub params: Json,
    /// The output, if there was one.
    pub expect: Option<String>,
    /// The output in base 64, where it is no UTF-8.
    pub expect_b64: Option<String>,
    /// The kind of the error, if there was one.
    pub error: Option<String>,
    /// The error as Go words it.
    pub go_error: Option<String>,
    /// The error as the controller words it.
    pub kanister_error: Option<String>,
    /// The environment that the template may read.
    #[serde(default)]
    pub env: HashMap<String, String>,
    /// Everything else: flags among it.
    #[serde(flatten)]
    pub more: HashMap<String, Json>,
}

fn any() -> String {
    "any".into()
}

impl Case {
    /// The flags that tell where a difference would be fair.
    pub fn flags(&self) -> Vec<&str> {
        let known = [
            "lenient_ok",
            "go_types",
            "binary",
            "extension_ok",
            "random_or_clock",
        ];
        known
            .into_iter()
            .filter(|flag| self.more.contains_key(*flag))
            .collect()
    }
}
