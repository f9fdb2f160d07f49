//! Fields of structs, keys of maps, chains of both.

use super::{Exec, Step};
use crate::error::{ErrorKind, Failure};
use crate::options::MissingKey;
use crate::syntax::{Arg, Span};
use crate::value::{Type, Value};

impl<'t> Exec<'t> {
    /// `.a.b.c`, the last perhaps a method with arguments.
    pub(super) fn chain(
        &mut self,
        dot: &Value,
        receiver: &Value,
        names: Span,
        args: &'t [Arg],
        last: Option<Value>,
        node: &'t Arg,
    ) -> Step<Value> {
        let chain: &'t str = names.of(&self.tree.source);
        let Some((path, name)) = chain.rsplit_once('.') else {
            return Ok(receiver.clone());
        };
        let mut value = receiver.clone();
        // What a map of anything holds is an interface to Go, and its message says so.
        let mut boxed = self.boxed && std::ptr::eq(receiver, dot);
        for name in path.split('.').skip(1) {
            let inner = self
                .field(&value, name)
                .map_err(|failure| unboxed(failure, name, boxed))?;
            boxed = matches!(value.target(), Value::Map(map) if map.item_type().is_any());
            value = inner;
        }
        if args.is_empty() && last.is_none() {
            return self
                .field(&value, name)
                .map_err(|failure| unboxed(failure, name, boxed));
        }
        self.method_call(dot, &value, name, args, last, node)
            .map_err(|failure| unboxed(failure, name, boxed))
    }

    pub(super) fn field(&mut self, receiver: &Value, name: &str) -> Step<Value> {
        match receiver {
            Value::Missing if self.missing == MissingKey::Error => {
                // Not a missing key to the controller, which goes by Go's words for that.
                let message = format!("nil data; no entry for key {name:?}");
                self.fail(ErrorKind::MissingKey, message)
            }
            Value::Missing => Ok(Value::Missing),
            Value::Nil => self.fail(
                ErrorKind::NilPointer,
                format!("nil pointer evaluating interface {{}}.{name}"),
            ),
            Value::Map(map) => match map.get(name.as_bytes()) {
                Some(value) => Ok(value),
                None => match self.missing {
                    MissingKey::Error => {
                        self.no_key(name, format!("map has no entry for key {name:?}"))
                    }
                    MissingKey::Zero => Ok(map.item_type().zero()),
                    MissingKey::Invalid => Ok(Value::Missing),
                },
            },
            Value::Record(record) => match record.get(name) {
                Some(value) => Ok(value.clone()),
                None => self.no_field(receiver, name),
            },
            Value::Ptr(target) => match self.method(receiver, name, &[])? {
                Some(value) => Ok(value),
                None => match target.as_ref() {
                    Value::Record(record) => match record.get(name) {
                        Some(value) => Ok(value.clone()),
                        None => self.no_field(receiver, name),
                    },
                    Value::Map(_) | Value::Time(_) => self.field(target, name),
                    _ => self.no_field(receiver, name),
                },
            },
            Value::NilPtr(kind) => {
                let known = match kind {
                    Type::Record(kind) => kind.find(name).is_some(),
                    _ => true,
                };
                if known {
                    let message = format!("nil pointer evaluating {}.{name}", receiver.type_name());
                    return self.fail(ErrorKind::NilPointer, message);
                }
                self.no_field(receiver, name)
            }
            other => match self.method(other, name, &[])? {
                Some(value) => Ok(value),
                None => self.no_field(other, name),
            },
        }
    }

    fn no_key(&self, name: &str, message: String) -> Step<Value> {
        self.fail(ErrorKind::MissingKey, message)
            .map_err(|mut failure| {
                failure.missing_key = Some(name.to_string());
                failure
            })
    }

    pub(super) fn no_field<T>(&self, receiver: &Value, name: &str) -> Step<T> {
        let kind = receiver.static_name();
        self.fail(
            ErrorKind::NoField,
            format!("can't evaluate field {name} in type {kind}"),
        )
    }
}

fn unboxed(mut failure: Box<Failure>, name: &str, boxed: bool) -> Box<Failure> {
    if boxed && failure.kind == ErrorKind::NoField {
        failure.message = format!("can't evaluate field {name} in type interface {{}}");
    }
    failure
}
