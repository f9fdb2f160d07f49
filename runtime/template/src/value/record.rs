//! Go structs.

use super::{RecordType, Value};
use std::sync::Arc;

/// A struct: its type and its field values in the order of the type.
#[derive(Debug)]
pub(crate) struct Record {
    kind: &'static RecordType,
    fields: Vec<Value>,
}

impl Record {
    /// A struct with these fields; missing ones at the end are zero.
    pub(crate) fn new(kind: &'static RecordType, fields: Vec<Value>) -> Arc<Record> {
        let mut fields = fields;
        fields.truncate(kind.fields.len());
        for field in kind.fields.iter().skip(fields.len()) {
            fields.push(field.kind.zero());
        }
        Arc::new(Record { kind, fields })
    }

    pub(crate) fn zero(kind: &'static RecordType) -> Arc<Record> {
        Record::new(kind, Vec::new())
    }

    pub(crate) fn kind(&self) -> &'static RecordType {
        self.kind
    }

    pub(crate) fn fields(&self) -> &[Value] {
        &self.fields
    }

    /// A field of its own or a promoted one.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let (at, sub) = self.kind.find(name)?;
        let value = self.fields.get(at)?;
        match (sub, value) {
            (None, value) => Some(value),
            (Some(sub), Value::Record(inner)) => inner.fields.get(sub),
            (Some(_), _) => None,
        }
    }
}
