//! Renders a case and compares.

use crate::case::Case;
use crate::params;
use crate::world::TestWorld;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanister_template::{
    ConditionError, Dialect, Limits, Options, Params, Template, TemplateError, Text, wait_condition,
};
use std::sync::Arc;
use std::time::Duration;

/// Whether a case gave what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It did.
    Pass,
    /// It did not: what was wanted and what came.
    Fail(String),
}

/// Why there is no output.
struct Refusal {
    kind: &'static str,
    message: String,
    controller_message: String,
}

impl From<TemplateError> for Refusal {
    fn from(error: TemplateError) -> Refusal {
        Refusal {
            kind: error.kind().name(),
            message: error.to_string(),
            controller_message: error.controller_message(),
        }
    }
}

/// Renders a case and compares the outcome: bytes of the output, kind of the error, the controller's wording of it.
pub fn judge(case: &Case) -> Verdict {
    let rendered = match render(case) {
        Ok(rendered) => rendered,
        Err(problem) => return Verdict::Fail(problem),
    };
    let wanted = match (&case.expect, &case.expect_b64) {
        (Some(text), _) => Some(Ok(text.as_bytes().to_vec())),
        (None, Some(text)) => Some(STANDARD.decode(text)),
        (None, None) => None,
    };
    match (wanted, rendered) {
        (Some(Ok(wanted)), Ok(text)) if wanted == text.as_bytes() => Verdict::Pass,
        (Some(wanted), got) => {
            let wanted = wanted
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default();
            Verdict::Fail(format!("wanted {wanted:?}\n  got    {}", shown(&got)))
        }
        (None, Err(error)) => compare_error(case, &error),
        (None, Ok(text)) => {
            let wanted = case.go_error.as_deref().unwrap_or_default();
            Verdict::Fail(format!(
                "wanted the error {wanted}\n  got    {}",
                shown(&Ok(text))
            ))
        }
    }
}

fn shown(got: &Result<Text, Refusal>) -> String {
    match got {
        Ok(text) => format!("{:?}", text.reveal()),
        Err(error) => format!("the error {}", error.message),
    }
}

fn compare_error(case: &Case, error: &Refusal) -> Verdict {
    let wanted = case.error.as_deref().unwrap_or_default();
    let got = error.kind;
    let go = case.go_error.as_deref().unwrap_or_default();
    if wanted != got {
        return Verdict::Fail(format!(
            "wanted {wanted}: {go}\n  got    {got}: {}",
            error.message
        ));
    }
    match &case.kanister_error {
        Some(wanted) if *wanted != error.controller_message => Verdict::Fail(format!(
            "wanted {wanted}\n  got    {}",
            error.controller_message
        )),
        _ => Verdict::Pass,
    }
}

fn render(case: &Case) -> Result<Result<Text, Refusal>, String> {
    if case.mode == "condition" {
        return Ok(condition(case));
    }
    let dialect = match case.mode.as_str() {
        "render" => Dialect::GoArguments,
        "wait" => Dialect::GoWait,
        "waitv2" => Dialect::GoWaitV2,
        other => return Err(format!("unknown mode {other:?}")),
    };
    let data = match case.root.as_str() {
        "TemplateParams" => Params::new(&params::read(&case.params)?),
        "any" => Params::tagged(&case.params)?,
        "nil" => Params::nothing(),
        other => return Err(format!("unknown root {other:?}")),
    };
    let options = options(case);
    Ok(Template::parse(&case.template, dialect)
        .and_then(|template| template.render(&data, &options))
        .map_err(Refusal::from))
}

/// A condition of `Wait` over an object: `true`, `false` or the error.
fn condition(case: &Case) -> Result<Text, Refusal> {
    match wait_condition(&case.template, &case.params, &options(case)) {
        Ok(answer) => Ok(Text::from(if answer { "true" } else { "false" })),
        Err(ConditionError::Template(error)) => Err(error.into()),
        Err(error) => Err(Refusal {
            kind: "condition:path",
            message: error.to_string(),
            controller_message: error.to_string(),
        }),
    }
}

fn options(case: &Case) -> Options {
    let world = TestWorld::new(case.env.clone());
    // Keys of 4096 bits take their time.
    let limits = Limits {
        time: Duration::from_secs(120),
        ..Limits::default()
    };
    Options {
        limits,
        allow_env: true,
        allow_lookup: true,
        ..Options::new(Arc::new(world))
    }
}

/// The error that Go gave and the one that comes, where the two are not the same to the letter: the place, what is
/// looked at, the message. Nothing for a case without an error; its verdict is [`judge`]'s.
pub fn worded_differently(case: &Case) -> Option<(String, String)> {
    let wanted = case.go_error.clone()?;
    let got = match render(case) {
        Ok(Err(error)) => error.message,
        Ok(Ok(_)) => "no error".into(),
        Err(problem) => problem,
    };
    (wanted != got).then_some((wanted, got))
}
