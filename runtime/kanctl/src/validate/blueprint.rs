//! `kanctl validate blueprint`.

use std::collections::BTreeSet;

use kanister_api::{Blueprint, BlueprintPhase, document};

use super::{failed, passed, read};
use crate::cli::Validate;
use crate::error::Error;
use crate::functions::{FunctionError, Functions};
use crate::{label, print};

pub(super) fn run(args: Validate, functions: &(dyn Functions + Sync)) -> Result<(), Error> {
    let Validate {
        name,
        filename,
        resource_namespace: _,
        schema_validation_only: _,
        function_version,
        resource: _,
    } = args;
    if !name.is_empty() {
        return Err(Error::Argument(
            "--name is not supported for blueprint resources, please specify blueprint manifest using -f.".into(),
        ));
    }
    if filename.is_empty() {
        return Err(Error::Argument(
            "neither name nor filename specified; give --filename".into(),
        ));
    }
    print::note(&format!("Reading blueprint from path: {filename}"));
    let manifest = |reason: String| Error::Manifest {
        path: filename.clone(),
        reason,
    };
    let text = read(&filename)?;
    let documents = document::parse(&text).map_err(|e| manifest(e.to_string()))?;
    if documents.is_empty() {
        return Err(manifest("it holds no Blueprint".into()));
    }
    for document in documents {
        if document.kind() != "Blueprint" {
            let reason = format!("it holds a {}, a Blueprint is expected", document.kind());
            return Err(manifest(reason));
        }
        let blueprint: Blueprint = document.decode().map_err(|e| manifest(e.to_string()))?;
        check(&blueprint, &function_version, functions)?;
    }
    Ok(())
}

fn check(
    blueprint: &Blueprint,
    version: &str,
    functions: &(dyn Functions + Sync),
) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    let mut twice = None;
    for (action, body) in &blueprint.actions {
        for phase in body.defer_phase.iter().chain(&body.phases) {
            check_phase(action, phase, version, functions)?;
            if !names.insert(&phase.name) {
                twice = Some(&phase.name);
            }
        }
    }
    match twice {
        None => Ok(()),
        Some(name) => Err(Error::Argument(format!(
            "Failed to validate: Duplicated phase name is not allowed. Violating phase '{name}'"
        ))),
    }
}

fn check_phase(
    action: &str,
    phase: &BlueprintPhase,
    version: &str,
    functions: &(dyn Functions + Sync),
) -> Result<(), Error> {
    let what = format!("phase {} in action {action}", phase.name);
    let checked = functions.check(&phase.func, version, &phase.args);
    let checked = checked
        .and_then(|()| label::check_arguments(&phase.args).map_err(FunctionError::Arguments));
    let source = match checked {
        Ok(()) => return passed(&format!("validation of {what}")),
        Err(source) => source,
    };
    let what = match source {
        FunctionError::Unknown { .. } => format!("action {action}"),
        FunctionError::Arguments(_) => what,
    };
    failed(&format!("validation of {what}"))?;
    Err(Error::Phase { what, source })
}
