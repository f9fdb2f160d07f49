//! What a path means.

use percent_encoding::percent_decode_str;

/// A path of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// `/healthz` and the like.
    Health,
    /// `/version`.
    Version,
    /// `/api`.
    CoreVersions,
    /// `/apis`.
    Groups,
    /// `/apis/GROUP`.
    Group(String),
    /// `/api/v1` and `/apis/GROUP/VERSION`.
    Resources { group: String, version: String },
    /// `/openapi/v2`.
    OldOpenApi,
    /// `/openapi/v3`.
    OpenApi,
    /// `/openapi/v3/…`.
    OpenApiDocument { group: String, version: String },
    /// A list or an object.
    Objects(Place),
}

/// Where objects are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) group: String,
    pub(crate) version: String,
    /// Empty for objects of the cluster and for all namespaces.
    pub(crate) namespace: String,
    pub(crate) plural: String,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
}

impl Path {
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let steps: Option<Vec<String>> = path
            .split('/')
            .filter(|step| !step.is_empty())
            .map(|step| {
                percent_decode_str(step)
                    .decode_utf8()
                    .ok()
                    .map(|step| step.into_owned())
            })
            .collect();
        let steps = steps?;
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        match steps.as_slice() {
            ["healthz" | "livez" | "readyz", ..] => Some(Self::Health),
            ["version"] => Some(Self::Version),
            ["openapi", "v2"] => Some(Self::OldOpenApi),
            ["openapi", "v3"] => Some(Self::OpenApi),
            ["openapi", "v3", "api", version] => Some(Self::OpenApiDocument {
                group: String::new(),
                version: (*version).to_owned(),
            }),
            ["openapi", "v3", "apis", group, version] => Some(Self::OpenApiDocument {
                group: (*group).to_owned(),
                version: (*version).to_owned(),
            }),
            ["api"] => Some(Self::CoreVersions),
            ["apis"] => Some(Self::Groups),
            ["apis", group] => Some(Self::Group((*group).to_owned())),
            ["api", version, rest @ ..] => Self::below("", version, rest),
            ["apis", group, version, rest @ ..] => Self::below(group, version, rest),
            _ => None,
        }
    }

    fn below(group: &str, version: &str, rest: &[&str]) -> Option<Self> {
        let mut place = Place {
            group: group.to_owned(),
            version: version.to_owned(),
            ..Place::default()
        };
        let rest = match rest {
            [] => {
                return Some(Self::Resources {
                    group: place.group,
                    version: place.version,
                });
            }
            // A namespace itself, or one of its subresources.
            ["namespaces"] | ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => rest,
            ["namespaces", namespace, rest @ ..] => {
                place.namespace = (*namespace).to_owned();
                rest
            }
            rest => rest,
        };
        let (plural, name, subresource) = match rest {
            [plural] => (plural, None, None),
            [plural, name] => (plural, Some(name), None),
            [plural, name, subresource] => (plural, Some(name), Some(subresource)),
            _ => return None,
        };
        place.plural = (*plural).to_owned();
        place.name = name.map(|name| (*name).to_owned());
        place.subresource = subresource.map(|name| (*name).to_owned());
        Some(Self::Objects(place))
    }
}

/// The parameters of a request, in order and decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8_lossy().into_owned()
        };
        Self(
            query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| match pair.split_once('=') {
                    Some((name, value)) => (decode(name), decode(value)),
                    None => (decode(pair), String::new()),
                })
                .collect(),
        )
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the parameter is given and true.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| matches!(value, "true" | "1" | "True" | "TRUE" | "t" | "T"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_an_object_and_a_folder() {
        let place = |path: &str| match Path::parse(path) {
            Some(Path::Objects(place)) => place,
            other => panic!("{path}: {other:?}"),
        };
        let found = place("/api/v1/namespaces/shop");
        assert_eq!(
            (found.plural.as_str(), found.name.as_deref()),
            ("namespaces", Some("shop"))
        );
        let found = place("/api/v1/namespaces/shop/pods/web%2D1/log");
        assert_eq!(
            (
                found.namespace.as_str(),
                found.name.as_deref(),
                found.subresource.as_deref()
            ),
            ("shop", Some("web-1"), Some("log"))
        );
        let found = place("/apis/apps/v1/deployments");
        assert_eq!(
            (found.group.as_str(), found.namespace.as_str()),
            ("apps", "")
        );
        assert_eq!(Path::parse("/apis/a/b/c/d/e/f/g/h"), None);
        assert_eq!(
            Query::parse("a=1&a=%32+x").all("a").collect::<Vec<_>>(),
            ["1", "2 x"]
        );
    }
}
