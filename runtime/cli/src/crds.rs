//! `kanister crds`.

use crate::output::{self, Output};
use std::process::ExitCode;

pub fn print(format: Output) -> anyhow::Result<ExitCode> {
    match format {
        Output::Text => output::text(&kanister_api::crd::yaml()?)?,
        Output::Json => output::json(&serde_json::json!({
            "apiVersion": "v1",
            "kind": "List",
            "items": kanister_api::crd::definitions(),
        }))?,
    }
    Ok(ExitCode::SUCCESS)
}
