//! Go kinds, integer types and type names.

use super::Value;

/// An integer of one of Go's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Int {
    pub(crate) kind: IntKind,
    pub(crate) value: i64,
    pub(crate) secret: bool,
}

/// The integer types that values in a template have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntKind {
    Int,
    Int64,
    Uint8,
    Uint32,
    Uint64,
    Month,
    Weekday,
    Duration,
}

/// `reflect.Kind`, as far as values here have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Invalid,
    Bool,
    Int,
    Int64,
    Uint8,
    Uint32,
    Uint64,
    Float64,
    Complex128,
    String,
    Slice,
    Map,
    Struct,
    Ptr,
}

impl Int {
    pub(crate) fn of(kind: IntKind, value: i64) -> Int {
        Int {
            kind,
            value,
            secret: false,
        }
    }
}

impl IntKind {
    pub(crate) fn go_name(self) -> &'static str {
        match self {
            IntKind::Int => "int",
            IntKind::Int64 => "int64",
            IntKind::Uint8 => "uint8",
            IntKind::Uint32 => "uint32",
            IntKind::Uint64 => "uint64",
            IntKind::Month => "time.Month",
            IntKind::Weekday => "time.Weekday",
            IntKind::Duration => "time.Duration",
        }
    }

    pub(crate) fn unsigned(self) -> bool {
        matches!(self, IntKind::Uint8 | IntKind::Uint32 | IntKind::Uint64)
    }
}

impl Kind {
    pub(crate) fn go_name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Int64 => "int64",
            Kind::Uint8 => "uint8",
            Kind::Uint32 => "uint32",
            Kind::Uint64 => "uint64",
            Kind::Float64 => "float64",
            Kind::Complex128 => "complex128",
            Kind::String => "string",
            Kind::Slice => "slice",
            Kind::Map => "map",
            Kind::Struct => "struct",
            Kind::Ptr => "ptr",
        }
    }
}

impl Value {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Value::Missing | Value::Nil => Kind::Invalid,
            Value::Bool(_) => Kind::Bool,
            Value::Int(int) => match int.kind {
                IntKind::Int | IntKind::Month | IntKind::Weekday => Kind::Int,
                IntKind::Int64 | IntKind::Duration => Kind::Int64,
                IntKind::Uint8 => Kind::Uint8,
                IntKind::Uint32 => Kind::Uint32,
                IntKind::Uint64 => Kind::Uint64,
            },
            Value::Float(..) => Kind::Float64,
            Value::Complex(..) => Kind::Complex128,
            Value::Str(_) => Kind::String,
            Value::Bytes(_) | Value::NilBytes | Value::List(_) => Kind::Slice,
            Value::Map(_) => Kind::Map,
            Value::Record(_) | Value::Time(_) => Kind::Struct,
            Value::Ptr(_) | Value::NilPtr(_) | Value::Version(_) => Kind::Ptr,
        }
    }

    /// What `%T` prints.
    pub(crate) fn type_name(&self) -> String {
        match self {
            Value::Missing | Value::Nil => "<nil>".into(),
            Value::Bool(_) => "bool".into(),
            Value::Int(int) => int.kind.go_name().into(),
            Value::Float(..) => "float64".into(),
            Value::Complex(..) => "complex128".into(),
            Value::Str(text) => text.type_name().go_name().into(),
            Value::Bytes(_) | Value::NilBytes => "[]uint8".into(),
            Value::List(list) => format!("[]{}", list.item_type().go_name()),
            Value::Map(map) => format!("map[string]{}", map.item_type().go_name()),
            Value::Record(record) => record.kind().name.into(),
            Value::Time(time) => if time.is_kube() {
                "v1.Time"
            } else {
                "time.Time"
            }
            .into(),
            Value::Ptr(target) => format!("*{}", target.type_name()),
            Value::NilPtr(target) => format!("*{}", target.go_name()),
            Value::Version(_) => "*semver.Version".into(),
        }
    }

    /// The type as the executor names it: that of a nil interface is `interface {}`.
    pub(crate) fn static_name(&self) -> String {
        match self {
            Value::Nil => "interface {}".into(),
            other => other.type_name(),
        }
    }
}
