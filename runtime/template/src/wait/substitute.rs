//! Puts what JSONPaths find into a condition, as data and never as template code.

use super::ConditionError;
use super::jsonpath;
use crate::fmt::quote;
use crate::value::Value;
use serde_json::Value as Json;

/// What the scanner is in the middle of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Action,
    /// A quoted string, or a character constant.
    Quoted(char),
    Raw,
    Comment,
}

/// The condition with every `{ $… }` replaced by what it finds in the object.
pub(super) fn paths(condition: &str, object: &Json) -> Result<String, ConditionError> {
    let object = Value::from_json(object, false);
    scan(condition, |out, place, path| {
        insert(out, place, path, &object)
    })
}

/// The condition with every `{ $… }` replaced by digits of the same width, for checking its syntax.
pub(crate) fn without_paths(condition: &str) -> String {
    let replaced = scan(condition, |out, _, path| {
        out.push_str(&"0".repeat(path.chars().count()));
        Ok(())
    });
    replaced.unwrap_or_else(|_| condition.into())
}

fn scan(
    condition: &str,
    mut insert: impl FnMut(&mut String, Place, &str) -> Result<(), ConditionError>,
) -> Result<String, ConditionError> {
    let mut out = String::with_capacity(condition.len());
    let mut place = Place::Text;
    let mut rest = condition;
    while let Some(c) = rest.chars().next() {
        let opens_action = place == Place::Text && rest.starts_with("{{");
        if !opens_action && let Some((path, after)) = path(rest) {
            insert(&mut out, place, path)?;
            rest = after;
            continue;
        }
        let length = match place {
            Place::Text if opens_action => {
                let body = rest
                    .get(2..)
                    .unwrap_or_default()
                    .trim_start_matches('-')
                    .trim_start();
                place = if body.starts_with("/*") {
                    Place::Comment
                } else {
                    Place::Action
                };
                2
            }
            Place::Comment if rest.starts_with("*/") => {
                place = Place::Action;
                2
            }
            Place::Action if rest.starts_with("}}") => {
                place = Place::Text;
                2
            }
            Place::Action => {
                place = match c {
                    '"' | '\'' => Place::Quoted(c),
                    '`' => Place::Raw,
                    _ => place,
                };
                c.len_utf8()
            }
            Place::Quoted(_) if c == '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            Place::Quoted(quote) => {
                place = if c == quote { Place::Action } else { place };
                c.len_utf8()
            }
            Place::Raw => {
                place = if c == '`' { Place::Action } else { place };
                c.len_utf8()
            }
            Place::Text | Place::Comment => c.len_utf8(),
        };
        let (done, after) = rest.split_at(length.min(rest.len()));
        out.push_str(done);
        rest = after;
    }
    Ok(out)
}

/// A path at the start of `text`, and what follows it.
fn path(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?.trim_start();
    if !inner.starts_with('$') {
        return None;
    }
    let end = text.find('}')? + 1;
    Some(text.split_at(end))
}

fn insert(
    out: &mut String,
    place: Place,
    path: &str,
    object: &Value,
) -> Result<(), ConditionError> {
    let failed = |problem: String| ConditionError::Path {
        path: path.into(),
        problem,
    };
    let inner = path.trim_start_matches('{').trim_end_matches('}').trim();
    let inner = inner.strip_prefix('$').unwrap_or(inner);
    let found = jsonpath::find(inner, object).map_err(failed)?;
    match place {
        Place::Comment => {}
        Place::Text if found.contains('{') => {
            out.push_str(&format!("{{{{{}}}}}", quote(found.as_bytes())))
        }
        Place::Text => out.push_str(&found),
        Place::Quoted(_) => {
            let quoted = quote(found.as_bytes());
            out.push_str(
                quoted
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                    .unwrap_or_default(),
            );
        }
        Place::Raw if found.contains('`') => {
            return Err(failed(
                "what it finds contains a backquote; put the path in double quotes".into(),
            ));
        }
        Place::Raw => out.push_str(&found),
        Place::Action => {
            let plain = |word: &str| word == "true" || word == "false" || is_number(word);
            if !found.split(' ').filter(|word| !word.is_empty()).all(plain) {
                return Err(failed(
                    "what it finds is no number; put the path in double quotes".into(),
                ));
            }
            out.push_str(&found);
        }
    }
    Ok(())
}

fn is_number(word: &str) -> bool {
    word.bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e'))
        && word.parse::<f64>().is_ok()
}
