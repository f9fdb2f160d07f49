//! JSONPath as `kubectl` has it: `{.status.conditions[?(@.type=="Ready")].status}`.
//!
//! Fields, `['key']`, `[0]`, `[-1]`, `[*]`, `.*` and filters that compare one field with a
//! literal: what conditions about objects are written with.

use crate::capability::kube::error::KubeError;
use serde_json::Value;

/// Bytes of a path, and values that one may find.
const LONGEST: usize = 1024;
const MOST: usize = 10_000;

/// A path, read once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct JsonPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Field(String),
    Index(i64),
    All,
    Filter {
        path: Vec<Step>,
        equal: bool,
        literal: Value,
    },
}

impl JsonPath {
    /// Reads a path; the braces and the leading `$` may be left out, as for `kubectl wait`.
    ///
    /// # Errors
    /// [`KubeError::Invalid`] says where it is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, KubeError> {
        let wrong = |why: &str| KubeError::Invalid(format!("the JSONPath {text:?} {why}"));
        if text.len() > LONGEST {
            return Err(KubeError::Invalid(format!(
                "a JSONPath has more than {LONGEST} bytes"
            )));
        }
        let trimmed = text.trim();
        let inner = match trimmed.strip_prefix('{') {
            Some(rest) => rest
                .strip_suffix('}')
                .ok_or_else(|| wrong("has no closing brace"))?,
            None => trimmed,
        };
        let mut reader = Reader { rest: inner.trim() };
        reader.eat("$");
        let steps = reader.steps(true).map_err(wrong)?;
        if reader.rest.is_empty() {
            Ok(Self(steps))
        } else {
            Err(wrong("goes on where it should end"))
        }
    }

    /// What the path finds.
    pub(super) fn find<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        walk(&self.0, value)
    }

    /// Whether it finds exactly one plain value that reads so.
    pub(super) fn is(&self, value: &Value, text: &str) -> bool {
        match self.find(value).as_slice() {
            [found] => plain(found).is_some_and(|found| found == text),
            _ => false,
        }
    }
}

/// The text of a plain value.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn walk<'a>(steps: &[Step], value: &'a Value) -> Vec<&'a Value> {
    let mut found = vec![value];
    for step in steps {
        let mut next: Vec<&Value> = Vec::new();
        for value in found {
            take(step, value, &mut next);
            next.truncate(MOST);
        }
        found = next;
    }
    found
}

fn take<'a>(step: &Step, value: &'a Value, into: &mut Vec<&'a Value>) {
    match (step, value) {
        (Step::Field(name), Value::Object(map)) => into.extend(map.get(name)),
        (Step::All, Value::Object(map)) => into.extend(map.values()),
        (Step::All, Value::Array(items)) => into.extend(items),
        (Step::Index(index), Value::Array(items)) => {
            let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let index = if *index < 0 { len + index } else { *index };
            into.extend(usize::try_from(index).ok().and_then(|at| items.get(at)));
        }
        (
            Step::Filter {
                path,
                equal,
                literal,
            },
            Value::Array(items),
        ) => into.extend(items.iter().filter(|item| {
            let found = walk(path, item);
            found
                .first()
                .is_some_and(|first| (*first == literal) == *equal)
        })),
        _ => {}
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(before)
    }

    /// Steps up to the end, or up to what cannot be one. A path may begin without a dot.
    fn steps(&mut self, may_lack_dot: bool) -> Result<Vec<Step>, &'static str> {
        let mut steps = Vec::new();
        loop {
            if self.rest.starts_with("..") {
                return Err("searches at any depth, which is not supported");
            } else if self.eat("[") {
                steps.push(self.bracket()?);
            } else if self.eat(".") || (may_lack_dot && steps.is_empty() && !self.rest.is_empty()) {
                if self.rest.is_empty() && steps.is_empty() {
                    return Ok(steps);
                }
                steps.push(self.field()?);
            } else {
                return Ok(steps);
            }
        }
    }

    fn field(&mut self) -> Result<Step, &'static str> {
        if self.eat("*") {
            return Ok(Step::All);
        }
        let mut name = String::new();
        while let Some(c) = self.rest.chars().next() {
            let taken = match c {
                '\\' => {
                    self.eat("\\");
                    self.rest.chars().next().ok_or("ends in a backslash")?
                }
                '.' | '[' | ']' | ')' | '=' | '!' | '<' | '>' | ' ' | '{' | '}' => break,
                c => c,
            };
            name.push(taken);
            self.rest = self.rest.get(taken.len_utf8()..).unwrap_or_default();
        }
        if name.is_empty() {
            return Err("has an empty field");
        }
        Ok(Step::Field(name))
    }

    fn bracket(&mut self) -> Result<Step, &'static str> {
        if self.eat("?(") {
            return self.filter();
        }
        for quote in ["'", "\""] {
            if self.eat(quote) {
                let name = self.until(quote).ok_or("has an open quote")?.to_owned();
                return self.close(Step::Field(name));
            }
        }
        let index = self.until("]").ok_or("has an open bracket")?.trim();
        if index == "*" {
            return Ok(Step::All);
        }
        index
            .parse()
            .map(Step::Index)
            .map_err(|_| "has an index that is no number")
    }

    fn close(&mut self, step: Step) -> Result<Step, &'static str> {
        if self.eat("]") {
            Ok(step)
        } else {
            Err("has an open bracket")
        }
    }

    fn filter(&mut self) -> Result<Step, &'static str> {
        self.rest = self.rest.trim_start();
        if !self.eat("@") {
            return Err("has a filter that does not begin with @");
        }
        let path = self.steps(false)?;
        self.rest = self.rest.trim_start();
        let equal = self.eat("==");
        if !equal && !self.eat("!=") {
            return Err("has a filter that compares with neither == nor !=");
        }
        self.rest = self.rest.trim_start();
        let literal = self.literal()?;
        self.rest = self.rest.trim_start();
        if !self.eat(")") {
            return Err("has a filter that is not closed");
        }
        self.close(Step::Filter {
            path,
            equal,
            literal,
        })
    }

    fn literal(&mut self) -> Result<Value, &'static str> {
        for quote in ["'", "\""] {
            if self.eat(quote) {
                let text = self.until(quote).ok_or("has an open quote")?;
                return Ok(Value::String(text.to_owned()));
            }
        }
        let end = self
            .rest
            .find(')')
            .ok_or("has a filter that is not closed")?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        serde_json::from_str(text.trim()).map_err(|_| "compares with something that is no literal")
    }
}

#[cfg(test)]
mod tests;
