//! Events of a run that is not claimed yet.

use crate::seat::{EventSink, RunEvent};
use parking_lot::Mutex;
use std::sync::Arc;

/// Keeps events until they are true. If another process claims the ActionSet first, nobody hears of
/// them.
pub(crate) struct HeldBack {
    sink: Arc<dyn EventSink>,
    /// None once they are told at once.
    waiting: Mutex<Option<Vec<RunEvent>>>,
}

impl HeldBack {
    pub(super) fn new(sink: Arc<dyn EventSink>) -> Self {
        Self {
            sink,
            waiting: Mutex::new(Some(Vec::new())),
        }
    }

    /// Tells what waits, and from now on everything at once.
    pub(super) fn release(&self) {
        let mut waiting = self.waiting.lock();
        for event in waiting.take().into_iter().flatten() {
            self.sink.emit(event);
        }
    }
}

impl EventSink for HeldBack {
    fn emit(&self, event: RunEvent) {
        match &mut *self.waiting.lock() {
            Some(waiting) => waiting.push(event),
            None => self.sink.emit(event),
        }
    }
}
