//! What a plugin says of its functions, parsed and bounded: the answer is a stranger's.

use crate::bindings::exports::kanister::function::describe as wit_export;
use crate::bindings::kanister::function::types as wit;
use semver::Version;
use serde::Serialize;
use serde_json::Value;

/// Functions in one component.
const MOST_FUNCTIONS: usize = 64;
/// Parameters, or outputs, of one function.
const MOST_PARAMETERS: usize = 128;
/// Bytes of a name.
const LONGEST_NAME: usize = 128;
/// Bytes of a documentation text.
const LONGEST_DOC: usize = 16 << 10;

/// What is wrong with a description.
#[derive(Debug, thiserror::Error)]
pub enum DescriptorError {
    /// No functions at all.
    #[error("the plugin describes no function")]
    Empty,
    /// More than anybody could mean.
    #[error("the plugin describes {count} {what}; at most {most} are allowed")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// Longer than anybody could mean.
    #[error("{what} has {len} bytes; at most {most} are allowed")]
    TooLong {
        /// What is too long.
        what: String,
        /// How long it is.
        len: usize,
        /// How long it may be.
        most: usize,
    },
    /// No name a Blueprint could use.
    #[error("{what} `{name}` is no name: letters, digits, `-`, `_` and `.`, a letter first")]
    BadName {
        /// What is named so.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Not a semantic version.
    #[error(
        "function `{function}` has the version `{version}`, which is no semantic version: {source}"
    )]
    BadVersion {
        /// Of which function.
        function: String,
        /// What it says.
        version: String,
        /// Why it is none.
        source: semver::Error,
    },
    /// The same thing twice.
    #[error("{what} `{name}` is described twice")]
    Twice {
        /// What.
        what: &'static str,
        /// Which.
        name: String,
    },
    /// A default that is no JSON.
    #[error("the default of parameter `{parameter}` of function `{function}` is no JSON")]
    BadDefault {
        /// Of which function.
        function: String,
        /// Of which parameter.
        parameter: String,
    },
}

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// A text.
    String,
    /// true or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A map of anything.
    Object,
    /// A list of anything.
    List,
    /// A list of texts.
    StringList,
    /// A map of texts.
    StringMap,
    /// Anything.
    Any,
}

/// How the host renders an argument's templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rendering {
    /// As every argument.
    Arguments,
    /// As the conditions of Wait.
    Wait,
    /// As the conditions of WaitV2.
    WaitV2,
    /// Not at all.
    None,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parameter {
    /// As a Blueprint names it.
    pub name: String,
    /// What it takes.
    pub kind: ValueType,
    /// Whether a call without it is wrong.
    pub required: bool,
    /// What it is when it is left out.
    pub default: Option<Value>,
    /// How it is rendered.
    pub rendering: Rendering,
    /// What it means.
    pub doc: String,
}

/// An output of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// As a template names it.
    pub name: String,
    /// What it is.
    pub kind: ValueType,
    /// What it means.
    pub doc: String,
}

/// A function of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// As a Blueprint names it.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// What it does.
    pub doc: String,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub outputs: Vec<Output>,
    /// Whether it may give more than that.
    pub open_outputs: bool,
    /// Whether it may start again after a crash.
    pub idempotent: bool,
}

/// Parses a plugin's answer to `functions`.
///
/// # Errors
/// See [`DescriptorError`]; one wrong function refuses the whole plugin.
pub fn describe(answer: Vec<wit_export::Descriptor>) -> Result<Vec<Descriptor>, DescriptorError> {
    if answer.is_empty() {
        return Err(DescriptorError::Empty);
    }
    few("functions", answer.len(), MOST_FUNCTIONS)?;
    let functions = answer
        .into_iter()
        .map(function)
        .collect::<Result<Vec<_>, _>>()?;
    once(
        "function",
        functions
            .iter()
            .map(|function| format!("{} {}", function.name, function.version)),
    )?;
    Ok(functions)
}

