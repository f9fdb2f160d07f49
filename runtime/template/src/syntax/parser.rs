//! The parser: tokens with look-ahead, the set of templates, errors.

use super::ast::{Node, Tree};
use super::lexer::Lexer;
use super::token::{Keyword, Kind, Problem, Token};
use crate::error::{ErrorKind, TemplateError, position};
use crate::fmt::{is_print, quote};
use crate::functions::FunctionSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Nesting of blocks and parentheses; a bound for the parser's and the evaluator's stack.
const DEEPEST: u32 = 200;

/// Parses a template whose outermost part is called `config`.
pub(crate) fn parse(source: Arc<str>, functions: FunctionSet) -> Result<Tree, TemplateError> {
    let mut parser = Parser {
        source: &source,
        lexer: Lexer::new(&source),
        pending: Vec::new(),
        last: 0,
        furthest: 0,
        action: None,
        functions,
        scope: Scope::new(),
        templates: BTreeMap::new(),
        depth: 0,
        mutates: false,
    };
    parser.root().map_err(|error| *error)?;
    let Parser {
        templates, mutates, ..
    } = parser;
    Ok(Tree {
        source,
        templates,
        mutates,
    })
}

/// The error is boxed, so that results stay small.
pub(super) type Parsed<T> = Result<T, Box<TemplateError>>;

/// What a template definition may refer to; each has its own.
pub(super) struct Scope<'s> {
    pub(super) variables: Vec<&'s str>,
    pub(super) ranges: u32,
}

impl Scope<'_> {
    pub(super) fn new() -> Self {
        Scope {
            variables: vec!["$"],
            ranges: 0,
        }
    }
}

pub(super) struct Parser<'s> {
    pub(super) source: &'s str,
    lexer: Lexer<'s>,
    /// Tokens read ahead, the next one last.
    pending: Vec<Token<'s>>,
    /// Where the last token read stands.
    last: usize,
    /// Where the token stands that the lexer read last, perhaps ahead: Go's messages name its line.
    furthest: usize,
    /// Where the action began that is being read.
    pub(super) action: Option<usize>,
    pub(super) functions: FunctionSet,
    pub(super) scope: Scope<'s>,
    templates: BTreeMap<Arc<str>, Vec<Node>>,
    depth: u32,
    pub(super) mutates: bool,
}

