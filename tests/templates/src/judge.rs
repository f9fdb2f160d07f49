//! Renders a case and compares.

use crate::case::Case;
use crate::params;
use crate::world::TestWorld;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanister_template::{Dialect, Limits, Options, Params, Template, TemplateError, Text};
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

fn shown(got: &Result<Text, TemplateError>) -> String {
    match got {
        Ok(text) => format!("{:?}", text.reveal()),
        Err(error) => format!("the error {error}"),
    }
}

fn compare_error(case: &Case, error: &TemplateError) -> Verdict {
    let wanted = case.error.as_deref().unwrap_or_default();
    let got = error.kind().name();
    let go = case.go_error.as_deref().unwrap_or_default();
    if wanted != got {
        return Verdict::Fail(format!("wanted {wanted}: {go}\n  got    {got}: {error}"));
    }
    match &case.kanister_error {
        Some(wanted) if *wanted != error.controller_message() => Verdict::Fail(format!(
            "wanted {wanted}\n  got    {}",
            error.controller_message()
        )),
        _ => Verdict::Pass,
    }
}

fn render(case: &Case) -> Result<Result<Text, TemplateError>, String> {
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
    let world = TestWorld::new(case.env.clone());
    // Keys of 4096 bits take their time.
    let limits = Limits {
        time: Duration::from_secs(120),
        ..Limits::default()
    };
    let options = Options {
        limits,
        allow_env: true,
        allow_lookup: true,
        ..Options::new(Arc::new(world))
    };
    Ok(Template::parse(&case.template, dialect)
        .and_then(|template| template.render(&data, &options)))
}
