//! The arguments of a call, already checked against the parameters.

use crate::context::Fail;
use crate::text::Str;
use crate::time::Time;
use crate::value::{List, Map, Value};

/// Typed access to arguments.
#[derive(Clone, Copy)]
pub(crate) struct Args<'a>(pub(crate) &'a [Value]);

impl<'a> Args<'a> {
    pub(crate) fn get(self, at: usize) -> Result<&'a Value, Fail> {
        self.0
            .get(at)
            .ok_or_else(|| Fail::new(format!("argument {} is missing", at + 1)))
    }

    /// Everything from `at` on.
    pub(crate) fn from(self, at: usize) -> &'a [Value] {
        self.0.get(at..).unwrap_or_default()
    }

    pub(crate) fn str(self, at: usize) -> Result<&'a Str, Fail> {
        match self.get(at)? {
            Value::Str(text) => Ok(text),
            _ => Err(wrong(at, "string")),
        }
    }

    pub(crate) fn int(self, at: usize) -> Result<i64, Fail> {
        match self.get(at)? {
            Value::Int(int) => Ok(int.value),
            _ => Err(wrong(at, "int")),
        }
    }

    pub(crate) fn float(self, at: usize) -> Result<f64, Fail> {
        match self.get(at)? {
            Value::Float(value, _) => Ok(*value),
            _ => Err(wrong(at, "float64")),
        }
    }

    pub(crate) fn bool(self, at: usize) -> Result<bool, Fail> {
        match self.get(at)? {
            Value::Bool(value) => Ok(*value),
            _ => Err(wrong(at, "bool")),
        }
    }

    pub(crate) fn map(self, at: usize) -> Result<&'a Map, Fail> {
        match self.get(at)? {
            Value::Map(map) => Ok(map),
            _ => Err(wrong(at, "map[string]interface {}")),
        }
    }

    pub(crate) fn list(self, at: usize) -> Result<&'a List, Fail> {
        match self.get(at)? {
            Value::List(list) => Ok(list),
            _ => Err(wrong(at, "[]interface {}")),
        }
    }

    pub(crate) fn time(self, at: usize) -> Result<&'a Time, Fail> {
        match self.get(at)? {
            Value::Time(time) => Ok(time),
            _ => Err(wrong(at, "time.Time")),
        }
    }
}

fn wrong(at: usize, kind: &str) -> Fail {
    Fail::new(format!("argument {} is no {kind}", at + 1))
}
