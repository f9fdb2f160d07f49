//! `reflect.DeepEqual` and the scalar equality behind `eq`.

use super::{Int, Value};

/// Values nested deeper than this are unequal to everything: only a map that holds itself gets there.
const DEEP: u32 = 200;

/// `reflect.DeepEqual`: same dynamic type and same content. `parts` is what it may look at; at zero all is unequal.
pub(crate) fn deep_equal(left: &Value, right: &Value, parts: &mut u64) -> bool {
    within(left, right, DEEP, parts)
}

fn within(left: &Value, right: &Value, depth: u32, parts: &mut u64) -> bool {
    if depth == 0 || *parts == 0 {
        return false;
    }
    *parts -= 1;
    match (left, right) {
        (Value::Missing | Value::Nil, Value::Missing | Value::Nil)
        | (Value::NilBytes, Value::NilBytes) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a.kind == b.kind && a.value == b.value,
        (Value::Float(a, _), Value::Float(b, _)) => a == b,
        (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
        (Value::Str(a), Value::Str(b)) => a.type_name() == b.type_name() && a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.item_type().go_name() == b.item_type().go_name()
                && a.is_nil() == b.is_nil()
                && a.items().len() == b.items().len()
                && a.items()
                    .iter()
                    .zip(b.items())
                    .all(|(a, b)| within(a, b, depth - 1, parts))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.item_type().go_name() != b.item_type().go_name()
                || a.is_nil() != b.is_nil()
                || a.len() != b.len()
            {
                return false;
            }
            let (a, b) = (a.entries(), b.entries());
            a.iter()
                .zip(&b)
                .all(|((ka, va), (kb, vb))| ka == kb && within(va, vb, depth - 1, parts))
        }
        (Value::Record(a), Value::Record(b)) => {
            std::ptr::eq(a.kind(), b.kind())
                && a.fields()
                    .iter()
                    .zip(b.fields())
                    .all(|(a, b)| within(a, b, depth - 1, parts))
        }
        (Value::Ptr(a), Value::Ptr(b)) => within(a, b, depth - 1, parts),
        (Value::NilPtr(a), Value::NilPtr(b)) => a.go_name() == b.go_name(),
        (Value::Time(a), Value::Time(b)) => a == b,
        (Value::Version(a), Value::Version(b)) => a == b,
        _ => false,
    }
}

/// How `eq` sees two values.
pub(crate) enum Equality {
    Known(bool),
    Incompatible,
    NotComparable,
}

/// The equality of the builtin `eq`: scalars of one basic kind; nil with nil; structs and pointers of one type.
pub(crate) fn equal(left: &Value, right: &Value) -> Equality {
    use Equality::{Incompatible, Known, NotComparable};
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Known(a == b),
        (Value::Int(Int { value: a, .. }), Value::Int(Int { value: b, .. })) => Known(a == b),
        (Value::Float(a, _), Value::Float(b, _)) => Known(a == b),
        (Value::Complex(a, b), Value::Complex(c, d)) => Known(a == c && b == d),
        (Value::Str(a), Value::Str(b)) => Known(a == b),
        (a, b) if a.is_nil() || b.is_nil() => Known(nil(a) && nil(b)),
        (a, b) if basic(a) || basic(b) => Incompatible,
        (a, b) if a.kind() != b.kind() => NotComparable,
        (a, b) if nil(a) || nil(b) => Known(nil(a) && nil(b)),
        (Value::List(_) | Value::Bytes(_) | Value::Map(_), _) => NotComparable,
        (Value::Ptr(a), Value::Ptr(b)) => Known(std::sync::Arc::ptr_eq(a, b)),
        (Value::Time(a), Value::Time(b)) => Known(a == b),
        (Value::Record(a), Value::Record(b)) if std::ptr::eq(a.kind(), b.kind()) => {
            fields(a.fields(), b.fields())
        }
        (Value::Version(a), Value::Version(b)) => Known(std::sync::Arc::ptr_eq(a, b)),
        _ => Known(false),
    }
}

fn fields(left: &[Value], right: &[Value]) -> Equality {
    for (a, b) in left.iter().zip(right) {
        match equal(a, b) {
            Equality::Known(true) => {}
            other => return other,
        }
    }
    Equality::Known(true)
}

/// True for what Go's `basicKind` knows.
fn basic(value: &Value) -> bool {
    matches!(
        value,
        Value::Bool(_) | Value::Int(_) | Value::Float(..) | Value::Complex(..) | Value::Str(_)
    )
}

/// A nil interface, pointer, map or slice.
fn nil(value: &Value) -> bool {
    match value {
        Value::Missing | Value::Nil | Value::NilPtr(_) | Value::NilBytes => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}
