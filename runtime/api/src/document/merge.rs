//! Maps: keys, duplicates and merge keys.

use super::error::{ParseError, Problem};
use super::node::{Content, Entry, Node, Position};

/// A map that is being read.
#[derive(Default)]
pub(super) struct MapBuilder {
    entries: Vec<Entry>,
    /// Where each key was written by hand, not merged.
    written: std::collections::HashMap<String, Position>,
    index: std::collections::HashMap<String, usize>,
}

impl MapBuilder {
    /// Adds a key that was written out.
    pub(super) fn insert(&mut self, key: Node, value: Node) -> Result<(), ParseError> {
        let at = key.at;
        let key = key_text(key)?;
        if let Some(first) = self.written.insert(key.clone(), at) {
            let problem = format!("the key {key:?} is given twice, first at {first}");
            return Err(ParseError::at(at, Problem::Unsupported(problem)));
        }
        self.set(key, at, value);
        Ok(())
    }

    /// Adds what stands after a merge key: a map, or a list of maps of which the first counts most.
    pub(super) fn merge(&mut self, at: Position, value: Node) -> Result<(), ParseError> {
        match value.content {
            Content::Map(entries) => self.merge_entries(entries),
            Content::List(maps) => {
                for map in maps.into_iter().rev() {
                    match map.content {
                        Content::Map(entries) => self.merge_entries(entries),
                        _ => return Err(not_a_map(map.at)),
                    }
                }
            }
            _ => return Err(not_a_map(at)),
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Entry> {
        self.entries
    }

    fn merge_entries(&mut self, entries: Vec<Entry>) {
        for Entry { key, key_at, value } in entries {
            self.set(key, key_at, value);
        }
    }

    fn set(&mut self, key: String, key_at: Position, value: Node) {
        if let Some(entry) = self
            .index
            .get(&key)
            .and_then(|index| self.entries.get_mut(*index))
        {
            entry.key_at = key_at;
            entry.value = value;
        } else {
            self.index.insert(key.clone(), self.entries.len());
            self.entries.push(Entry { key, key_at, value });
        }
    }
}

fn not_a_map(at: Position) -> ParseError {
    let problem = "a merge key (<<) needs a map or a list of maps";
    ParseError::at(at, Problem::Unsupported(problem.to_owned()))
}

/// The text of a key; booleans and integers become texts.
fn key_text(key: Node) -> Result<String, ParseError> {
    let found = match key.content {
        Content::Text(text) => return Ok(text),
        Content::Bool(value) => return Ok(value.to_string()),
        Content::Number(number) if !number.is_f64() => return Ok(number.to_string()),
        Content::Number(_) => "a number with a fraction",
        Content::Null => "null",
        Content::List(_) => "a list",
        Content::Map(_) => "a map",
    };
    let problem = format!(
        "a key must be a text, found {found}; write it in quotes, and so every value that begins \
         with a template {{{{ … }}}}"
    );
    Err(ParseError::at(key.at, Problem::Unsupported(problem)))
}
