//! What a template takes from its parameters, and which functions it calls.

use crate::error::position;
use crate::functions::FunctionSet;
use crate::options::Dialect;
use crate::syntax::{self, Arg, ArgKind, Node, Pipe, Span};
use crate::value::Value;
use crate::{Template, TemplateError};

/// Something that a template takes or calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What it is.
    pub target: Target,
    /// Whether a rendering cannot do without it: it stands in no branch, and is not asked for by `index`.
    pub required: bool,
    /// Line in the template, from 1.
    pub line: usize,
    /// Column in that line, in characters, from 1.
    pub column: usize,
}

/// What a [`Reference`] is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A field of the parameters, by its names from the root: `.Profile.Location` and
    /// `index .Profile "Location"` are both `["Profile", "Location"]`. Empty: all of them.
    Field(Vec<String>),
    /// A function of the library.
    Function(&'static str),
}

/// What a template refers to, in the order in which it stands there. What lies behind a changed dot (in `range`, in
/// `with`, in a template called with something else) is not known and left out. Of a template in Jinja nothing is known.
///
/// # Errors
/// The text is no template of that dialect.
pub fn references(source: &str, dialect: Dialect) -> Result<Vec<Reference>, TemplateError> {
    if dialect == Dialect::Jinja {
        return Template::parse(source, dialect).map(|_| Vec::new());
    }
    if !source.contains("{{") {
        return Ok(Vec::new());
    }
    let tree = syntax::parse(source.into(), FunctionSet::of(dialect))?;
    let mut reader = Reader {
        source: &tree.source,
        found: Vec::new(),
    };
    for (name, nodes) in &tree.templates {
        let outer = name.as_ref() == "config";
        let scope = Scope {
            dot: outer,
            root: outer,
            required: outer,
        };
        reader.nodes(nodes, scope);
    }
    let mut found = reader.found;
    found.sort_by_key(|(at, _, _)| *at);
    let placed = found.into_iter().map(|(at, target, required)| {
        let (line, column) = position(source, at);
        Reference {
            target,
            required,
            line,
            column,
        }
    });
    Ok(placed.collect())
}

/// What is known where a node stands.
#[derive(Clone, Copy)]
struct Scope {
    /// `.` is the parameters.
    dot: bool,
    /// `$` is the parameters.
    root: bool,
    /// No branch is around it.
    required: bool,
}

struct Reader<'t> {
    source: &'t str,
    found: Vec<(usize, Target, bool)>,
}

impl Reader<'_> {
    fn nodes(&mut self, nodes: &[Node], scope: Scope) {
        for node in nodes {
            match node {
                Node::Text(_) | Node::Break | Node::Continue => {}
                Node::Action(pipe) => self.pipe(pipe, scope),
                Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                    self.pipe(&branch.pipe, scope);
                    let keeps = matches!(node, Node::If(_));
                    let otherwise = Scope {
                        required: false,
                        ..scope
                    };
                    let body = Scope {
                        dot: scope.dot && keeps,
                        ..otherwise
                    };
                    self.nodes(&branch.body, body);
                    self.nodes(branch.otherwise.as_deref().unwrap_or_default(), otherwise);
                }
                Node::Template { pipe, .. } => {
                    if let Some(pipe) = pipe {
                        self.pipe(pipe, scope);
                    }
                }
            }
        }
    }

    fn pipe(&mut self, pipe: &Pipe, scope: Scope) {
        for command in &pipe.commands {
            let mut args = command.args.as_slice();
            if let ArgKind::Function(function) = command.first.kind {
                let called = Target::Function(function.name);
                self.found.push((command.first.at, called, scope.required));
                if function.name == "index"
                    && let Some((first, keys)) = args.split_first()
                    && let Some(mut path) = self.path(first, scope)
                {
                    path.extend(keys.iter().map_while(text));
                    self.found.push((start(first), Target::Field(path), false));
                    args = keys;
                }
            } else {
                self.arg(&command.first, scope);
            }
            for arg in args {
                self.arg(arg, scope);
            }
        }
    }

    fn arg(&mut self, arg: &Arg, scope: Scope) {
        if let Some(path) = self.path(arg, scope) {
            self.found
                .push((start(arg), Target::Field(path), scope.required));
            return;
        }
        match &arg.kind {
            ArgKind::Function(function) => {
                let called = Target::Function(function.name);
                self.found.push((arg.at, called, scope.required));
            }
            ArgKind::Pipe(pipe) => self.pipe(pipe, scope),
            ArgKind::Chain(inner, _) => self.arg(inner, scope),
            _ => {}
        }
    }

    /// The names from the root, if the argument is a field of the parameters.
    fn path(&self, arg: &Arg, scope: Scope) -> Option<Vec<String>> {
        match &arg.kind {
            ArgKind::Dot if scope.dot => Some(Vec::new()),
            ArgKind::Field(names) if scope.dot => Some(self.names(*names)),
            ArgKind::Variable(name, names) if scope.root && name.of(self.source) == "$" => {
                Some(self.names(*names))
            }
            _ => None,
        }
    }

    fn names(&self, names: Span) -> Vec<String> {
        let names = names.of(self.source).split('.').skip(1);
        names.map(str::to_owned).collect()
    }
}

/// Where a field begins: with its first dot, or with `$`.
fn start(arg: &Arg) -> usize {
    match &arg.kind {
        ArgKind::Field(names) => names.start(),
        ArgKind::Variable(name, _) => name.start(),
        _ => arg.at,
    }
}

fn text(arg: &Arg) -> Option<String> {
    match &arg.kind {
        ArgKind::String(Value::Str(text), _) => Some(text.text().into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let found = references(source, Dialect::GoArguments).unwrap();
        let words = found.into_iter().map(|reference| match reference.target {
            Target::Field(path) => format!(".{}", path.join(".")),
            Target::Function(name) => name.to_owned(),
        });
        words.collect()
    }

    #[test]
    fn fields_are_found_however_they_are_written() {
        assert_eq!(
            found(
                r#"{{ .A.B }} {{ index .C "d" "e" | upper }} {{ $.F }} {{ if (not .G) }}{{ .H }}{{ end }}"#
            ),
            [".A.B", "index", ".C.d.e", "upper", ".F", "not", ".G", ".H"]
        );
        assert_eq!(found("{{ toJson . }}"), ["toJson", "."]);
        assert_eq!(found("no template"), Vec::<String>::new());
    }

    #[test]
    fn what_lies_behind_another_dot_is_left_out() {
        assert_eq!(
            found("{{ range .A }}{{ .B }}{{ $.C }}{{ end }}"),
            [".A", ".C"]
        );
        assert_eq!(
            found("{{ with .A }}{{ . }}{{ else }}{{ .D }}{{ end }}"),
            [".A", ".D"]
        );
    }

    #[test]
    fn what_a_rendering_can_do_without_is_told() {
        let source = r#"{{ .A }}{{ index .B "c" }}{{ if .D }}{{ .E }}{{ end }}"#;
        let found = references(source, Dialect::GoArguments).unwrap();
        let fields = found
            .iter()
            .filter(|one| matches!(one.target, Target::Field(_)));
        let required: Vec<_> = fields.map(|reference| reference.required).collect();
        assert_eq!(required, [true, false, true, false]);
    }

    #[test]
    fn places_are_those_in_the_template() {
        for source in ["a\n  {{ .B.C.D }}", "a\n  {{ $.B.C }}"] {
            let found = references(source, Dialect::GoArguments).unwrap();
            assert_eq!((found[0].line, found[0].column), (2, 6));
        }
        assert!(references("{{ .B", Dialect::GoArguments).is_err());
    }
}
