//! Paths of fields.

use serde_path_to_error::{Path, Segment};

use super::node::{Content, Node, Position};

/// Writes a path as users know it: `spec.actions[0].name`. Keys that hold a dot or a bracket are
/// quoted.
pub(super) fn write(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                if key.contains(['.', '[', ']', '"']) {
                    text.push_str(&format!("[{key:?}]"));
                } else {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
            }
            Segment::Unknown => text.push('?'),
        }
    }
    text
}

/// The value at a path, or the nearest thing around it.
pub(super) fn locate<'a>(root: &'a Node, path: &Path) -> &'a Node {
    let mut node = root;
    for segment in path {
        let next = match segment {
            Segment::Seq { index } => node.item(*index),
            Segment::Map { key } | Segment::Enum { variant: key } => node.field(key),
            Segment::Unknown => None,
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// One step into an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Into a field of a map.
    Key(&'a str),
    /// Into an item of a list, counted from 0.
    Item(usize),
}

/// Where a field stands: its key if `key`, else its value; what is not there stands where the
/// nearest thing around it does.
pub(super) fn place(root: &Node, path: &[Step<'_>], key: bool) -> Position {
    let mut node = root;
    let mut at = root.at;
    for step in path {
        let (next, place) = match (step, &node.content) {
            (Step::Key(name), Content::Map(entries)) => {
                let Some(entry) = entries.iter().find(|entry| entry.key == *name) else {
                    break;
                };
                (
                    &entry.value,
                    if key { entry.key_at } else { entry.value.at },
                )
            }
            (Step::Item(index), _) => match node.item(*index) {
                Some(item) => (item, item.at),
                None => break,
            },
            _ => break,
        };
        node = next;
        at = place;
    }
    at
}
