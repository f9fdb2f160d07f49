//! The parameters of a request.

use super::path::decode;

/// The parameters of a request, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. Refuses what readers treat differently: semicolons, which some take for
    /// separators, and bad encoding, which some skip.
    pub(super) fn parse(raw: Option<&str>) -> Result<Self, &'static str> {
        let mut pairs = Vec::new();
        for pair in raw.unwrap_or_default().split('&') {
            if pair.is_empty() {
                continue;
            }
            if pair.contains(';') {
                return Err("the query has a semicolon");
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name, true), decode(value, true)) {
                (Some(name), Some(value)) => pairs.push((name, value)),
                _ => return Err("the query is not well encoded"),
            }
        }
        Ok(Self(pairs))
    }

    /// All values of a parameter.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &String> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// The value of a parameter that may be there once.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, &'static str> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.map(String::as_str)),
            (_, Some(_)) => Err("the query has two values for one parameter"),
        }
    }

    /// The names of the parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The query with the values of one parameter changed, as it is sent.
    pub(super) fn with(&self, name: &str, change: impl Fn(&str) -> String) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in &self.0 {
            if key == name {
                out.append_pair(key, &change(value));
            } else {
                out.append_pair(key, value);
            }
        }
        out.finish()
    }

    /// Whether a list is a watch: as the API server converts the parameter to a boolean, where
    /// everything but `false` and `0` is true, the empty text included.
    pub(super) fn is_watch(&self) -> Result<bool, &'static str> {
        Ok(self
            .one("watch")?
            .is_some_and(|value| !value.eq_ignore_ascii_case("false") && value != "0"))
    }

    /// The one name that the field selector allows, if it does.
    pub(super) fn selected_name(&self) -> Result<Option<String>, &'static str> {
        let Some(selector) = self.one("fieldSelector")? else {
            return Ok(None);
        };
        let mut name = None;
        for term in split_terms(selector) {
            let Some((field, value)) = required_match(&term) else {
                continue;
            };
            if field == "metadata.name" {
                if name.is_some() {
                    return Err("the field selector has metadata.name twice");
                }
                name = Some(value);
            }
        }
        Ok(name.filter(|name| is_path_segment(name)))
    }
}

/// Names with these characters cannot be in a path, and the resolver ignores them.
fn is_path_segment(name: &str) -> bool {
    !name.is_empty() && !matches!(name, "." | "..") && !name.contains(['/', '%'])
}

/// Splits at the commas that no backslash stands before.
fn split_terms(selector: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut escaped = false;
    for character in selector.chars() {
        if character == ',' && !escaped {
            terms.push(String::new());
        } else if let Some(term) = terms.last_mut() {
            term.push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    terms
}

/// The field and value of a term `field=value` or `field==value`. None for `field!=value`, and for
/// terms that no field selector can have.
fn required_match(term: &str) -> Option<(&str, String)> {
    let at = term.find(['!', '='])?;
    let (field, rest) = term.split_at_checked(at)?;
    let value = rest.strip_prefix("==").or_else(|| rest.strip_prefix('='))?;
    let mut unescaped = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => unescaped.push(
                characters
                    .next()
                    .filter(|c| matches!(c, '\\' | ',' | '='))?,
            ),
            '=' => return None,
            character => unescaped.push(character),
        }
    }
    Some((field, unescaped))
}
