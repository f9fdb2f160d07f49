//! Pipelines, commands and operands.

use super::ast::{Arg, ArgKind, Command, Pipe, Span};
use super::literal::number;
use super::parser::{Parsed, Parser};
use super::token::{Kind, Token};
use crate::error::ErrorKind;
use crate::text::Str;
use crate::value::Value;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipe> {
        let at = self.peek_solid().at;
        let mut pipe = Pipe {
            at,
            decls: Vec::new(),
            assign: false,
            commands: Vec::with_capacity(1),
        };
        self.declarations(&mut pipe, context)?;
        loop {
            let token = self.next_solid();
            if token.kind == end {
                break;
            }
            match token.kind {
                Kind::Bool
                | Kind::Char
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.back(token);
                    pipe.commands.push(self.command()?);
                }
                _ => return self.unexpected(token, context),
            }
        }
        if pipe.commands.is_empty() {
            return self.error(format!("missing value for {context}"));
        }
        for (i, command) in pipe.commands.iter().enumerate().skip(1) {
            use ArgKind::{Bool, Dot, Nil, Number, String};
            if matches!(
                command.first.kind,
                Bool(_) | Dot | Nil | Number(_) | String(..)
            ) {
                return self.error(format!(
                    "non executable command in pipeline stage {}",
                    i + 1
                ));
            }
        }
        Ok(pipe)
    }

    /// `$x :=`, `$x =` and, for `range`, `$i, $x :=`.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<()> {
        loop {
            let variable = self.peek_solid();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            self.next();
            let after = self.next();
            let next = if after.kind == Kind::Space {
                self.next_solid()
            } else {
                after
            };
            let name = span(variable);
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assign = next.kind == Kind::Assign;
                    pipe.decls.push(name);
                    self.scope.variables.push(variable.text);
                    return Ok(());
                }
                Kind::Other if next.text == "," => {
                    pipe.decls.push(name);
                    self.scope.variables.push(variable.text);
                    if context != "range" || pipe.decls.len() >= 2 {
                        return self.error(format!("too many declarations in {context}"));
                    }
                    if !matches!(
                        self.peek_solid().kind,
                        Kind::Variable | Kind::RightDelim | Kind::RightParen
                    ) {
                        return self.error("range can only initialize variables");
                    }
                }
                _ => {
                    self.back(next);
                    if after.kind == Kind::Space {
                        self.back(after);
                    }
                    self.back(variable);
                    return Ok(());
                }
            }
        }
    }

    fn command(&mut self) -> Parsed<Command> {
        let at = self.peek_solid().at;
        let mut first = None;
        let mut args = Vec::new();
        loop {
            self.peek_solid();
            if let Some(operand) = self.operand()? {
                match first {
                    None => first = Some(operand),
                    Some(_) => args.push(operand),
                }
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.back(token);
                    break;
                }
                Kind::Pipe => break,
                _ => return self.unexpected(token, "operand"),
            }
        }
        match first {
            Some(first) => Ok(Command { at, first, args }),
            None => self.error("empty command"),
        }
    }

    fn operand(&mut self) -> Parsed<Option<Arg>> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        let field = self.peek();
        if field.kind != Kind::Field {
            return Ok(Some(term));
        }
        let mut end = field.at;
        while self.peek().kind == Kind::Field {
            let token = self.next();
            end = token.at + token.text.len();
        }
        let names = Span::new(field.at, end);
        let kind = match term.kind {
            ArgKind::Field(first) => ArgKind::Field(Span::new(first.start(), end)),
            ArgKind::Variable(name, _) => ArgKind::Variable(name, names),
            ArgKind::Bool(_)
            | ArgKind::String(..)
            | ArgKind::Number(_)
            | ArgKind::Nil
            | ArgKind::Dot => {
                return self.error(format!(
                    "unexpected . after term {:?}",
                    term.show(self.source)
                ));
            }
            ArgKind::Pipe(_) | ArgKind::Function(_) | ArgKind::Chain(..) => {
                ArgKind::Chain(Box::new(term), names)
            }
        };
        Ok(Some(Arg { at: field.at, kind }))
    }

    fn term(&mut self) -> Parsed<Option<Arg>> {
        let token = self.next_solid();
        let kind = match token.kind {
            Kind::Identifier => match self.functions.get(token.text) {
                Some(function) => {
                    self.mutates |= function.mutates();
                    ArgKind::Function(function)
                }
                None => {
                    let message = format!("function {:?} not defined", token.text);
                    return self.error_of(ErrorKind::UndefinedFunction, token.at, message);
                }
            },
            Kind::Dot => ArgKind::Dot,
            Kind::Nil => ArgKind::Nil,
            Kind::Variable if self.scope.variables.contains(&token.text) => {
                ArgKind::Variable(span(token), Span::new(token.at, token.at))
            }
            Kind::Variable => {
                let message = format!("undefined variable {:?}", token.text);
                return self.error_of(ErrorKind::UndefinedVariable, token.at, message);
            }
            Kind::Field => ArgKind::Field(span(token)),
            Kind::Bool => ArgKind::Bool(token.text == "true"),
            Kind::Char | Kind::Complex | Kind::Number => match number(token) {
                Ok(number) => ArgKind::Number(Box::new(number)),
                Err(message) => return self.error(message),
            },
            Kind::LeftParen => {
                let pipe = self
                    .nested(|parser| parser.pipeline("parenthesized pipeline", Kind::RightParen))?;
                return Ok(Some(Arg {
                    at: pipe.at,
                    kind: ArgKind::Pipe(Box::new(pipe)),
                }));
            }
            Kind::String | Kind::RawString => match super::unquote(token.text) {
                Ok(bytes) => ArgKind::String(Value::Str(Str::new(&*bytes)), span(token)),
                Err(message) => return self.error(message),
            },
            _ => {
                self.back(token);
                return Ok(None);
            }
        };
        Ok(Some(Arg { at: token.at, kind }))
    }
}

/// Where a token stands.
pub(super) fn span(token: Token<'_>) -> Span {
    Span::new(token.at, token.at + token.text.len())
}
