//! The arguments of a call, rendered as their parameters say.

use kanister_host::component::{Descriptor, Rendering};
use kanister_template::{
    ArgumentError, Dialect, Options, Params, RenderedArguments, Text, Tree, render_args,
};
use serde_json::{Map, Value};

/// The key of a condition of Wait and WaitV2, which stays a template.
const CONDITION: &str = "condition";

/// Renders arguments. One that the function does not know is rendered like any other; it is refused
/// afterwards.
pub(crate) fn render(
    descriptor: &Descriptor,
    args: &Map<String, Value>,
    params: &Params,
    options: &Options,
) -> Result<RenderedArguments, ArgumentError> {
    let mut rendered = RenderedArguments::default();
    let mut ordinary = Map::new();
    for (name, value) in args {
        let parameter = descriptor.parameters.iter().find(|it| it.name == *name);
        match parameter.map_or(Rendering::Arguments, |it| it.rendering) {
            Rendering::Arguments => {
                ordinary.insert(name.clone(), value.clone());
            }
            Rendering::Wait | Rendering::WaitV2 => {
                let tree = around_conditions(name, value, params, options)?;
                rendered.0.insert(name.clone(), tree);
            }
            Rendering::None => {
                rendered.0.insert(name.clone(), plain(value));
            }
        }
    }
    let ordinary = render_args(&ordinary, params, Dialect::GoArguments, options)?;
    rendered.0.extend(ordinary.0);
    Ok(rendered)
}

/// Renders everything but the texts of conditions.
fn around_conditions(
    path: &str,
    value: &Value,
    params: &Params,
    options: &Options,
) -> Result<Tree, ArgumentError> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, item)| around_conditions(&format!("{path}[{i}]"), item, params, options))
            .collect::<Result<_, _>>()
            .map(Tree::List),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, item)| {
                let path = format!("{path}.{key}");
                let tree = if key == CONDITION {
                    plain(item)
                } else {
                    around_conditions(&path, item, params, options)?
                };
                Ok((Text::from(key.as_str()), tree))
            })
            .collect::<Result<_, _>>()
            .map(Tree::Map),
        scalar => {
            let one = Map::from_iter([(path.to_owned(), scalar.clone())]);
            let mut rendered = render_args(&one, params, Dialect::GoArguments, options)?;
            Ok(rendered.0.remove(path).unwrap_or(Tree::Null))
        }
    }
}

/// A value as it stands there.
fn plain(value: &Value) -> Tree {
    match value {
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(*value),
        Value::Number(number) => Tree::Number(number.clone()),
        Value::String(text) => Tree::Text(Text::from(text.as_str())),
        Value::Array(items) => Tree::List(items.iter().map(plain).collect()),
        Value::Object(entries) => Tree::Map(
            entries
                .iter()
                .map(|(key, item)| (Text::from(key.as_str()), plain(item)))
                .collect(),
        ),
    }
}