fn function(answer: wit::Descriptor) -> Result<Descriptor, DescriptorError> {
    let wit::Descriptor {
        name,
        version,
        doc,
        parameters,
        outputs,
        open_outputs,
        idempotent,
        extensions: _,
    } = answer;
    named("function", &name)?;
    let version = match short("a version", &version, LONGEST_NAME)
        .map(|()| Version::parse(version.strip_prefix('v').unwrap_or(&version)))?
    {
        Ok(version) => version,
        Err(source) => {
            return Err(DescriptorError::BadVersion {
                function: name,
                version,
                source,
            });
        }
    };
    short("the documentation of a function", &doc, LONGEST_DOC)?;
    few("parameters", parameters.len(), MOST_PARAMETERS)?;
    few("outputs", outputs.len(), MOST_PARAMETERS)?;
    let parameters = parameters
        .into_iter()
        .map(|parameter| self::parameter(&name, parameter))
        .collect::<Result<Vec<_>, _>>()?;
    let outputs = outputs
        .into_iter()
        .map(output)
        .collect::<Result<Vec<_>, _>>()?;
    once(
        "parameter",
        parameters.iter().map(|parameter| parameter.name.clone()),
    )?;
    once("output", outputs.iter().map(|output| output.name.clone()))?;
    Ok(Descriptor {
        name,
        version,
        doc,
        parameters,
        outputs,
        open_outputs,
        idempotent,
    })
}

fn parameter(function: &str, answer: wit::Parameter) -> Result<Parameter, DescriptorError> {
    let wit::Parameter {
        name,
        kind,
        required,
        default,
        rendering,
        doc,
        extensions: _,
    } = answer;
    named("parameter", &name)?;
    short("the documentation of a parameter", &doc, LONGEST_DOC)?;
    let default = default
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| DescriptorError::BadDefault {
            function: function.to_owned(),
            parameter: name.clone(),
        })?;
    Ok(Parameter {
        name,
        kind: kind.into(),
        required,
        default,
        rendering: match rendering {
            wit::Rendering::Arguments => Rendering::Arguments,
            wit::Rendering::Wait => Rendering::Wait,
            wit::Rendering::WaitV2 => Rendering::WaitV2,
            wit::Rendering::None => Rendering::None,
        },
        doc,
    })
}

fn output(answer: wit::Output) -> Result<Output, DescriptorError> {
    let wit::Output {
        name,
        kind,
        doc,
        extensions: _,
    } = answer;
    named("output", &name)?;
    short("the documentation of an output", &doc, LONGEST_DOC)?;
    Ok(Output {
        name,
        kind: kind.into(),
        doc,
    })
}

impl From<wit::ValueType> for ValueType {
    fn from(kind: wit::ValueType) -> Self {
        match kind {
            wit::ValueType::String => Self::String,
            wit::ValueType::Boolean => Self::Boolean,
            wit::ValueType::Integer => Self::Integer,
            wit::ValueType::Number => Self::Number,
            wit::ValueType::Object => Self::Object,
            wit::ValueType::List => Self::List,
            wit::ValueType::StringList => Self::StringList,
            wit::ValueType::StringMap => Self::StringMap,
            wit::ValueType::Any => Self::Any,
        }
    }
}

fn few(what: &'static str, count: usize, most: usize) -> Result<(), DescriptorError> {
    if count > most {
        return Err(DescriptorError::TooMany { what, count, most });
    }
    Ok(())
}

fn short(what: &str, text: &str, most: usize) -> Result<(), DescriptorError> {
    if text.len() > most {
        return Err(DescriptorError::TooLong {
            what: what.to_owned(),
            len: text.len(),
            most,
        });
    }
    Ok(())
}

fn named(what: &'static str, name: &str) -> Result<(), DescriptorError> {
    short(&format!("the name of a {what}"), name, LONGEST_NAME)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(plain) {
        return Err(DescriptorError::BadName {
            what,
            name: name.escape_debug().to_string(),
        });
    }
    Ok(())
}

fn once(what: &'static str, names: impl Iterator<Item = String>) -> Result<(), DescriptorError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if let Some(name) = seen.replace(name) {
            return Err(DescriptorError::Twice { what, name });
        }
    }
    Ok(())
}
