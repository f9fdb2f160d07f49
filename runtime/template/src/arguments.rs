//! Arguments: JSON in which every string is a template, map keys below the first level too.

use crate::error::{ErrorKind, TemplateError};
use crate::options::{Dialect, Options};
use crate::params::Params;
use crate::rendered::{Text, Tree};
use crate::template::Template;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Nesting of arguments; deeper ones are refused.
const DEEPEST: usize = 100;

/// Arguments whose templates are parsed.
#[derive(Debug, Clone)]
pub struct Arguments {
    arguments: Vec<(String, Node)>,
}

#[derive(Debug, Clone)]
enum Node {
    Scalar(Tree),
    Text(Template),
    List(Vec<Node>),
    Map(Vec<(Template, Node)>),
}

/// Why arguments could not be parsed or rendered, and which of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("argument {path}: {source}")]
pub struct ArgumentError {
    /// Where the template stands, such as `command[2]` or `podOverride.spec`.
    pub path: String,
    /// What is wrong with it.
    #[source]
    pub source: TemplateError,
}

/// Arguments ready for a function: no template is left in them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RenderedArguments(pub BTreeMap<String, Tree>);

impl RenderedArguments {
    /// The arguments as JSON, secrets included.
    pub fn reveal(&self) -> Json {
        Json::Object(
            self.0
                .iter()
                .map(|(name, tree)| (name.clone(), tree.reveal()))
                .collect(),
        )
    }

    /// The arguments as JSON, each secret range of a text replaced by what `replace` gives for its bytes.
    pub fn redact(&self, mut replace: impl FnMut(&[u8]) -> String) -> Json {
        let entries = self
            .0
            .iter()
            .map(|(name, tree)| (name.clone(), tree.redact(&mut replace)));
        Json::Object(entries.collect())
    }

    /// True if anything in them is secret.
    pub fn is_secret(&self) -> bool {
        self.0.values().any(Tree::is_secret)
    }
}

/// Parses and renders arguments in one go.
///
/// # Errors
/// [`ArgumentError`] of the first argument that fails, in the order of their names.
pub fn render_args(
    args: &Map<String, Json>,
    params: &Params,
    dialect: Dialect,
    options: &Options,
) -> Result<RenderedArguments, ArgumentError> {
    Arguments::parse(args, dialect)?.render(params, options)
}

impl Arguments {
    /// Parses every template in `args`. Names of arguments are no templates; keys of maps in them are.
    ///
    /// # Errors
    /// [`ArgumentError`] of the first template that does not parse.
    pub fn parse(args: &Map<String, Json>, dialect: Dialect) -> Result<Arguments, ArgumentError> {
        let mut arguments = Vec::with_capacity(args.len());
        for (name, value) in args {
            let mut path = vec![name.clone()];
            arguments.push((name.clone(), parse(value, dialect, &mut path)?));
        }
        arguments.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Arguments { arguments })
    }

    /// Renders every template. The limits hold for each of them.
    ///
    /// # Errors
    /// [`ArgumentError`] of the first template that fails, in the order of the argument names.
    pub fn render(
        &self,
        params: &Params,
        options: &Options,
    ) -> Result<RenderedArguments, ArgumentError> {
        let mut rendered = BTreeMap::new();
        for (name, node) in &self.arguments {
            let mut path = vec![name.clone()];
            rendered.insert(name.clone(), render(node, params, options, &mut path)?);
        }
        Ok(RenderedArguments(rendered))
    }
}

fn failed(path: &[String], source: TemplateError) -> ArgumentError {
    ArgumentError {
        path: path.concat(),
        source,
    }
}

