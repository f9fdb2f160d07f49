//! From the typed function of an author to the exports of the component.

use crate::arguments::Arguments;
use crate::context::Context;
use crate::failure::{Invalid, Result};
use crate::output::Outputs;
use crate::types::{Access, Call, Descriptor, Failure, FieldError, Invocation, Json};

/// What `validate` and `plan` answer with.
type Checked<T> = std::result::Result<T, Vec<FieldError>>;

/// A function as `#[function]` registers it.
pub struct Function {
    /// As a Blueprint names it.
    pub name: &'static str,
    /// Semantic version.
    pub version: &'static str,
    /// What users may read about it.
    pub describe: fn() -> Descriptor,
    /// Finds what is wrong with the arguments.
    pub validate: fn(&Call) -> Checked<()>,
    /// The accesses that the arguments need; none: the patterns of the manifest.
    pub plan: fn(&Call) -> Checked<Option<Vec<Access>>>,
    /// Runs it.
    pub run: fn(Invocation) -> Result<Json>,
}

/// What an author writes.
pub type Body<A, T> = fn(&Context, A) -> Result<T>;
/// An author's own check of the arguments.
pub type ValidateHook<A> = fn(&A) -> Result<(), Invalid>;
/// An author's own plan.
pub type PlanHook<A> = fn(&A, &Call) -> Result<Vec<Access>, Invalid>;

/// The descriptor that the types of a function amount to.
pub fn describe<A: Arguments, T: Outputs>(
    _: Body<A, T>,
    name: &str,
    version: &str,
    doc: &str,
    idempotent: bool,
) -> Descriptor {
    Descriptor {
        name: name.to_owned(),
        version: version.to_owned(),
        doc: doc.to_owned(),
        parameters: A::parameters(),
        outputs: T::outputs(),
        open_outputs: T::OPEN,
        idempotent,
        extensions: Vec::new(),
    }
}

/// Deserialises the arguments and asks the author's own check.
///
/// # Errors
/// What is wrong with the arguments, each with its path.
pub fn validate<A: Arguments, T: Outputs>(
    _: Body<A, T>,
    call: &Call,
    hook: Option<ValidateHook<A>>,
) -> Checked<()> {
    let args: A = parse(&call.args)?;
    match hook {
        Some(hook) => hook(&args).map_err(|Invalid(errors)| errors),
        None => Ok(()),
    }
}

/// Asks the author's plan; without one, the patterns of the manifest are it.
///
/// # Errors
/// What is wrong with the arguments, each with its path.
pub fn plan<A: Arguments, T: Outputs>(
    _: Body<A, T>,
    call: &Call,
    hook: Option<PlanHook<A>>,
) -> Checked<Option<Vec<Access>>> {
    let Some(hook) = hook else { return Ok(None) };
    let args: A = parse(&call.args)?;
    hook(&args, call)
        .map(Some)
        .map_err(|Invalid(errors)| errors)
}

/// Runs the function and writes its outputs as JSON.
///
/// # Errors
/// The function's own failure; invalid arguments.
pub fn run<A: Arguments, T: Outputs>(body: Body<A, T>, invocation: Invocation) -> Result<Json> {
    let args: A = parse(&invocation.args).map_err(Failure::InvalidArgs)?;
    let outputs = body(&Context::new(invocation), args)?;
    let json = serde_json::to_string(&outputs)?;
    Ok(if json == "null" {
        "{}".to_owned()
    } else {
        json
    })
}

fn parse<A: Arguments>(args: &str) -> Checked<A> {
    serde_json::from_str(args).map_err(|error| {
        vec![FieldError {
            path: String::new(),
            message: error.to_string(),
        }]
    })
}

/// The descriptors of a family.
pub fn functions(family: &[Function]) -> Vec<Descriptor> {
    family
        .iter()
        .map(|function| (function.describe)())
        .collect()
}

/// `validate` of the function that the call names.
///
/// # Errors
/// As [`validate`], or there is no such function.
pub fn dispatch_validate(family: &[Function], call: &Call) -> Checked<()> {
    (find(family, &call.function, &call.version)?.validate)(call)
}

/// `plan` of the function that the call names.
///
/// # Errors
/// As [`plan`], or there is no such function.
pub fn dispatch_plan(family: &[Function], call: &Call) -> Checked<Option<Vec<Access>>> {
    (find(family, &call.function, &call.version)?.plan)(call)
}

/// `run` of the function that the invocation names.
///
/// # Errors
/// As [`run`], or there is no such function.
pub fn dispatch_run(family: &[Function], invocation: Invocation) -> Result<Json> {
    let function = find(family, &invocation.function, &invocation.version);
    (function.map_err(Failure::InvalidArgs)?.run)(invocation)
}

fn find<'a>(family: &'a [Function], name: &str, version: &str) -> Checked<&'a Function> {
    family
        .iter()
        .find(|function| function.name == name && function.version == version)
        .ok_or_else(|| {
            let message = format!("this plugin has no function {name} in version {version}");
            vec![FieldError {
                path: String::new(),
                message,
            }]
        })
}
