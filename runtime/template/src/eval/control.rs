//! `if`, `with` and `range`.

use super::{Exec, Flow, Step};
use crate::error::ErrorKind;
use crate::fmt;
use crate::syntax::Branch;
use crate::text::Out;
use crate::value::{Int, List, Value};
use std::sync::Arc;

/// What `range` goes over.
enum Items {
    Count(Int),
    List(Arc<List>),
    Pairs(Vec<(Value, Value)>),
}

fn number(i: usize) -> Value {
    Value::int(i64::try_from(i).unwrap_or(i64::MAX))
}

/// A longer value is not shown.
const SHOWN: usize = 1024;

/// A value for a message; a secret or long one only by its type.
fn shown(value: &Value) -> String {
    let mut out = Out::new(SHOWN);
    fmt::display(&mut out, value);
    if value.is_secret() || out.overflowed() {
        return format!("a value of type {}", value.static_name());
    }
    String::from_utf8_lossy(out.finish().bytes()).into_owned()
}

impl<'t> Exec<'t> {
    pub(super) fn choose(&mut self, dot: &Value, branch: &'t Branch, with: bool) -> Step<Flow> {
        let visible = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = if !value.truth() {
            match &branch.otherwise {
                Some(nodes) => self.walk(dot, nodes)?,
                None => Flow::On,
            }
        } else if with {
            let boxed = std::mem::take(&mut self.boxed);
            let flow = self.walk(&value, &branch.body)?;
            self.boxed = boxed;
            flow
        } else {
            self.walk(dot, &branch.body)?
        };
        self.variables.truncate(visible);
        Ok(flow)
    }

    pub(super) fn range(&mut self, dot: &Value, branch: &'t Branch) -> Step<Flow> {
        let visible = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = self.iterate(dot, branch, visible, &value)?;
        self.variables.truncate(visible);
        Ok(flow)
    }

    fn iterate(
        &mut self,
        dot: &Value,
        branch: &'t Branch,
        visible: usize,
        value: &Value,
    ) -> Step<Flow> {
        let mut ran = false;
        let boxed = self.boxed;
        let items = self.items(branch, value)?;
        self.boxed = match value.target() {
            Value::List(list) => list.item_type().is_any(),
            Value::Map(map) => map.item_type().is_any(),
            _ => false,
        };
        match items {
            Items::Count(count) => {
                for i in 0..count.value.max(0) {
                    ran = true;
                    let item = Value::Int(Int { value: i, ..count });
                    if self.pass(branch, visible, Value::Missing, &item)? == Flow::Break {
                        break;
                    }
                }
            }
            Items::List(list) => {
                for (i, item) in list.items().iter().enumerate() {
                    ran = true;
                    if self.pass(branch, visible, number(i), item)? == Flow::Break {
                        break;
                    }
                }
            }
            Items::Pairs(items) => {
                for (index, item) in items {
                    ran = true;
                    if self.pass(branch, visible, index, &item)? == Flow::Break {
                        break;
                    }
                }
            }
        }
        self.boxed = boxed;
        match &branch.otherwise {
            // A break here ends only this range, a continue is one of the range around it.
            Some(nodes) if !ran => match self.walk(dot, nodes)? {
                Flow::Continue => Ok(Flow::Continue),
                Flow::On | Flow::Break => Ok(Flow::On),
            },
            _ => Ok(Flow::On),
        }
    }

    fn items(&mut self, branch: &'t Branch, value: &Value) -> Step<Items> {
        let byte = |b: &u8, secret| {
            Value::Int(Int {
                kind: crate::value::IntKind::Uint8,
                value: i64::from(*b),
                secret,
            })
        };
        let items = match value.target() {
            Value::Missing | Value::Nil | Value::NilBytes => Vec::new(),
            Value::Int(int) => {
                if branch.pipe.decls.len() > 1 {
                    let shown = shown(value);
                    let message =
                        format!("can't use {shown} to iterate over more than one variable");
                    return self.fail(ErrorKind::Other, message);
                }
                return Ok(Items::Count(*int));
            }
            Value::List(list) => return Ok(Items::List(Arc::clone(list))),
            Value::Bytes(bytes) => {
                let charged = self.context.charge_items(bytes.len());
                self.lift(charged)?;
                let secret = |i| bytes.marks().touches(i..i + 1);
                bytes
                    .bytes()
                    .iter()
                    .enumerate()
                    .map(|(i, b)| (number(i), byte(b, secret(i))))
                    .collect()
            }
            Value::Map(map) => {
                let charged = self.context.charge_items(map.len());
                self.lift(charged)?;
                map.entries()
                    .into_iter()
                    .map(|(key, item)| (Value::Str(key), item))
                    .collect()
            }
            other => {
                let message = format!("range can't iterate over {}", shown(other));
                return self.fail(ErrorKind::Other, message);
            }
        };
        Ok(Items::Pairs(items))
    }

    /// One pass; the variables of the range are set first, those of its body forgotten at the end.
    fn pass(
        &mut self,
        branch: &'t Branch,
        visible: usize,
        index: Value,
        item: &Value,
    ) -> Step<Flow> {
        let step = self.context.step();
        self.lift(step)?;
        let top = self.variables.len();
        let source: &'t str = &self.tree.source;
        let pipe = &branch.pipe;
        match &*pipe.decls {
            [] => {}
            [one] if pipe.assign => self.assign(one.of(source), item.clone())?,
            [first, second, ..] if pipe.assign => {
                self.assign(first.of(source), index)?;
                self.assign(second.of(source), item.clone())?;
            }
            decls => {
                let values = [index, item.clone()];
                let skipped = values.len().saturating_sub(decls.len());
                for (slot, value) in values.into_iter().skip(skipped).enumerate() {
                    if let Some((_, old)) = self.variables.get_mut(visible + slot) {
                        *old = value;
                    }
                }
            }
        }
        let flow = self.walk(item, &branch.body)?;
        self.variables.truncate(top);
        Ok(flow)
    }
}
