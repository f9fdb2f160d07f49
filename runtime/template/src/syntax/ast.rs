//! The tree of a parsed template.

use crate::functions::Function;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A part of the source. Names are not copied out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Sources are shorter than 4 GiB: the parser refuses longer ones.
    pub(crate) fn new(start: usize, end: usize) -> Span {
        let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            start: fit(start),
            end: fit(end),
        }
    }

    pub(crate) fn of(self, source: &str) -> &str {
        source
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A template with the templates that it defines, by name; the outer one is called `config`.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) source: Arc<str>,
    pub(crate) templates: BTreeMap<Arc<str>, Vec<Node>>,
    /// It calls a function that changes maps.
    pub(crate) mutates: bool,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text(Span),
    Action(Pipe),
    If(Box<Branch>),
    With(Box<Branch>),
    Range(Box<Branch>),
    Template {
        at: usize,
        name: Arc<str>,
        pipe: Option<Pipe>,
    },
    Break,
    Continue,
}

/// `if`, `with` or `range`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) at: usize,
    pub(crate) pipe: Pipe,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) at: usize,
    /// Variables declared or assigned, with their `$`.
    pub(crate) decls: Vec<Span>,
    pub(crate) assign: bool,
    pub(crate) commands: Vec<Command>,
}

impl Pipe {
    /// What the pipe consists of, if that is one operand and nothing else.
    pub(crate) fn operand(&self) -> Option<&ArgKind> {
        match &*self.commands {
            [Command { first, args, .. }] if args.is_empty() && self.decls.is_empty() => {
                Some(&first.kind)
            }
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) at: usize,
    /// At least one.
    pub(crate) first: Arg,
    pub(crate) args: Vec<Arg>,
}

#[derive(Debug)]
pub(crate) struct Arg {
    pub(crate) at: usize,
    pub(crate) kind: ArgKind,
}

#[derive(Debug)]
pub(crate) enum ArgKind {
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Number>),
    /// The value and how it was written.
    String(Value, Span),
    /// `.a.b`
    Field(Span),
    /// The variable and the fields behind it, if any.
    Variable(Span, Span),
    Function(&'static Function),
    Pipe(Box<Pipe>),
    Chain(Box<Arg>, Span),
}

/// A number literal: every type that it can be read as.
#[derive(Debug, Clone)]
pub(crate) struct Number {
    pub(crate) text: Span,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    /// The value where any type will do; `None` if it overflows `int`.
    pub(crate) ideal: Option<Value>,
}
