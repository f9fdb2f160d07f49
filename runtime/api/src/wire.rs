//! How Go reads and writes JSON, where it differs from serde's defaults.

use std::collections::BTreeMap;
use std::hash::Hash;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Reads `null` as the zero value, as Go does for every field.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a map and drops the entries that are `null`, as the Kubernetes API server does with the
/// entries of every map whose values are not nullable.
pub(crate) fn without_nulls<'de, D, K, T>(deserializer: D) -> Result<BTreeMap<K, T>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + Hash,
    T: Deserialize<'de>,
{
    let entries: Option<BTreeMap<K, Option<T>>> = Option::deserialize(deserializer)?;
    Ok(entries
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect())
}

/// Reads an integer that may be written as a float (`1e3`) or lie beyond 64 bits; such a number
/// becomes the nearest one that fits, since a schema of `type: integer` allows it.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct Integer;
    impl de::Visitor<'_> for Integer {
        type Value = i64;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an integer")
        }
        fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
            Ok(value)
        }
        fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
            Ok(i64::try_from(value).unwrap_or(i64::MAX))
        }
        fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
            if value.fract() == 0.0 {
                // A cast from float saturates at the limits.
                Ok(value as i64)
            } else {
                Err(E::invalid_type(de::Unexpected::Float(value), &self))
            }
        }
        fn visit_unit<E: de::Error>(self) -> Result<i64, E> {
            Ok(0)
        }
    }
    deserializer.deserialize_any(Integer)
}

/// True for a value that Go's `omitempty` leaves out.
pub(crate) fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Writes an empty map as `null`: what Go writes for a map that was never made and has no
/// `omitempty`.
pub(crate) fn null_if_empty<S, M>(map: &M, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    M: Serialize + Default + PartialEq,
{
    if is_zero(map) {
        serializer.serialize_none()
    } else {
        map.serialize(serializer)
    }
}
