//! Parse once, render many times.

use crate::context::Context;
use crate::error::{ErrorKind, TemplateError};
use crate::eval;
use crate::functions::FunctionSet;
use crate::options::{Dialect, Options};
use crate::params::Params;
use crate::rendered::Text;
use crate::syntax::{self, Tree};
use std::sync::Arc;

/// A parsed template.
#[derive(Debug, Clone)]
pub struct Template {
    dialect: Dialect,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    /// No action in it: the text as it is.
    Plain(Arc<str>),
    Go(Arc<Tree>),
    Jinja(Arc<str>),
}

impl Template {
    /// Parses a template of a dialect.
    ///
    /// # Errors
    /// [`TemplateError`] of one of the parse kinds, with the place in `source`.
    pub fn parse(source: &str, dialect: Dialect) -> Result<Template, TemplateError> {
        let body = if dialect == Dialect::Jinja {
            crate::jinja::parse(source)?;
            Body::Jinja(source.into())
        } else if source.contains("{{") {
            Body::Go(Arc::new(syntax::parse(
                source.into(),
                FunctionSet::of(dialect),
            )?))
        } else {
            Body::Plain(source.into())
        };
        Ok(Template { dialect, body })
    }

    /// Renders the template.
    ///
    /// # Errors
    /// [`TemplateError`] with the place in the source; there is no output then.
    pub fn render(&self, params: &Params, options: &Options) -> Result<Text, TemplateError> {
        let tree = match &self.body {
            Body::Plain(text) if text.len() > options.limits.output => {
                let message = format!("the text is longer than {} bytes", options.limits.output);
                return Err(TemplateError::parse(ErrorKind::Limit, text, 0, &message));
            }
            Body::Plain(text) => return Ok(Text::plain(text)),
            Body::Jinja(source) => return crate::jinja::render(source, params, options),
            Body::Go(tree) => tree,
        };
        let (root, secrets) = (params.root().clone(), params.is_secret());
        if !tree.mutates {
            return eval::render(tree, root, secrets, self.dialect, options).map(Text::of);
        }
        // It may change maps: it works on a copy, so that no rendering sees what another did.
        let mut context = Context::new(options);
        let copy = crate::functions::copy_value(&mut context, &root);
        let root = copy.map_err(|_| {
            let message =
                "the parameters are too large to be copied for a template that changes maps";
            TemplateError::parse(ErrorKind::Limit, &tree.source, 0, message)
        })?;
        eval::render(tree, root, secrets, self.dialect, options).map(Text::of)
    }
}