fn parse(value: &Json, dialect: Dialect, path: &mut Vec<String>) -> Result<Node, ArgumentError> {
    if path.len() > DEEPEST {
        let error = TemplateError::parse(
            ErrorKind::Limit,
            "",
            0,
            &format!("nested deeper than {DEEPEST}"),
        );
        return Err(failed(path, error));
    }
    Ok(match value {
        Json::Null => Node::Scalar(Tree::Null),
        Json::Bool(value) => Node::Scalar(Tree::Bool(*value)),
        Json::Number(number) => Node::Scalar(Tree::Number(number.clone())),
        Json::String(text) => {
            Node::Text(Template::parse(text, dialect).map_err(|error| failed(path, error))?)
        }
        Json::Array(items) => {
            let mut nodes = Vec::with_capacity(items.len());
            for (i, item) in items.iter().enumerate() {
                path.push(format!("[{i}]"));
                nodes.push(parse(item, dialect, path)?);
                path.pop();
            }
            Node::List(nodes)
        }
        Json::Object(entries) => {
            let mut nodes = Vec::with_capacity(entries.len());
            for (key, item) in entries {
                path.push(format!(".{key}"));
                let key = Template::parse(key, dialect).map_err(|error| failed(path, error))?;
                nodes.push((key, parse(item, dialect, path)?));
                path.pop();
            }
            Node::Map(nodes)
        }
    })
}

fn render(
    node: &Node,
    params: &Params,
    options: &Options,
    path: &mut Vec<String>,
) -> Result<Tree, ArgumentError> {
    Ok(match node {
        Node::Scalar(tree) => tree.clone(),
        Node::Text(template) => Tree::Text(
            template
                .render(params, options)
                .map_err(|error| failed(path, error))?,
        ),
        Node::List(nodes) => {
            let mut items = Vec::with_capacity(nodes.len());
            for (i, node) in nodes.iter().enumerate() {
                path.push(format!("[{i}]"));
                items.push(render(node, params, options, path)?);
                path.pop();
            }
            Tree::List(items)
        }
        Node::Map(nodes) => {
            let mut entries: Vec<(Text, Tree)> = Vec::with_capacity(nodes.len());
            for (key, node) in nodes {
                let key = key
                    .render(params, options)
                    .map_err(|error| failed(path, error))?;
                path.push(format!(".{}", key.redact(|_| "\u{2026}".into())));
                if entries
                    .iter()
                    .any(|(other, _)| other.as_bytes() == key.as_bytes())
                {
                    let message =
                        "two keys of this map are the same once rendered; make them differ";
                    return Err(failed(
                        path,
                        TemplateError::parse(ErrorKind::Other, "", 0, message),
                    ));
                }
                let value = render(node, params, options, path)?;
                path.pop();
                entries.push((key, value));
            }
            Tree::Map(entries)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::StillWorld;
    use serde_json::json;
    use std::sync::Arc;

    fn rendered(args: &Json) -> Result<RenderedArguments, ArgumentError> {
        let params = Params::tagged(&json!({"a": "x", "s": {"$secret": "hunter2"}})).unwrap();
        let options = Options::new(Arc::new(StillWorld));
        render_args(
            args.as_object().unwrap(),
            &params,
            Dialect::GoArguments,
            &options,
        )
    }

    #[test]
    fn strings_and_keys_are_rendered_other_scalars_pass() {
        let args =
            json!({"{{ .a }}": 1, "list": ["{{ .a }}", 5, true, null, {"{{ .a }}k": "{{ .s }}!"}]});
        let rendered = rendered(&args).unwrap();
        let wanted = json!({"list": ["x", 5, true, null, {"xk": "hunter2!"}], "{{ .a }}": 1});
        assert_eq!(rendered.reveal(), wanted);
        assert!(rendered.is_secret());
        let hidden = rendered.redact(|_| "***".into());
        assert_eq!(hidden["list"][4]["xk"], "***!");
    }

    #[test]
    fn errors_name_the_argument() {
        let error = rendered(&json!({"command": ["a", "b {{ .none }}"]})).unwrap_err();
        assert_eq!(error.path, "command[1]");
        assert_eq!(error.source.kind(), ErrorKind::MissingKey);
        assert_eq!(
            error.source.controller_message(),
            "Failed to render template: \"none\" not found"
        );
        let error = rendered(&json!({"m": {"{{ .a }}": 1, "x": 2}})).unwrap_err();
        assert_eq!(error.path, "m.x");
    }
}
