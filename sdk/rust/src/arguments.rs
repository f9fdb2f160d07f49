//! What the arguments of a function are made of.

use crate::types::{Json, Parameter, ValueType};
use std::collections::{BTreeMap, HashMap};

/// The arguments of a function; `#[arguments]` implements it.
pub trait Arguments: serde::de::DeserializeOwned {
    /// The parameters as users see them.
    fn parameters() -> Vec<Parameter>;
}

/// A function without arguments.
#[derive(Debug)]
pub struct NoArguments;

impl<'de> serde::Deserialize<'de> for NoArguments {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(input).map(|_| Self)
    }
}

impl Arguments for NoArguments {
    fn parameters() -> Vec<Parameter> {
        Vec::new()
    }
}

/// What the host converts a value to before the function sees it.
pub trait Kind {
    /// The kind of one value.
    const KIND: ValueType;
    /// The kind of a list of such values.
    const LIST: ValueType = ValueType::List;
    /// The kind of a map from text to such values.
    const MAP: ValueType = ValueType::Object;
}

impl Kind for String {
    const KIND: ValueType = ValueType::String;
    const LIST: ValueType = ValueType::StringList;
    const MAP: ValueType = ValueType::StringMap;
}

impl Kind for serde_json::Value {
    const KIND: ValueType = ValueType::Any;
}

impl<V> Kind for serde_json::Map<String, V> {
    const KIND: ValueType = ValueType::Object;
}

impl<T: Kind> Kind for Option<T> {
    const KIND: ValueType = T::KIND;
    const LIST: ValueType = T::LIST;
    const MAP: ValueType = T::MAP;
}

impl<T: Kind> Kind for Vec<T> {
    const KIND: ValueType = T::LIST;
}

impl<T: Kind> Kind for BTreeMap<String, T> {
    const KIND: ValueType = T::MAP;
}

impl<T: Kind> Kind for HashMap<String, T> {
    const KIND: ValueType = T::MAP;
}

macro_rules! kinds {
    ($kind:ident: $($type:ty),+) => {
        $(impl Kind for $type {
            const KIND: ValueType = ValueType::$kind;
        })+
    };
}

kinds!(Boolean: bool);
kinds!(Integer: u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
kinds!(Number: f32, f64);

/// A default as `describe` shows it; none if it has no JSON.
#[doc(hidden)]
pub fn default<T: serde::Serialize>(value: &T) -> Option<Json> {
    serde_json::to_string(value).ok()
}
