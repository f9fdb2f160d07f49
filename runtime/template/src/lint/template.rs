//! Walks the tree of a template and checks the fields that it takes from the root.

use super::FindingKind;
use crate::error::position;
use crate::params::TEMPLATE_PARAMS;
use crate::syntax::{Arg, ArgKind, Command, Node, Pipe, Span, Tree};
use crate::value::{Type, Value};

/// What a template may refer to, by the place where it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope<'b> {
    /// Phases of the action that are there but not done yet: the phase itself and later ones.
    pub(super) not_done: Vec<&'b str>,
    /// All phases of the action.
    pub(super) phases: Vec<&'b str>,
    /// The phase itself: its objects are there, its output is not.
    pub(super) own: Option<&'b str>,
    /// The output of deferPhase is there.
    pub(super) deferred: bool,
    /// It is an object reference, rendered before any phase.
    pub(super) reference: bool,
}

/// A finding with its position in the template.
pub(super) type Local = (FindingKind, usize, usize, String);

/// Checks a parsed template.
pub(super) fn check(tree: &Tree, scope: &Scope<'_>) -> Vec<Local> {
    let mut walker = Walker {
        source: &tree.source,
        scope,
        found: Vec::new(),
    };
    for (name, nodes) in &tree.templates {
        // In a defined template the dot is whatever it is called with.
        walker.nodes(nodes, name.as_ref() == "config", name.as_ref() == "config");
    }
    let mut found = walker.found;
    found.sort_by_key(|(_, line, column, _)| (*line, *column));
    found
}

struct Walker<'t> {
    source: &'t str,
    scope: &'t Scope<'t>,
    found: Vec<Local>,
}

impl Walker<'_> {
    /// `dot` and `root` tell whether `.` and `$` are the parameters here.
    fn nodes(&mut self, nodes: &[Node], dot: bool, root: bool) {
        for node in nodes {
            match node {
                Node::Text(_) | Node::Break | Node::Continue => {}
                Node::Action(pipe) => self.pipe(pipe, dot, root),
                Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                    self.pipe(&branch.pipe, dot, root);
                    let keeps = matches!(node, Node::If(_));
                    self.nodes(&branch.body, dot && keeps, root);
                    self.nodes(branch.otherwise.as_deref().unwrap_or_default(), dot, root);
                }
                Node::Template { pipe, .. } => {
                    if let Some(pipe) = pipe {
                        self.pipe(pipe, dot, root);
                    }
                }
            }
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: bool, root: bool) {
        for Command { first, args, .. } in &pipe.commands {
            if let ArgKind::Function(function) = first.kind
                && function.name == "index"
            {
                self.index(args, dot, root);
            }
            for arg in std::iter::once(first).chain(args) {
                self.arg(arg, dot, root);
            }
        }
    }

    fn arg(&mut self, arg: &Arg, dot: bool, root: bool) {
        match &arg.kind {
            ArgKind::Field(names) if dot => self.chain(*names, &[]),
            ArgKind::Variable(name, names) if root && name.of(self.source) == "$" => {
                self.chain(*names, &[])
            }
            ArgKind::Pipe(pipe) => self.pipe(pipe, dot, root),
            ArgKind::Chain(inner, _) => self.arg(inner, dot, root),
            _ => {}
        }
    }

    /// `index .Phases "name"` is `.Phases.name`.
    fn index(&mut self, args: &[Arg], dot: bool, root: bool) {
        let Some((first, keys)) = args.split_first() else {
            return;
        };
        let names = match &first.kind {
            ArgKind::Field(names) if dot => *names,
            ArgKind::Variable(name, names) if root && name.of(self.source) == "$" => *names,
            _ => return,
        };
        let keys: Vec<String> = keys
            .iter()
            .map_while(|key| match &key.kind {
                ArgKind::String(Value::Str(text), _) => Some(text.text().into_owned()),
                _ => None,
            })
            .collect();
        self.phase(names, &keys.iter().map(String::as_str).collect::<Vec<_>>());
    }

    fn report(&mut self, kind: FindingKind, at: usize, message: String) {
        let (line, column) = position(self.source, at);
        if !self
            .found
            .iter()
            .any(|(k, l, c, _)| (*k, *l, *c) == (kind, line, column))
        {
            self.found.push((kind, line, column, message));
        }
    }

    fn chain(&mut self, names: Span, more: &[&str]) {
        let mut kind = &Type::Record(&TEMPLATE_PARAMS);
        let mut at = names.start();
        for name in names.of(self.source).split('.').skip(1) {
            while let Type::Ptr(target) = kind {
                kind = target;
            }
            kind = match kind {
                Type::Record(record) => match record.find(name) {
                    Some((field, sub)) => {
                        let field = record.fields.get(field).map(|field| &field.kind);
                        let inner = match (field, sub) {
                            (Some(Type::Record(inner)), Some(sub)) => {
                                inner.fields.get(sub).map(|field| &field.kind)
                            }
                            (field, _) => field,
                        };
                        match inner {
                            Some(kind) => kind,
                            None => return,
                        }
                    }
                    None => {
                        let known: Vec<_> = record.fields.iter().map(|field| field.name).collect();
                        let message = format!(
                            "{} has no field {name}; it has {}",
                            record.name,
                            known.join(", ")
                        );
                        return self.report(FindingKind::UnknownField, at, message);
                    }
                },
                Type::Map(item) => item,
                // Times and the like have methods, documents have whatever they have.
                _ => return self.phase(names, more),
            };
            at += name.len() + 1;
        }
        self.phase(names, more);
    }

    /// Checks what is taken from `.Phases`, `.DeferPhase` and `.CurrentPhase`.
    fn phase(&mut self, names: Span, more: &[&str]) {
        let path: Vec<&str> = names
            .of(self.source)
            .split('.')
            .skip(1)
            .chain(more.iter().copied())
            .collect();
        let scope = self.scope;
        let message = match path.as_slice() {
            ["CurrentPhase", ..] => {
                "CurrentPhase is not set while arguments are rendered".to_string()
            }
            ["Phases" | "DeferPhase", ..] if scope.reference => {
                "object references are rendered before any phase: no phase is there yet".to_string()
            }
            ["DeferPhase", "Output", _, ..] if !scope.deferred => {
                "the output of deferPhase is set only after it ran; use it in outputArtifacts"
                    .to_string()
            }
            ["Phases", name, ..] if !scope.phases.contains(name) => {
                format!(
                    "this action has no phase {name}; it has {}",
                    scope.phases.join(", ")
                )
            }
            ["Phases", name, "Output", ..] if scope.not_done.contains(name) => {
                format!(
                    "phase {name} is not done here, so its output is not set; use it in a later phase"
                )
            }
            ["Phases", name, ..] if scope.not_done.contains(name) && scope.own != Some(*name) => {
                format!(
                    "phase {name} comes later, so nothing of it is set; use it in a later phase"
                )
            }
            _ => return,
        };
        self.report(FindingKind::NotYetSet, names.start(), message);
    }
}
