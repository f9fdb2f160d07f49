//! The evaluator: walks the tree, writes the output.

mod call;
mod control;
mod field;
mod look;
mod method;

use crate::context::{Context, Fail};
use crate::error::{ErrorKind, Failure, TemplateError};
use crate::fmt;
use crate::options::{Dialect, MissingKey, Options};
use crate::syntax::{Arg, ArgKind, Command, Node, Pipe, Tree};
use crate::text::Out;
use crate::value::Value;
use look::look;
use std::sync::Arc;

/// What an error is about: the node looked at last, as in Go.
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Arg(&'t Arg),
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Break,
    Continue,
}

type Step<T> = Result<T, Box<Failure>>;

/// Room for this many variables is made at first.
const VARIABLES: usize = 8;

/// A rendering in progress.
pub(super) struct Exec<'t> {
    tree: &'t Tree,
    context: Context,
    missing: MissingKey,
    /// Something in the data is secret, so that results have to be looked at.
    secrets: bool,
    variables: Vec<(&'t str, Value)>,
    /// Arguments of the calls in progress, the innermost call's last.
    stack: Vec<Value>,
    out: Out,
    at: At<'t>,
    template: &'t str,
    depth: u32,
    /// The dot is an item of a list or map of anything: an interface to Go, and its messages say so.
    boxed: bool,
}

/// Renders the template `config` of `tree` with `root` as its dot.
pub(crate) fn render(
    tree: &Tree,
    root: Value,
    secrets: bool,
    dialect: Dialect,
    options: &Options,
) -> Result<Out, TemplateError> {
    let nothing = Node::Break;
    let mut variables = Vec::with_capacity(VARIABLES);
    variables.push(("$", root.clone()));
    let mut exec = Exec {
        tree,
        context: Context::new(options),
        missing: dialect.missing_key(),
        secrets,
        variables,
        stack: Vec::new(),
        out: Out::new(options.limits.output).reserve(tree.source.len()),
        at: At::Node(&nothing),
        template: "config",
        depth: 0,
        boxed: false,
    };
    let Some(nodes) = tree.templates.get("config") else {
        return Ok(exec.out);
    };
    match exec.walk(&root, nodes) {
        Ok(_) => Ok(exec.out),
        Err(failure) => Err(TemplateError::execute(&tree.source, *failure)),
    }
}

impl<'t> Exec<'t> {
    pub(super) fn fail<T>(&self, kind: ErrorKind, message: impl Into<String>) -> Step<T> {
        let source = &self.tree.source;
        let mut context = String::new();
        let at = match self.at {
            At::Node(node) => {
                context = node.show(source);
                match node {
                    Node::Text(span) => span.start(),
                    Node::Action(pipe) => pipe.at,
                    Node::If(branch) | Node::With(branch) | Node::Range(branch) => branch.at,
                    Node::Template { at, .. } => *at,
                    Node::Break | Node::Continue => 0,
                }
            }
            At::Pipe(pipe) => {
                pipe.write(&mut context, source);
                pipe.at
            }
            At::Command(command) => {
                command.write(&mut context, source);
                command.at
            }
            At::Arg(arg) => {
                arg.write(&mut context, source);
                arg.at
            }
        };
        let (template, message) = (self.template.to_string(), message.into());
        Err(Box::new(Failure {
            kind,
            at,
            template,
            context,
            message,
            missing_key: None,
        }))
    }

    pub(super) fn lift<T>(&self, result: Result<T, Fail>) -> Step<T> {
        match result {
            Ok(value) => Ok(value),
            Err(Fail::Message(message)) => self.fail(ErrorKind::Other, message),
            Err(Fail::Limit(limit)) => self.limit(&limit),
        }
    }

    pub(super) fn limit<T>(&self, limit: &str) -> Step<T> {
        self.fail(
            ErrorKind::Limit,
            format!("the template needs {limit}; simplify it or raise the limit"),
        )
    }

