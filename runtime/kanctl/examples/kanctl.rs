//! The tool with a short list of functions, for the recorded invocations.

use std::process::ExitCode;

use kanctl::{FunctionError, Functions};
use serde_json::{Map, Value};

/// Functions and what they take: the required arguments, then the others.
const KNOWN: &[(&str, &[&str], &[&str])] = &[
    (
        "KubeTask",
        &["image", "command"],
        &["namespace", "podOverride", "podAnnotations", "podLabels"],
    ),
    ("KubeExec", &["namespace", "pod", "command"], &["container"]),
    ("Wait", &["timeout", "conditions"], &[]),
];

struct Listed;

impl Functions for Listed {
    fn check(&self, name: &str, _: &str, args: &Map<String, Value>) -> Result<(), FunctionError> {
        let known = KNOWN.iter().find(|(known, ..)| *known == name);
        let (_, required, optional) =
            known.ok_or_else(|| FunctionError::Unknown { name: name.into() })?;
        if let Some(missing) = required.iter().find(|a| !args.contains_key(**a)) {
            return Err(FunctionError::Arguments(format!(
                "Required arg missing: {missing}"
            )));
        }
        let takes = |a: &String| required.contains(&a.as_str()) || optional.contains(&a.as_str());
        match args.keys().find(|a| !takes(a)) {
            Some(extra) => Err(FunctionError::Arguments(format!(
                "argument {extra} is not supported"
            ))),
            None => Ok(()),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    kanctl::main(std::env::args_os().collect(), &Listed).await
}
