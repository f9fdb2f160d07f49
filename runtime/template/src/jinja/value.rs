//! Values across the border to the engine.

use super::session::Session;
use crate::text::Str;
use crate::value::{List, Map, Type, Value};
use minijinja::Value as Jinja;
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, ValueKind};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// The name under which functions find their session; no template can write it.
pub(super) const SESSION: &str = "\u{0}session";

/// The variables of a template: the fields of the parameters.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) params: Value,
    pub(super) session: Arc<Session>,
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let name = key.as_str()?;
        if name == SESSION {
            return Some(Jinja::from_dyn_object(Arc::new(Holder(Arc::clone(
                &self.session,
            )))));
        }
        child(&self.params, key).map(|value| into_jinja(value, &self.session))
    }
}

/// Carries the session into functions.
#[derive(Debug)]
pub(super) struct Holder(pub(super) Arc<Session>);

impl Object for Holder {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// A value that Jinja has no like of.
pub(super) struct Foreign {
    pub(super) value: Value,
    session: Arc<Session>,
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value.type_name())
    }
}

/// A key of a map, a field of a struct, an item of a list.
fn child(value: &Value, key: &Jinja) -> Option<Value> {
    match value.target() {
        Value::Map(map) => map.get(key.as_str()?.as_bytes()),
        Value::Record(record) => record.get(key.as_str()?).cloned(),
        Value::List(list) => list.items().get(key.as_usize()?).cloned(),
        _ => None,
    }
}

impl Object for Foreign {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.value.target() {
            Value::Map(_) | Value::Record(_) => ObjectRepr::Map,
            Value::List(_) => ObjectRepr::Seq,
            _ => ObjectRepr::Plain,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        child(&self.value, key).map(|value| into_jinja(value, &self.session))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.value.target() {
            Value::Map(map) => Enumerator::Values(
                map.entries()
                    .into_iter()
                    .map(|(key, _)| into_jinja(Value::Str(key), &self.session))
                    .collect(),
            ),
            Value::Record(record) => Enumerator::Values(
                record
                    .kind()
                    .fields
                    .iter()
                    .map(|field| Jinja::from(field.name))
                    .collect(),
            ),
            Value::List(list) => Enumerator::Seq(list.items().len()),
            _ => Enumerator::NonEnumerable,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.value.truth()
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Foreign>()?;
        match (&self.value, &other.value) {
            (Value::Bytes(a), Value::Bytes(b)) => Some(a.bytes().cmp(b.bytes())),
            (Value::Int(a), Value::Int(b)) => Some(a.value.cmp(&b.value)),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = self.session.context().memory_left();
        let mut out = crate::text::Out::new(limit);
        crate::fmt::print_action(&mut out, &self.value);
        if out.overflowed() {
            return Err(fmt::Error);
        }
        f.write_str(&self.session.bracket(&out.finish()))
    }
}

/// A value as Jinja has it, else as an object.
pub(super) fn into_jinja(value: Value, session: &Arc<Session>) -> Jinja {
    match value {
        Value::Missing => Jinja::UNDEFINED,
        Value::Nil => Jinja::from(()),
        Value::Bool(value) => Jinja::from(value),
        Value::Int(int) if !int.secret => Jinja::from(int.value),
        Value::Float(number, false) => Jinja::from(number),
        // Bytes print as text here: Jinja has no use for Go's lists of numbers.
        Value::Str(text) | Value::Bytes(text) => Jinja::from(session.bracket(&text)),
        value => Jinja::from_object(Foreign {
            value,
            session: Arc::clone(session),
        }),
    }
}

/// Nesting of values that a template built itself.
const DEEP: u32 = 50;

/// The value that an argument is.
pub(super) fn from_jinja(value: &Jinja, session: &Session, depth: u32) -> Option<Value> {
    if depth > DEEP {
        return None;
    }
    if let Some(foreign) = value.downcast_object_ref::<Foreign>() {
        return Some(foreign.value.clone());
    }
    Some(match value.kind() {
        ValueKind::Undefined => Value::Missing,
        ValueKind::None => Value::Nil,
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number => match value.as_i64().filter(|_| value.is_integer()) {
            Some(int) => Value::int(int),
            None => Value::Float(f64::try_from(value.clone()).ok()?, false),
        },
        ValueKind::String => Value::Str(session.unbracket(value.as_str()?.as_bytes())),
        ValueKind::Bytes => Value::Bytes(Str::new(value.as_bytes()?)),
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Option<Vec<_>> = value
                .try_iter()
                .ok()?
                .map(|item| from_jinja(&item, session, depth + 1))
                .collect();
            Value::List(List::of(&Type::Any, items?))
        }
        ValueKind::Map => {
            let mut entries = Vec::new();
            for key in value.try_iter().ok()? {
                let item = value.get_item(&key).ok()?;
                entries.push((
                    session.unbracket(key.as_str()?.as_bytes()),
                    from_jinja(&item, session, depth + 1)?,
                ));
            }
            Value::Map(Map::frozen(&Type::Any, entries))
        }
        _ => return None,
    })
}