    /// Goes one level deeper for the time of `inner`.
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        let deepest = self.context.options.limits.depth;
        if self.depth >= deepest {
            return self.limit(&format!("a nesting deeper than {deepest}"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub(super) fn walk(&mut self, dot: &Value, nodes: &'t [Node]) -> Step<Flow> {
        for node in nodes {
            let step = self.context.step();
            self.lift(step)?;
            self.at = At::Node(node);
            match node {
                Node::Text(span) => {
                    self.out.text(span.of(&self.tree.source));
                    self.check_output()?;
                }
                Node::Action(pipe) => {
                    let source: &'t str = &self.tree.source;
                    let operand = pipe.operand();
                    match operand.and_then(|it| look(source, &self.variables, dot, it)) {
                        Some(value) if !value.is_nil() => fmt::print_action(&mut self.out, value),
                        _ => self.action(dot, node, pipe)?,
                    }
                    self.check_output()?;
                }
                Node::If(branch) => {
                    let flow = self.deeper(|exec| exec.choose(dot, branch, false))?;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                Node::With(branch) => {
                    let flow = self.deeper(|exec| exec.choose(dot, branch, true))?;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                Node::Range(branch) => {
                    let flow = self.deeper(|exec| exec.range(dot, branch))?;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                Node::Template { name, pipe, .. } => self.template(dot, name, pipe.as_ref())?,
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::On)
    }

    fn action(&mut self, dot: &Value, node: &'t Node, pipe: &'t Pipe) -> Step<()> {
        let value = self.pipeline(dot, pipe)?;
        if pipe.decls.is_empty() {
            self.at = At::Node(node);
            fmt::print_action(&mut self.out, &value);
        }
        Ok(())
    }

    fn check_output(&self) -> Step<()> {
        if self.out.overflowed() {
            return self.limit(&format!(
                "more than {} bytes of output",
                self.context.options.limits.output
            ));
        }
        Ok(())
    }

    pub(super) fn pipeline(&mut self, dot: &Value, pipe: &'t Pipe) -> Step<Value> {
        self.at = At::Pipe(pipe);
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(dot, command, value)?.settled());
        }
        let value = value.unwrap_or(Value::Missing);
        let source: &'t str = &self.tree.source;
        for name in &pipe.decls {
            let name = name.of(source);
            if pipe.assign {
                self.assign(name, value.clone())?;
            } else {
                self.variables.push((name, value.clone()));
            }
        }
        Ok(value)
    }

    pub(super) fn assign(&mut self, name: &str, value: Value) -> Step<()> {
        match self
            .variables
            .iter_mut()
            .rev()
            .find(|(known, _)| *known == name)
        {
            Some((_, slot)) => {
                *slot = value;
                Ok(())
            }
            None => self.fail(ErrorKind::Other, format!("undefined variable: {name}")),
        }
    }

    pub(super) fn variable(&self, name: &str) -> Step<Value> {
        match self
            .variables
            .iter()
            .rev()
            .find(|(known, _)| *known == name)
        {
            Some((_, value)) => Ok(value.clone()),
            None => self.fail(ErrorKind::Other, format!("undefined variable: {name}")),
        }
    }

    fn command(&mut self, dot: &Value, command: &'t Command, last: Option<Value>) -> Step<Value> {
        let first = &command.first;
        let args = &command.args[..];
        if args.is_empty() && last.is_none() {
            let seen = look(&self.tree.source, &self.variables, dot, &first.kind);
            if let Some(value) = seen {
                let value = value.clone();
                self.at = At::Arg(first);
                return Ok(value);
            }
        }
        match &first.kind {
            ArgKind::Field(names) => {
                self.at = At::Arg(first);
                self.chain(dot, dot, *names, args, last, first)
            }
            ArgKind::Chain(inner, names) => {
                self.at = At::Arg(first);
                if matches!(inner.kind, ArgKind::Nil) {
                    let text = first.show(&self.tree.source);
                    return self.fail(
                        ErrorKind::Other,
                        format!("indirection through explicit nil in {text}"),
                    );
                }
                let receiver = self.operand(dot, inner)?;
                self.chain(dot, &receiver, *names, args, last, first)
            }
            ArgKind::Function(function) => {
                self.at = At::Arg(first);
                self.call(dot, function, At::Command(command), args, last)
            }
            ArgKind::Pipe(pipe) => {
                self.no_arguments(first, args, &last)?;
                self.deeper(|exec| exec.pipeline(dot, pipe))
            }
            ArgKind::Variable(name, names) => {
                self.at = At::Arg(first);
                let value = self.variable(name.of(&self.tree.source))?;
                if names.is_empty() {
                    self.no_arguments(first, args, &last)?;
                    return Ok(value);
                }
                self.chain(dot, &value, *names, args, last, first)
            }
            ArgKind::Nil => {
                self.at = At::Arg(first);
                self.no_arguments(first, args, &last)?;
                self.fail(ErrorKind::Other, "nil is not a command")
            }
            ArgKind::Dot | ArgKind::Bool(_) | ArgKind::Number(_) | ArgKind::String(..) => {
                self.at = At::Arg(first);
                self.no_arguments(first, args, &last)?;
                self.operand(dot, first)
            }
        }
    }

    fn no_arguments(&self, first: &Arg, args: &[Arg], last: &Option<Value>) -> Step<()> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        let mut text = String::new();
        match &first.kind {
            ArgKind::Pipe(pipe) => pipe.write(&mut text, &self.tree.source),
            _ => first.write(&mut text, &self.tree.source),
        }
        self.fail(
            ErrorKind::Other,
            format!("can't give argument to non-function {text}"),
        )
    }

    /// An operand whose type does not matter.
    pub(super) fn operand(&mut self, dot: &Value, arg: &'t Arg) -> Step<Value> {
        self.at = At::Arg(arg);
        if let Some(value) = look(&self.tree.source, &self.variables, dot, &arg.kind) {
            return Ok(value.clone());
        }
        match &arg.kind {
            ArgKind::Dot => Ok(dot.clone()),
            ArgKind::Nil => Ok(Value::Missing),
            ArgKind::Bool(value) => Ok(Value::Bool(*value)),
            ArgKind::Number(number) => match &number.ideal {
                Some(value) => Ok(value.clone()),
                None => self.fail(
                    ErrorKind::Other,
                    format!("{} overflows int", number.text.of(&self.tree.source)),
                ),
            },
            ArgKind::String(value, _) => Ok(value.clone()),
            ArgKind::Field(names) => self.chain(dot, dot, *names, &[], None, arg),
            ArgKind::Variable(name, names) => {
                let value = self.variable(name.of(&self.tree.source))?;
                if names.is_empty() {
                    Ok(value)
                } else {
                    self.chain(dot, &value, *names, &[], None, arg)
                }
            }
            ArgKind::Function(function) => self.call(dot, function, At::Arg(arg), &[], None),
            ArgKind::Pipe(pipe) => self.deeper(|exec| exec.pipeline(dot, pipe)),
            ArgKind::Chain(inner, names) => {
                // As in Go, an error of the chain points at what was looked at last inside the parentheses.
                let receiver = self.operand(dot, inner)?;
                self.chain(dot, &receiver, *names, &[], None, arg)
            }
        }
    }

    fn template(&mut self, dot: &Value, name: &Arc<str>, pipe: Option<&'t Pipe>) -> Step<()> {
        let tree = self.tree;
        let Some((name, body)) = tree.templates.get_key_value(name.as_ref()) else {
            return self.fail(
                ErrorKind::UndefinedTemplate,
                format!("template {} not defined", fmt::quote(name.as_bytes())),
            );
        };
        let dot = match pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::Missing,
        };
        self.deeper(|exec| {
            let variables = std::mem::replace(&mut exec.variables, vec![("$", dot.clone())]);
            let outer = std::mem::replace(&mut exec.template, name);
            let boxed = std::mem::take(&mut exec.boxed);
            exec.walk(&dot, body)?;
            exec.boxed = boxed;
            exec.template = outer;
            exec.variables = variables;
            Ok(())
        })
    }
}
