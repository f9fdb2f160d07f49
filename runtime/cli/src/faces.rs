//! The binary under its other names: `kanctl` and `kando` take the command lines that
//! users' scripts have.

use crate::plugin::Places;
use kanctl::{FunctionError, Functions};
use kanister_host::host::Host;
use kanister_host::registry::LookupError;
use serde_json::{Map, Value};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

/// Runs the face that the program's name means; none if it is called by its own name.
pub fn run(args: &[OsString]) -> Option<ExitCode> {
    let name = Path::new(args.first()?).file_name()?.to_str()?;
    match name {
        "kando" => Some(kando::main(args.to_vec())),
        "kanctl" => Some(kanctl(args.to_vec())),
        _ => None,
    }
}

fn kanctl(args: Vec<OsString>) -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(kanctl::main(args, &Installed::default())),
        Err(error) => {
            crate::output::error(&error.into());
            ExitCode::FAILURE
        }
    }
}

/// The functions that are built in or installed, loaded when the first one is asked for.
#[derive(Default)]
struct Installed(OnceLock<Result<Host, String>>);

impl Installed {
    fn host(&self) -> Result<&Host, FunctionError> {
        let host = self.0.get_or_init(|| {
            // Asked for within a runtime, which must not be blocked by another one.
            std::thread::scope(|scope| scope.spawn(load).join())
                .unwrap_or_else(|_| Err("the functions cannot be loaded".to_owned()))
        });
        host.as_ref()
            .map_err(|error| FunctionError::Arguments(error.clone()))
    }
}

fn load() -> Result<Host, String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime
        .block_on(Places::from_environment().installed())
        .map_err(|error| format!("{error:#}"))
}

impl Functions for Installed {
    fn check(
        &self,
        function: &str,
        version: &str,
        arguments: &Map<String, Value>,
    ) -> Result<(), FunctionError> {
        let found = self.host()?.registry().find(function, version);
        let found = found.map_err(|error| match error {
            LookupError::Unknown { name, .. } => FunctionError::Unknown { name },
            other => FunctionError::Arguments(other.to_string()),
        })?;
        let parameters = &found.function.descriptor.parameters;
        // Only the names: the values are templates still.
        let missing = parameters
            .iter()
            .find(|parameter| parameter.required && !arguments.contains_key(&parameter.name));
        if let Some(missing) = missing {
            let name = &missing.name;
            return Err(FunctionError::Arguments(format!(
                "Required arg missing: {name}"
            )));
        }
        let known = |name: &String| parameters.iter().any(|parameter| parameter.name == *name);
        match arguments.keys().find(|name| !known(name)) {
            Some(name) => Err(FunctionError::Arguments(format!(
                "argument {name} is not supported"
            ))),
            None => Ok(()),
        }
    }
}
