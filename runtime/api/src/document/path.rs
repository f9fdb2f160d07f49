//! Paths of fields.

use serde_path_to_error::{Path, Segment};

use super::node::Node;

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
