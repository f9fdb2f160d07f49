//! References as the command line writes them.

use std::collections::BTreeMap;

use kanister_api::ObjectReference;

use crate::error::Error;

/// The name and namespace of an object.
pub(crate) fn to(namespace: &str, name: &str) -> ObjectReference {
    ObjectReference {
        namespace: namespace.into(),
        name: name.into(),
        ..ObjectReference::default()
    }
}

/// `namespace/name`, neither empty, and nothing else.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let (namespace, name) = text.split_once('/')?;
    let whole = !namespace.is_empty() && !name.is_empty() && !name.contains('/');
    whole.then_some((namespace, name))
}

/// `ref=namespace/name` entries.
///
/// # Errors
/// An entry of another form.
pub(crate) fn named(
    what: &str,
    entries: &[String],
) -> Result<BTreeMap<String, ObjectReference>, Error> {
    let one = |entry: &String| {
        let parts = entry
            .split_once('=')
            .filter(|(reference, _)| !reference.is_empty());
        let found = parts.and_then(|(reference, target)| Some((reference, split(target)?)));
        let (reference, (namespace, name)) = found.ok_or_else(|| {
            Error::Argument(format!(
                "failed to parse {what}: Expected ref=namespace/name. Got {entry}"
            ))
        })?;
        Ok((reference.to_owned(), to(namespace, name)))
    };
    entries.iter().map(one).collect()
}

/// `key=value` entries; empty ones do not count.
///
/// # Errors
/// An entry without `=`.
pub(crate) fn options(entries: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let mut map = BTreeMap::new();
    for entry in entries.iter().filter(|entry| !entry.is_empty()) {
        let (key, value) = entry.split_once('=').ok_or_else(|| {
            Error::Argument(format!("Expected options as key=value pairs. Got {entry}"))
        })?;
        map.insert(key.to_owned(), value.to_owned());
    }
    Ok(map)
}

/// `name` or `namespace/name`; None if empty.
///
/// # Errors
/// Another form.
pub(crate) fn profile(text: &str, home: &str) -> Result<Option<ObjectReference>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = match text.contains('/') {
        true => split(text),
        false => Some((home, text)),
    };
    let (namespace, name) = found.ok_or_else(|| {
        Error::Argument(format!(
            "Invalid profile name {text}, should be of the form ( --profile namespace/name OR --profile name )"
        ))
    })?;
    Ok(Some(to(namespace, name)))
}

/// `group/version/resource/namespace/name`, without the group for the core one. An empty namespace
/// is that of an object of the cluster.
///
/// # Errors
/// Another form.
pub(crate) fn generic(text: &str) -> Result<ObjectReference, Error> {
    let parts: Vec<&str> = text.split('/').collect();
    let (group, version, resource, namespace, name) = match *parts.as_slice() {
        [group, version, resource, namespace, name] => (group, version, resource, namespace, name),
        [version, resource, namespace, name] => ("", version, resource, namespace, name),
        _ => ("", "", "", "", ""),
    };
    if version.is_empty() || resource.is_empty() || name.is_empty() {
        return Err(Error::Argument(format!(
            "Expected group/version/resource/namespace/name or in the case of core group's resources version/resource/namespace/name. Got {text}; leave the namespace empty for an object of the cluster"
        )));
    }
    Ok(ObjectReference {
        api_version: version.into(),
        group: group.into(),
        resource: resource.into(),
        ..to(namespace, name)
    })
}

#[cfg(test)]
mod tests {
    use super::{generic, named, options, profile};

    fn list(entries: &[&str]) -> Vec<String> {
        entries.iter().map(|e| (*e).to_owned()).collect()
    }

    #[test]
    fn generic_objects() {
        let object = generic("apps/v1/deployments/ns/web").unwrap();
        assert_eq!(
            (object.group.as_str(), object.api_version.as_str()),
            ("apps", "v1")
        );
        assert_eq!(generic("v1/pods/kube-system/etcd").unwrap().group, "");
        assert_eq!(generic("v1/nodes//node1").unwrap().namespace, "");
        for bad in ["configmaps/ns/conf", "v1/nodes/node1", "a/b/c/d/e/f", ""] {
            assert!(generic(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn references() {
        assert_eq!(named("secrets", &list(&["a=n/s"])).unwrap().len(), 1);
        for bad in ["n/s", "a=s", "a=n/s/more", "=n/s", "a=/s"] {
            assert!(named("secrets", &list(&[bad])).is_err(), "{bad}");
        }
        assert_eq!(profile("p", "home").unwrap().unwrap().namespace, "home");
        assert!(profile("a/b/c", "home").is_err());
        assert!(profile("", "home").unwrap().is_none());
    }

    #[test]
    fn option_values_may_hold_anything() {
        let map = options(&list(&["q=a=b", "", "k="])).unwrap();
        assert_eq!(map.get("q").unwrap(), "a=b");
        assert_eq!(map.get("k").unwrap(), "");
        assert!(options(&list(&["json"])).is_err());
    }
}
