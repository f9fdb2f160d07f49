//! Where in an object a check is, and what it finds there.

use crate::finding::{Finding, Place};
use crate::rule::Rule;
use crate::source::Source;
use kanister_api::document::{Document, Step};
use std::fmt;

/// The way from an object to one of its fields.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail<'a>(Vec<Step<'a>>);

impl<'a> Trail<'a> {
    pub(crate) fn key(&self, name: &'a str) -> Self {
        self.with(Step::Key(name))
    }

    pub(crate) fn item(&self, index: usize) -> Self {
        self.with(Step::Item(index))
    }

    fn with(&self, step: Step<'a>) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Item(item) => write!(f, "[{item}]")?,
                Step::Key(name) if name.contains(['.', '[', ']', '"']) => write!(f, "[{name:?}]")?,
                Step::Key(name) if index == 0 => f.write_str(name)?,
                Step::Key(name) => write!(f, ".{name}")?,
            }
        }
        Ok(())
    }
}

/// Collects what is found in one object.
pub(crate) struct Reporter<'a> {
    pub(crate) source: &'a Source,
    pub(crate) document: &'a Document,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(source: &'a Source, document: &'a Document) -> Self {
        Self {
            source,
            document,
            findings: Vec::new(),
        }
    }

    /// Something about a field as such: it is marked at its name.
    pub(crate) fn field(&mut self, rule: &'static Rule, trail: &Trail<'_>, message: String) {
        let at = self.document.place(&trail.0, true);
        let place = at.map(|at| self.source.word(at));
        self.push(rule, trail, place, message);
    }

    /// Something about a field's value.
    pub(crate) fn value(&mut self, rule: &'static Rule, trail: &Trail<'_>, message: String) {
        let at = self.document.place(&trail.0, false);
        let place = at.map(|at| self.source.word(at));
        self.push(rule, trail, place, message);
    }

    /// Something at a place in a field's text.
    pub(crate) fn inside(
        &mut self,
        rule: &'static Rule,
        trail: &Trail<'_>,
        text: &str,
        (line, column): (usize, usize),
        message: String,
    ) {
        let start = self.document.place(&trail.0, false);
        let place = start.map(|start| self.source.inside(start, text, line, column));
        self.push(rule, trail, place, message);
    }

    pub(crate) fn push(
        &mut self,
        rule: &'static Rule,
        trail: &Trail<'_>,
        place: Option<Place>,
        message: String,
    ) {
        self.findings.push(Finding {
            rule,
            file: self.source.name.clone(),
            place,
            path: trail.to_string(),
            message,
        });
    }
}

/// The known name that is most like another one.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

/// `; did you mean x?`, or what there is.
pub(crate) fn hint<'n>(name: &str, known: impl IntoIterator<Item = &'n str> + Clone) -> String {
    if let Some(nearest) = nearest(name, known.clone()) {
        return format!("; did you mean {nearest}?");
    }
    let known: Vec<_> = known.into_iter().take(20).collect();
    if known.is_empty() {
        String::new()
    } else {
        format!("; there is {}", known.join(", "))
    }
}
