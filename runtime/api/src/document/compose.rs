//! From the events of the YAML parser to values.

use std::collections::HashMap;

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span, StrInput, Tag};

use super::error::{ParseError, Problem};
use super::limits::Limits;
use super::merge::MapBuilder;
use super::node::{Content, Node, Position};
use super::scalar;

/// Reads all documents of a stream; empty ones are left out.
pub(super) fn compose(text: &str, limits: Limits) -> Result<Vec<Node>, ParseError> {
    if text.len() > limits.text {
        let problem = format!("the text is longer than {} bytes", limits.text);
        return Err(ParseError::at(
            Position { line: 1, column: 1 },
            Problem::TooLarge(problem),
        ));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Comments are no values; without this they would be events as soon as another crate of the
    // same build asks the parser for them.
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut composer = Composer {
        events: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        limits,
        expanded: 0,
        last: Position { line: 1, column: 1 },
    };
    let mut documents = Vec::new();
    loop {
        match composer.next()? {
            (Event::StreamEnd, _) => return Ok(documents),
            (Event::DocumentStart(..), _) => {
                composer.anchors.clear();
                let (event, span) = composer.next()?;
                let document = composer.node(event, span, 0)?;
                if !matches!(document.content, Content::Null) {
                    documents.push(document);
                }
            }
            _ => {}
        }
    }
}

struct Composer<'a> {
    events: Parser<'a, StrInput<'a>>,
    /// The values that aliases may name; `None` while the value is being read.
    anchors: HashMap<usize, Option<Node>>,
    limits: Limits,
    expanded: usize,
    last: Position,
}

impl<'a> Composer<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Position), ParseError> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                self.last = position(span);
                Ok((event, self.last))
            }
            Some(Err(error)) => Err(syntax(marker(error.marker()), error.info())),
            None => Err(syntax(
                self.last,
                "the text ends in the middle of a value".to_owned(),
            )),
        }
    }

    fn node(&mut self, event: Event<'a>, at: Position, depth: usize) -> Result<Node, ParseError> {
        if depth > self.limits.depth {
            let problem = format!("nested deeper than {} levels", self.limits.depth);
            return Err(ParseError::at(at, Problem::TooLarge(problem)));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let weight = Limits::NODE.saturating_add(text.len());
                self.count(at, weight)?;
                let content = scalar_content(at, &text, style, tag.as_deref())?;
                self.remember(
                    anchor,
                    Node {
                        at,
                        content,
                        weight,
                    },
                )
            }
            Event::SequenceStart(_, anchor, _) => {
                self.count(at, Limits::NODE)?;
                self.open(anchor);
                let mut items = Vec::new();
                let mut weight = Limits::NODE;
                loop {
                    let (event, at) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    let item = self.node(event, at, depth.saturating_add(1))?;
                    weight = weight.saturating_add(item.weight);
                    items.push(item);
                }
                self.remember(
                    anchor,
                    Node {
                        at,
                        content: Content::List(items),
                        weight,
                    },
                )
            }
            Event::MappingStart(_, anchor, _) => {
                self.count(at, Limits::NODE)?;
                self.open(anchor);
                let mut map = MapBuilder::default();
                let mut weight = Limits::NODE;
                loop {
                    let (event, key_at) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        break;
                    }
                    let merges = is_merge_key(&event);
                    let key = self.node(event, key_at, depth.saturating_add(1))?;
                    let (event, value_at) = self.next()?;
                    let value = self.node(event, value_at, depth.saturating_add(1))?;
                    weight = weight
                        .saturating_add(key.weight)
                        .saturating_add(value.weight);
                    if merges {
                        map.merge(value_at, value)?;
                    } else {
                        map.insert(key, value)?;
                    }
                }
                let content = Content::Map(map.finish());
                self.remember(
                    anchor,
                    Node {
                        at,
                        content,
                        weight,
                    },
                )
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(Some(node)) => {
                    let (weight, content) = (node.weight, node.content.clone());
                    self.count(at, weight)?;
                    Ok(Node {
                        at,
                        content,
                        weight,
                    })
                }
                _ => Err(syntax(
                    at,
                    "an alias stands inside the value that it names".to_owned(),
                )),
            },
            _ => Err(syntax(at, "expected a value".to_owned())),
        }
    }

    /// Counts against the limit of the expanded size, before anything is copied.
    fn count(&mut self, at: Position, weight: usize) -> Result<(), ParseError> {
        self.expanded = self.expanded.saturating_add(weight);
        if self.expanded > self.limits.expanded {
            let problem = format!(
                "the documents are larger than {} bytes once their aliases are expanded",
                self.limits.expanded
            );
            return Err(ParseError::at(at, Problem::TooLarge(problem)));
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
    }

    /// Keeps the value for its aliases. The copy counts too: anchors may be nested.
    fn remember(&mut self, anchor: usize, node: Node) -> Result<Node, ParseError> {
        if anchor != 0 {
            self.count(node.at, node.weight)?;
            self.anchors.insert(anchor, Some(node.clone()));
        }
        Ok(node)
    }
}

fn is_merge_key(event: &Event<'_>) -> bool {
    match event {
        Event::Scalar(text, ScalarStyle::Plain, _, tag) => {
            text == "<<"
                && tag
                    .as_deref()
                    .is_none_or(|tag| standard(tag).as_deref() == Some("merge"))
        }
        _ => false,
    }
}

/// The name of a tag of YAML's own, without its prefix.
fn standard(tag: &Tag) -> Option<std::borrow::Cow<'_, str>> {
    tag.suffix_in_namespace("tag:yaml.org,2002:")
}

fn scalar_content(
    at: Position,
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
) -> Result<Content, ParseError> {
    let quoted = !matches!(style, ScalarStyle::Plain);
    let unsupported = |problem: String| ParseError::at(at, Problem::Unsupported(problem));
    match tag.map(standard) {
        None if quoted => Ok(Content::Text(text.to_owned())),
        None => scalar::plain(text).map_err(|_| {
            unsupported(format!(
                "{text} is no number of JSON; write it in quotes if it is a text"
            ))
        }),
        // A tag of the author's own says nothing to Kubernetes; the scalar is a text.
        Some(None) => Ok(Content::Text(text.to_owned())),
        Some(Some(name)) if name == "binary" => Err(unsupported(
            "the tag !!binary is not supported; write a base64 text".to_owned(),
        )),
        Some(Some(name)) => scalar::tagged(&name, text)
            .map_err(|_| unsupported(format!("{text:?} is no value of !!{name}"))),
    }
}

fn syntax(at: Position, problem: String) -> ParseError {
    ParseError::at(at, Problem::Syntax(problem))
}

fn position(span: Span) -> Position {
    marker(&span.start)
}

fn marker(marker: &Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col().saturating_add(1),
    }
}