impl<'s> Parser<'s> {
    pub(super) fn next(&mut self) -> Token<'s> {
        let token = match self.pending.pop() {
            Some(token) => token,
            None => self.lex(),
        };
        self.last = token.at;
        token
    }

    fn lex(&mut self) -> Token<'s> {
        let token = self.lexer.next();
        self.furthest = token.at;
        token
    }

    pub(super) fn back(&mut self, token: Token<'s>) {
        self.pending.push(token);
    }

    pub(super) fn peek(&mut self) -> Token<'s> {
        let token = match self.pending.last() {
            Some(token) => *token,
            None => {
                let token = self.lex();
                self.pending.push(token);
                token
            }
        };
        self.last = token.at;
        token
    }

    pub(super) fn next_solid(&mut self) -> Token<'s> {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    pub(super) fn peek_solid(&mut self) -> Token<'s> {
        let token = self.next_solid();
        self.back(token);
        token
    }

    pub(super) fn error<T>(&self, message: impl AsRef<str>) -> Parsed<T> {
        self.error_of(ErrorKind::Syntax, self.last, message)
    }

    pub(super) fn error_of<T>(
        &self,
        kind: ErrorKind,
        at: usize,
        message: impl AsRef<str>,
    ) -> Parsed<T> {
        let (named, message) = (self.furthest, message.as_ref());
        Err(Box::new(TemplateError::read(
            kind,
            self.source,
            at,
            named,
            message,
        )))
    }

    pub(super) fn unexpected<T>(&self, token: Token<'s>, context: &str) -> Parsed<T> {
        let Kind::Error(problem) = token.kind else {
            return self.error_of(
                ErrorKind::Syntax,
                token.at,
                format!("unexpected {} in {context}", show(token)),
            );
        };
        let c = token.text.chars().next();
        let code = |c: Option<char>| match c {
            None => "EOF".into(),
            Some(c) if is_print(c) => format!("U+{:04X} '{c}'", u32::from(c)),
            Some(c) => format!("U+{:04X}", u32::from(c)),
        };
        let mut text = match problem {
            Problem::BadCharacter => format!("{} {}", problem.words(), code(c)),
            Problem::Unrecognized => format!("{}: {}", problem.words(), code(c)),
            Problem::Number => format!("{}: {}", problem.words(), quote(token.text.as_bytes())),
            other => other.words().to_string(),
        };
        if let Some(action) = self.action {
            let (started, here) = (
                position(self.source, action).0,
                position(self.source, token.at).0,
            );
            if started != here {
                let action = if text.ends_with(" action") {
                    ""
                } else {
                    " in action"
                };
                text = format!("{text}{action} started at config:{started}");
            }
        }
        self.error_of(ErrorKind::Syntax, token.at, text)
    }

    pub(super) fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Token<'s>> {
        let token = self.next_solid();
        if token.kind == kind {
            Ok(token)
        } else {
            self.unexpected(token, context)
        }
    }

    /// Goes one level deeper for the time of `inner`.
    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return self.error(format!("nested deeper than {DEEPEST} levels"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn root(&mut self) -> Parsed<()> {
        let mut nodes = Vec::new();
        loop {
            let token = self.peek();
            if token.kind == Kind::Eof {
                return self.add("config".into(), nodes);
            }
            if token.kind == Kind::LeftDelim {
                let delimiter = self.next();
                let word = self.next_solid();
                if word.kind == Kind::Keyword(Keyword::Define) {
                    self.definition()?;
                    continue;
                }
                self.back(word);
                self.back(delimiter);
            }
            match self.text_or_action()? {
                super::control::Item::Node(node) => nodes.push(node),
                other => return self.error(format!("unexpected {}", other.word())),
            }
        }
    }

    fn definition(&mut self) -> Parsed<()> {
        let context = "define clause";
        let token = self.next_solid();
        let name = self.template_name(token, context)?;
        self.expect(Kind::RightDelim, context)?;
        self.body_of(name, context)
    }

    /// Reads the body of a `define` or `block` as a template of its own.
    pub(super) fn body_of(&mut self, name: Arc<str>, context: &str) -> Parsed<()> {
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let action = self.action.take();
        let (nodes, end) = self.nested(Self::item_list)?;
        if !matches!(end, super::control::Item::End) {
            return self.error(format!("unexpected {} in {context}", end.word()));
        }
        self.action = action;
        self.scope = outer;
        self.add(name, nodes)
    }

    /// Adds a template; an empty one gives way to another of its name.
    fn add(&mut self, name: Arc<str>, nodes: Vec<Node>) -> Parsed<()> {
        let source = self.source;
        let empty = |nodes: &[Node]| {
            nodes.iter().all(|node| match node {
                Node::Text(span) => span.of(source).trim().is_empty(),
                _ => false,
            })
        };
        match self.templates.get(&name) {
            Some(old) if !empty(old) => {
                if !empty(&nodes) {
                    return self.error(format!(
                        "template: multiple definition of template {name:?}"
                    ));
                }
            }
            _ => {
                self.templates.insert(name, nodes);
            }
        }
        Ok(())
    }

    pub(super) fn template_name(&mut self, token: Token<'s>, context: &str) -> Parsed<Arc<str>> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return self.unexpected(token, context);
        }
        match super::unquote(token.text) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into()),
            Err(message) => self.error(message),
        }
    }
}

/// A token as Go's messages show it.
fn show(token: Token<'_>) -> String {
    match token.kind {
        Kind::Eof => "EOF".into(),
        Kind::Keyword(_) | Kind::Dot | Kind::Nil => format!("<{}>", token.text),
        _ if token.text.len() > 10 => {
            let start: String = token.text.chars().take(10).collect();
            format!("{}...", quote(start.as_bytes()))
        }
        _ => quote(token.text.as_bytes()),
    }
}
