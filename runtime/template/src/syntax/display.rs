//! Trees as text: what Go shows between `<` and `>` in an error.

use super::ast::{Arg, ArgKind, Command, Node, Pipe};
use crate::fmt::quote;
use std::fmt::Write;

impl Arg {
    pub(crate) fn write(&self, out: &mut String, source: &str) {
        match &self.kind {
            ArgKind::Dot => out.push('.'),
            ArgKind::Nil => out.push_str("nil"),
            ArgKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            ArgKind::Number(number) => out.push_str(number.text.of(source)),
            ArgKind::String(_, span) | ArgKind::Field(span) => out.push_str(span.of(source)),
            ArgKind::Variable(name, names) => {
                out.push_str(name.of(source));
                out.push_str(names.of(source));
            }
            ArgKind::Function(function) => out.push_str(function.name),
            ArgKind::Pipe(pipe) => {
                out.push('(');
                pipe.write(out, source);
                out.push(')');
            }
            ArgKind::Chain(inner, names) => {
                inner.write(out, source);
                out.push_str(names.of(source));
            }
        }
    }

    pub(crate) fn show(&self, source: &str) -> String {
        let mut out = String::new();
        self.write(&mut out, source);
        out
    }
}

impl Command {
    pub(crate) fn write(&self, out: &mut String, source: &str) {
        self.first.write(out, source);
        for arg in &self.args {
            out.push(' ');
            arg.write(out, source);
        }
    }
}

impl Pipe {
    pub(crate) fn write(&self, out: &mut String, source: &str) {
        if !self.decls.is_empty() {
            let names: Vec<&str> = self.decls.iter().map(|name| name.of(source)).collect();
            out.push_str(&names.join(", "));
            out.push_str(if self.assign { " = " } else { " := " });
        }
        for (i, command) in self.commands.iter().enumerate() {
            if i > 0 {
                out.push_str(" | ");
            }
            command.write(out, source);
        }
    }
}

impl Node {
    /// The node itself without what it encloses.
    pub(crate) fn show(&self, source: &str) -> String {
        let mut out = String::from("{{");
        let (word, pipe) = match self {
            Node::Text(span) => return format!("{:?}", span.of(source)),
            Node::Action(pipe) => ("", Some(pipe)),
            Node::If(branch) => ("if ", Some(&branch.pipe)),
            Node::With(branch) => ("with ", Some(&branch.pipe)),
            Node::Range(branch) => ("range ", Some(&branch.pipe)),
            Node::Template { name, pipe, .. } => {
                // Writing to a String cannot fail.
                let _ = write!(out, "template {}", quote(name.as_bytes()));
                if pipe.is_some() {
                    out.push(' ');
                }
                ("", pipe.as_ref())
            }
            Node::Break => ("break", None),
            Node::Continue => ("continue", None),
        };
        out.push_str(word);
        if let Some(pipe) = pipe {
            pipe.write(&mut out, source);
        }
        out.push_str("}}");
        out
    }
}
