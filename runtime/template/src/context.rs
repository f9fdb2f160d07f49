//! One rendering: what it may still use up, and what it may know.

use crate::options::{Limits, Options};
use crate::text::{Out, Str};
use crate::value::{List, Map, Type, Value};
use std::sync::Arc;
use std::time::Duration;

/// Why a function failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fail {
    /// Its own reason, as it stands after "error calling NAME: ".
    Message(String),
    /// A limit; the text says which.
    Limit(String),
}

impl Fail {
    pub(crate) fn new(message: impl Into<String>) -> Fail {
        Fail::Message(message.into())
    }
}

/// The time is asked for once in this many steps.
const STEPS_PER_LOOK: u64 = 256;
/// A larger buffer is not kept.
const SCRATCH: usize = 64 << 10;
/// What one value in a list or map is taken to need.
const VALUE_BYTES: usize = 48;

/// The state of one rendering that functions may use.
pub(crate) struct Context {
    pub(crate) options: Options,
    steps: u64,
    bytes: usize,
    /// When the time is up; known from the first look at the clock on, so that short renderings ask for no time.
    deadline: Option<Duration>,
    maps: Vec<Arc<Map>>,
    /// The buffer of the last text written, for the next one.
    scratch: Vec<u8>,
}

impl Context {
    pub(crate) fn new(options: &Options) -> Context {
        let Limits {
            steps,
            memory,
            time: _,
            depth: _,
            output: _,
        } = options.limits;
        Context {
            options: options.clone(),
            steps,
            bytes: memory,
            deadline: None,
            maps: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Takes one step.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<(), Fail> {
        self.spend(1)
    }

    /// Takes `count` steps at once.
    #[inline]
    pub(crate) fn spend(&mut self, count: u64) -> Result<(), Fail> {
        let before = self.steps;
        match self.steps.checked_sub(count) {
            Some(left) => self.steps = left,
            None => return self.out_of_steps(),
        }
        if before / STEPS_PER_LOOK != self.steps / STEPS_PER_LOOK {
            return self.look_at_clock();
        }
        Ok(())
    }

    #[cold]
    fn out_of_steps(&self) -> Result<(), Fail> {
        let steps = self.options.limits.steps;
        Err(Fail::Limit(format!("more than {steps} steps")))
    }

    /// Fails if the time is up; called after whatever takes long by itself.
    pub(crate) fn look_at_clock(&mut self) -> Result<(), Fail> {
        let now = self.options.world.elapsed();
        let time = self.options.limits.time;
        if now > *self.deadline.get_or_insert(now.saturating_add(time)) {
            let seconds = self.options.limits.time.as_secs_f64();
            return Err(Fail::Limit(format!("more than {seconds} seconds")));
        }
        Ok(())
    }

    /// Accounts for `bytes` of memory.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fail> {
        match self.bytes.checked_sub(bytes) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(Fail::Limit(format!(
                "values of more than {} bytes",
                self.options.limits.memory
            ))),
        }
    }

    /// Bytes that values may still take.
    pub(crate) fn memory_left(&self) -> usize {
        self.bytes
    }

    /// A text to write a result into, no longer than the memory that is left.
    pub(crate) fn out(&mut self) -> Out {
        Out::into(std::mem::take(&mut self.scratch), self.bytes)
    }

    /// The text of a finished `out`.
    pub(crate) fn finish(&mut self, out: Out) -> Result<Str, Fail> {
        let size = if out.overflowed() {
            usize::MAX
        } else {
            out.len()
        };
        self.charge(size)?;
        let (mut bytes, marks) = out.into_parts();
        let text = Str::marked(&*bytes, marks);
        if bytes.capacity() <= SCRATCH {
            bytes.clear();
            self.scratch = bytes;
        }
        Ok(text)
    }

    /// A string result without marks.
    pub(crate) fn text(&mut self, text: impl Into<Vec<u8>>) -> Result<Value, Fail> {
        let bytes = text.into();
        self.charge(bytes.len())?;
        Ok(Value::Str(Str::new(bytes)))
    }

    /// A list result of any items.
    pub(crate) fn list(&mut self, items: Vec<Value>) -> Result<Value, Fail> {
        self.typed_list(&Type::Any, items)
    }

    /// A list result with the item type `item_type`.
    pub(crate) fn typed_list(
        &mut self,
        item_type: &'static Type,
        items: Vec<Value>,
    ) -> Result<Value, Fail> {
        self.charge_items(items.len())?;
        let list = List::of(item_type, items);
        if list.depth() > self.options.limits.depth {
            return Err(Fail::Limit(format!(
                "lists nested deeper than {}",
                self.options.limits.depth
            )));
        }
        Ok(Value::List(list))
    }

    /// Accounts for a list or map of `count` items before it is built.
    pub(crate) fn charge_items(&mut self, count: usize) -> Result<(), Fail> {
        self.charge(
            count
                .saturating_mul(VALUE_BYTES)
                .saturating_add(VALUE_BYTES),
        )
    }

    /// A map result that the template can change later.
    pub(crate) fn map(&mut self, entries: Vec<(Str, Value)>) -> Result<Value, Fail> {
        self.typed_map(&Type::Any, entries)
    }

    /// A map result with the value type `item_type`.
    pub(crate) fn typed_map(
        &mut self,
        item_type: &'static Type,
        entries: Vec<(Str, Value)>,
    ) -> Result<Value, Fail> {
        self.charge_items(entries.len())?;
        let map = Map::open(item_type, entries);
        self.maps.push(Arc::clone(&map));
        Ok(Value::Map(map))
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("steps", &self.steps)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Drop for Context {
    /// Empties the maps one by one, so that cycles are freed and long chains are not dropped recursively.
    fn drop(&mut self) {
        for map in &self.maps {
            map.clear();
        }
    }
}
