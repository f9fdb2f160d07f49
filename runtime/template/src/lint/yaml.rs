//! YAML with the place of every scalar.

use super::place::{Place, Style};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// A YAML value. Aliases are not followed: what they stand for is checked where it is written.
#[derive(Debug)]
pub(super) enum Yaml {
    Scalar { text: String, place: Place },
    List(Vec<Yaml>),
    Map(Vec<(Yaml, Yaml)>),
    Alias,
}

/// Nesting of a file; deeper ones are refused.
const DEEPEST: usize = 200;

/// The documents of a file, or where and why it is no YAML.
pub(super) fn read(text: &str) -> Result<Vec<Yaml>, (usize, usize, String)> {
    let mut documents = Vec::new();
    // Open lists and maps, each with what it holds so far; keys and values of a map alternate.
    let mut open: Vec<(bool, Vec<Yaml>)> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            (at.line(), at.col() + 1, error.info().to_string())
        })?;
        let done = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= DEEPEST => {
                return Err((
                    span.start.line(),
                    span.start.col() + 1,
                    format!("nested deeper than {DEEPEST}"),
                ));
            }
            Event::SequenceStart(..) => {
                open.push((false, Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((true, Vec::new()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((false, items)) => Yaml::List(items),
                Some((true, items)) => Yaml::Map(pairs(items)),
                None => continue,
            },
            Event::Scalar(value, style, ..) => Yaml::Scalar {
                text: value.to_string(),
                place: place(text, style, span),
            },
            Event::Alias(_) => Yaml::Alias,
            _ => continue,
        };
        match open.last_mut() {
            Some((_, items)) => items.push(done),
            None => documents.push(done),
        }
    }
    Ok(documents)
}

fn pairs(items: Vec<Yaml>) -> Vec<(Yaml, Yaml)> {
    let mut pairs = Vec::new();
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        pairs.push((key, value));
    }
    pairs
}

fn place(source: &str, style: ScalarStyle, span: Span) -> Place {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    };
    Place::new(source, span.start.line(), span.start.col(), style)
}

impl Yaml {
    pub(super) fn get(&self, key: &str) -> Option<&Yaml> {
        let Yaml::Map(entries) = self else {
            return None;
        };
        entries
            .iter()
            .find(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Yaml::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Yaml] {
        match self {
            Yaml::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn entries(&self) -> &[(Yaml, Yaml)] {
        match self {
            Yaml::Map(entries) => entries,
            _ => &[],
        }
    }
}
