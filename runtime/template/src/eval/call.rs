//! Function calls: argument count, argument types, the call, the marks of its result.

use super::{At, Exec, Step};
use crate::context::Fail;
use crate::error::ErrorKind;
use crate::functions::{Function, Param, Rule, Special};
use crate::syntax::{Arg, ArgKind, Number};
use crate::value::{Int, IntKind, List, Map, Type, Value};

impl<'t> Exec<'t> {
    pub(super) fn call(
        &mut self,
        dot: &Value,
        function: &'static Function,
        node: At<'t>,
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Step<Value> {
        let step = self.context.step();
        self.lift(step)?;
        if let Special::And | Special::Or = function.special {
            return self.and_or(dot, function, args, last);
        }
        let base = self.arguments(
            dot,
            function.name,
            function.params,
            function.rest,
            args,
            last,
        )?;
        let given = self.stack.get(base..).unwrap_or_default();
        let secret = self.secrets && given.iter().any(Value::is_secret);
        let result = (function.call)(&mut self.context, given);
        self.stack.truncate(base);
        match result {
            Ok(value) if secret && function.rule == Rule::Whole => Ok(value.all_secret()),
            Ok(value) => Ok(value),
            Err(Fail::Message(message)) => {
                self.at = node;
                let message = if secret {
                    "its message may hold a secret and is not shown".into()
                } else {
                    message
                };
                self.fail(
                    ErrorKind::Call,
                    format!("error calling {}: {message}", function.name),
                )
            }
            Err(Fail::Limit(limit)) => {
                self.at = node;
                self.limit(&limit)
            }
        }
    }

    /// `and` and `or` evaluate no more arguments than needed and return the deciding one.
    fn and_or(
        &mut self,
        dot: &Value,
        function: &'static Function,
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Step<Value> {
        if args.is_empty() && last.is_none() {
            let message = format!(
                "wrong number of args for {}: want at least 1 got 0",
                function.name
            );
            return self.fail(ErrorKind::ArgumentCount, message);
        }
        let decides = matches!(function.special, Special::Or);
        let mut value = Value::Missing;
        for arg in args {
            value = self.argument(dot, Param::Raw, arg)?;
            if value.truth() == decides {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// Evaluates and checks the arguments of a call. They lie on the stack from the height returned on.
    pub(super) fn arguments(
        &mut self,
        dot: &Value,
        name: &str,
        params: &[Param],
        rest: Option<Param>,
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Step<usize> {
        let count = args.len() + usize::from(last.is_some());
        let bad = match rest {
            Some(_) if count < params.len() => Some(format!(
                "wrong number of args for {name}: want at least {} got {}",
                params.len(),
                args.len()
            )),
            None if count != params.len() => Some(format!(
                "wrong number of args for {name}: want {} got {count}",
                params.len()
            )),
            _ => None,
        };
        if let Some(message) = bad {
            return self.fail(ErrorKind::ArgumentCount, message);
        }
        let param = |i: usize| params.get(i).copied().or(rest).unwrap_or(Param::Any);
        let base = self.stack.len();
        for (i, arg) in args.iter().enumerate() {
            let value = self.argument(dot, param(i), arg)?;
            self.stack.push(value);
        }
        if let Some(last) = last {
            let value = self.checked(last, param(args.len()))?;
            self.stack.push(value);
        }
        Ok(base)
    }

    fn argument(&mut self, dot: &Value, param: Param, arg: &'t Arg) -> Step<Value> {
        self.at = At::Arg(arg);
        let literal = match &arg.kind {
            ArgKind::Nil => {
                return match param.nil() {
                    Some(value) => Ok(value),
                    None => self.fail(
                        ErrorKind::ArgumentType,
                        format!("cannot assign nil to {}", param.go_name()),
                    ),
                };
            }
            ArgKind::Bool(value) => match param {
                Param::Bool => return Ok(Value::Bool(*value)),
                _ => None,
            },
            ArgKind::Number(number) => number_for(param, number),
            ArgKind::String(value, _) => match param {
                Param::Str => return Ok(value.clone()),
                _ => None,
            },
            ArgKind::Dot
            | ArgKind::Field(_)
            | ArgKind::Variable(..)
            | ArgKind::Function(_)
            | ArgKind::Pipe(_)
            | ArgKind::Chain(..) => {
                let value = self.operand(dot, arg)?;
                return self.checked(value, param);
            }
        };
        if let Some(value) = literal {
            return Ok(value);
        }
        let wanted = match param {
            Param::Any | Param::Raw => return self.operand(dot, arg),
            Param::Bool => "bool",
            Param::Str => "string",
            Param::Int | Param::Duration => "integer",
            Param::Uint32 => "unsigned integer",
            Param::Float => "float",
            Param::Map | Param::List | Param::Time | Param::Version | Param::Certificate => {
                let (text, kind) = (arg.show(&self.tree.source), param.go_name());
                return self.fail(
                    ErrorKind::ArgumentType,
                    format!("can't handle {text} for arg of type {kind}"),
                );
            }
        };
        let text = arg.show(&self.tree.source);
        self.fail(
            ErrorKind::ArgumentType,
            format!("expected {wanted}; found {text}"),
        )
    }

    /// The value as an argument of type `param`, or why it cannot be one.
    fn checked(&self, value: Value, param: Param) -> Step<Value> {
        if param.accepts(&value) {
            return Ok(value);
        }
        match (&value, param) {
            (_, Param::Any) => Ok(value.boxed()),
            (Value::Missing, _) => match param.nil() {
                Some(nil) => Ok(nil),
                None => self.fail(
                    ErrorKind::ArgumentType,
                    format!("invalid value; expected {}", param.go_name()),
                ),
            },
            (Value::Ptr(target), _) if param.accepts(target) => Ok(target.as_ref().clone()),
            (Value::NilPtr(kind), _) if kind.go_name() == param.go_name() => {
                let message = format!("dereference of nil pointer of type {}", param.go_name());
                self.fail(ErrorKind::NilPointer, message)
            }
            _ => {
                let (wanted, got) = (param.go_name(), value.static_name());
                self.fail(
                    ErrorKind::ArgumentType,
                    format!("wrong type for value; expected {wanted}; got {got}"),
                )
            }
        }
    }
}

fn number_for(param: Param, number: &Number) -> Option<Value> {
    match param {
        Param::Int => number.int.map(Value::int),
        Param::Duration => number
            .int
            .map(|value| Value::Int(Int::of(IntKind::Duration, value))),
        Param::Uint32 => number
            .uint
            .map(|value| Value::Int(Int::of(IntKind::Uint32, (value & 0xffff_ffff) as i64))),
        Param::Float => number.float.map(|value| Value::Float(value, false)),
        _ => None,
    }
}

impl Param {
    pub(crate) fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (Param::Raw, _) => true,
            (Param::Any, value) => !matches!(value, Value::Missing),
            (Param::Str, Value::Str(text)) => text.type_name() == crate::text::Named::String,
            (Param::Int, Value::Int(int)) => int.kind == IntKind::Int,
            (Param::Duration, Value::Int(int)) => int.kind == IntKind::Duration,
            (Param::Uint32, Value::Int(int)) => int.kind == IntKind::Uint32,
            (Param::Float, Value::Float(..))
            | (Param::Bool, Value::Bool(_))
            | (Param::Version, Value::Version(_)) => true,
            (Param::Time, Value::Time(time)) => !time.is_kube(),
            (Param::Map, Value::Map(map)) => map.item_type().is_any(),
            (Param::List, Value::List(list)) => list.item_type().is_any(),
            (Param::Certificate, Value::Record(record)) => record.kind().name == self.go_name(),
            _ => false,
        }
    }

    /// What `nil` becomes as an argument of this type.
    fn nil(self) -> Option<Value> {
        match self {
            Param::Any => Some(Value::Nil),
            Param::Raw => Some(Value::Missing),
            Param::Map => Some(Value::Map(Map::nil(&Type::Any))),
            Param::List => Some(Value::List(List::nil(&Type::Any))),
            _ => None,
        }
    }

    pub(crate) fn go_name(self) -> &'static str {
        match self {
            Param::Any => "interface {}",
            Param::Raw => "reflect.Value",
            Param::Str => "string",
            Param::Int => "int",
            Param::Duration => "time.Duration",
            Param::Uint32 => "uint32",
            Param::Float => "float64",
            Param::Bool => "bool",
            Param::Map => "map[string]interface {}",
            Param::List => "[]interface {}",
            Param::Time => "time.Time",
            Param::Version => "*semver.Version",
            Param::Certificate => "sprig.certificate",
        }
    }
}
