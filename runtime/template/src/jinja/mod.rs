//! Native Jinja over the same parameters and the same function library.
//!
//! Every function of the library is registered once, as a function and as a filter. Values cross into the engine as
//! they are where Jinja has them, else as objects; a text with secret parts crosses with invisible brackets around
//! those, so that the marks survive whatever the engine does with the text, and the brackets are taken out of the
//! output at the end.
//!
//! The language is Jinja's without assignments, macros and blocks: what they build grows without the engine counting
//! it, and a hostile template could take all memory. Expressions, filters, `if`, `for`, comments and `raw` are there.

mod guard;
mod library;
mod session;
mod value;

use crate::error::{ErrorKind, TemplateError};
use crate::options::Options;
use crate::params::Params;
use crate::rendered::Text;
use minijinja::Value as Jinja;
use session::Session;
use std::io;
use std::sync::Arc;
use value::Root;

/// Checks that a template can be rendered.
pub(crate) fn parse(source: &str) -> Result<(), TemplateError> {
    guard::check(source)?;
    library::environment()
        .template_from_named_str("config", source)
        .map(drop)
        .map_err(|error| failed(&error))
}

/// Renders a template.
pub(crate) fn render(
    source: &str,
    params: &Params,
    options: &Options,
) -> Result<Text, TemplateError> {
    let mut environment = library::environment().clone();
    environment.set_fuel(Some(options.limits.steps));
    let template = environment
        .template_from_named_str("config", source)
        .map_err(|error| failed(&error))?;
    let session = Arc::new(Session::new(options));
    let root = Jinja::from_object(Root {
        params: params.root().clone(),
        session: Arc::clone(&session),
    });
    let mut output = Limited {
        bytes: Vec::new(),
        limit: options.limits.output,
        full: false,
    };
    let rendered = template.render_captured_to(root, &mut output).map(drop);
    if output.full {
        let message = format!(
            "template: config: more than {} bytes of output",
            options.limits.output
        );
        return Err(TemplateError::foreign(ErrorKind::Limit, 1, message));
    }
    rendered.map_err(|error| failed(&error))?;
    session
        .out_of_time()
        .map_err(|message| TemplateError::foreign(ErrorKind::Limit, 1, message))?;
    Ok(Text::of_str(session.unbracket(&output.bytes)))
}

/// Collects no more than the limit.
struct Limited {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The engine's error as ours; its text names kinds of values, never values.
fn failed(error: &minijinja::Error) -> TemplateError {
    use minijinja::ErrorKind as Theirs;
    let kind = match error.kind() {
        Theirs::SyntaxError => ErrorKind::Syntax,
        Theirs::UnknownFunction
        | Theirs::UnknownFilter
        | Theirs::UnknownTest
        | Theirs::UnknownMethod => ErrorKind::UndefinedFunction,
        Theirs::UndefinedError => ErrorKind::MissingKey,
        Theirs::MissingArgument | Theirs::TooManyArguments => ErrorKind::ArgumentCount,
        Theirs::OutOfFuel => ErrorKind::Limit,
        Theirs::InvalidOperation
            if error
                .detail()
                .is_some_and(|text| text.starts_with(library::LIMIT)) =>
        {
            ErrorKind::Limit
        }
        Theirs::InvalidOperation => ErrorKind::Call,
        _ => ErrorKind::Other,
    };
    let line = error.line().unwrap_or(1);
    let detail = error
        .detail()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    TemplateError::foreign(
        kind,
        line,
        format!("template: config:{line}: {}{detail}", error.kind()),
    )
}

#[cfg(test)]
mod tests;
