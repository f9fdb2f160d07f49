//! One answer of a list, taken apart object by object: many objects are never in memory as such.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ListMeta;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Gives each object of a list to `take`; answers with what the list says of itself.
///
/// # Errors
/// If it is no list, or one of its objects is none.
pub(super) fn each<K: DeserializeOwned>(
    list: &str,
    take: impl FnMut(K),
) -> Result<ListMeta, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(list);
    let page = Page(take, PhantomData);
    let metadata = deserializer.deserialize_map(page)?;
    deserializer.end()?;
    Ok(metadata)
}

struct Page<K, F>(F, PhantomData<K>);

impl<'de, K: DeserializeOwned, F: FnMut(K)> Visitor<'de> for Page<K, F> {
    type Value = ListMeta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of the API")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<ListMeta, A::Error> {
        let mut metadata = ListMeta::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "metadata" => metadata = map.next_value()?,
                "items" => map.next_value_seed(Items(&mut self.0, PhantomData))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(metadata)
    }
}

struct Items<'a, K, F>(&'a mut F, PhantomData<K>);

impl<'de, K: DeserializeOwned, F: FnMut(K)> DeserializeSeed<'de> for Items<'_, K, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, K: DeserializeOwned, F: FnMut(K)> Visitor<'de> for Items<'_, K, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the items of a list")
    }

    /// Some servers say so where there are no items.
    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(One(object)) = items.next_element::<One<K>>()? {
            (self.0)(object);
        }
        Ok(())
    }
}

/// An object without a life of its own.
struct One<K>(K);

impl<'de, K: DeserializeOwned> Deserialize<'de> for One<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        K::deserialize(deserializer).map(One)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn read(list: &str) -> (ListMeta, Vec<Value>) {
        let mut items = Vec::new();
        let metadata = each(list, |item| items.push(item)).unwrap();
        (metadata, items)
    }

    #[test]
    fn objects_are_given_one_by_one_wherever_they_stand() {
        let (metadata, items) = read(
            r#"{"kind": "L", "items": [{"a": 1}, {"a": 2}], "metadata": {"resourceVersion": "7", "continue": "x"}}"#,
        );
        assert_eq!(items.len(), 2);
        assert_eq!(metadata.resource_version.as_deref(), Some("7"));
        assert_eq!(metadata.continue_.as_deref(), Some("x"));
        let (_, none) = read(r#"{"metadata": {}, "items": null}"#);
        assert!(none.is_empty());
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let cut = r#"{"metadata": {}, "items": [{"a": 1}, {"a""#;
        assert!(each::<Value>(cut, |_| {}).is_err());
    }
}
