//! Go slices other than `[]byte`.

use super::{Type, Value};
use std::sync::Arc;

/// A list with the type of its items. Never changed once made.
#[derive(Debug)]
pub(crate) struct List {
    item_type: &'static Type,
    items: Vec<Value>,
    nil: bool,
    /// How many lists are nested in it, itself included. Maps end the count: the budget empties them, so that
    /// dropping a value never recurses deeper than this.
    depth: u32,
}

impl List {
    pub(crate) fn of(item_type: &'static Type, items: Vec<Value>) -> Arc<List> {
        let depth = 1 + items.iter().map(depth).max().unwrap_or(0);
        Arc::new(List {
            item_type,
            items,
            nil: false,
            depth,
        })
    }

    pub(crate) fn nil(item_type: &'static Type) -> Arc<List> {
        Arc::new(List {
            item_type,
            items: Vec::new(),
            nil: true,
            depth: 1,
        })
    }

    pub(crate) fn item_type(&self) -> &'static Type {
        self.item_type
    }

    pub(crate) fn items(&self) -> &[Value] {
        &self.items
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.nil
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }
}

fn depth(value: &Value) -> u32 {
    match value {
        Value::List(list) => list.depth,
        _ => 0,
    }
}
