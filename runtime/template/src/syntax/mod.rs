//! The Go template language: text to tokens to tree.

pub(crate) mod ast;
mod command;
mod control;
mod display;
mod lexer;
mod literal;
mod parser;
mod token;

pub(crate) use ast::{Arg, ArgKind, Branch, Command, Node, Number, Pipe, Span, Tree};
pub(crate) use literal::{float as float_literal, unquote};
pub(crate) use parser::parse;
