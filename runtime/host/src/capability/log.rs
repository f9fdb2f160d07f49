//! `kanister:host/log`: what a function says, bounded.

use crate::bindings::kanister::host::log as wit;
use crate::call::CallState;
use crate::secret::Vault;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever writes the function.
    Trace,
    /// For whoever looks for a fault.
    Debug,
    /// For whoever operates it.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
}

/// One line of a function's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How loud.
    pub level: Level,
    /// The text. What the log of a call hands on has no secret of that call in it.
    pub message: String,
    /// What belongs to it.
    pub fields: Vec<(String, String)>,
}

impl Line {
    /// The fields as one text: `key=value`, with spaces between them.
    #[must_use]
    pub fn fields_text(&self) -> String {
        self.fields
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Where lines go.
pub trait LogSink: Send + Sync {
    /// A line.
    fn line(&self, line: Line);
}

/// Lines become events of `tracing`, target `kanister::function`.
#[derive(Debug, Clone)]
pub struct Tracing {
    /// The invocation that speaks.
    pub invocation: String,
}

impl LogSink for Tracing {
    fn line(&self, line: Line) {
        let fields = line.fields_text();
        let Line {
            level,
            message,
            fields: _,
        } = line;
        macro_rules! say {
            ($level:ident) => {
                tracing::$level!(target: "kanister::function", invocation = %self.invocation, %fields, "{message}")
            };
        }
        match level {
            Level::Trace => say!(trace),
            Level::Debug => say!(debug),
            Level::Info => say!(info),
            Level::Warn => say!(warn),
            Level::Error => say!(error),
        }
    }
}

/// The log of one call: a sink with a budget, that gets no secret of the call. Guests have tokens
/// only, but what a pod or a command prints may have been given the bytes.
#[derive(Clone)]
pub struct CallLog(Arc<Inner>);

struct Inner {
    sink: Arc<dyn LogSink>,
    vault: Vault,
    left: AtomicU64,
    dropped: AtomicU64,
}

impl CallLog {
    /// A log that takes `limit` bytes; secrets in `vault` are masked.
    #[must_use]
    pub fn new(sink: Arc<dyn LogSink>, limit: u64, vault: Vault) -> Self {
        Self(Arc::new(Inner {
            sink,
            vault,
            left: AtomicU64::new(limit),
            dropped: AtomicU64::new(0),
        }))
    }

    /// Writes a line, or counts it as dropped when the budget is spent.
    pub fn write(&self, line: Line) {
        let fields = line
            .fields
            .iter()
            .map(|(key, value)| key.len() + value.len());
        let size = line.message.len() + fields.sum::<usize>() + 1;
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let paid = self
            .0
            .left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                left.checked_sub(size)
            });
        match paid {
            Ok(_) => self.0.sink.line(masked(line, &self.0.vault)),
            Err(_) => {
                // A line that does not fit closes the log, so that what follows cannot
                // read as if nothing were missing in between.
                self.0.left.store(0, Ordering::Release);
                self.0.dropped.fetch_add(1, Ordering::AcqRel);
            }
        }
    }

    /// Lines dropped until now.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Acquire)
    }

    /// Says how many lines are missing, if any are.
    pub fn close(&self) {
        let dropped = self.0.dropped.swap(0, Ordering::AcqRel);
        if dropped > 0 {
            self.0.sink.line(Line {
                level: Level::Warn,
                message: format!("the function's log limit was reached: {dropped} lines dropped"),
                fields: Vec::new(),
            });
        }
    }
}

fn masked(line: Line, vault: &Vault) -> Line {
    let Line {
        level,
        message,
        fields,
    } = line;
    Line {
        level,
        message: vault.mask_text(message),
        fields: fields
            .into_iter()
            .map(|(key, value)| (key, vault.mask_text(value)))
            .collect(),
    }
}

impl wit::Host for CallState {
    async fn write(
        &mut self,
        level: wit::Level,
        message: String,
        fields: Vec<wit::Field>,
    ) -> wasmtime::Result<()> {
        let level = match level {
            wit::Level::Trace => Level::Trace,
            wit::Level::Debug => Level::Debug,
            wit::Level::Info => Level::Info,
            wit::Level::Warn => Level::Warn,
            wit::Level::Error => Level::Error,
        };
        self.log.write(Line {
            level,
            message,
            fields: fields
                .into_iter()
                .map(|field| (field.key, field.value))
                .collect(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Kept(Mutex<Vec<Line>>);

    impl LogSink for Kept {
        fn line(&self, line: Line) {
            self.0.lock().unwrap().push(line);
        }
    }

    #[test]
    fn past_the_limit_lines_are_counted_and_not_kept() {
        let kept = Arc::new(Kept::default());
        let log = CallLog::new(Arc::clone(&kept) as Arc<dyn LogSink>, 100, Vault::new());
        for _ in 0..1000 {
            log.write(Line {
                level: Level::Info,
                message: "123456789".to_owned(),
                fields: Vec::new(),
            });
        }
        assert_eq!(log.dropped(), 990);
        log.close();
        let kept = kept.0.lock().unwrap();
        assert_eq!(kept.len(), 11);
        assert!(kept.last().unwrap().message.contains("990 lines dropped"));
    }

    #[test]
    fn what_a_pod_prints_of_a_secret_is_masked() {
        let kept = Arc::new(Kept::default());
        let vault = Vault::new();
        let log = CallLog::new(Arc::clone(&kept) as Arc<dyn LogSink>, 100, vault.clone());
        let token = vault.deposit("canary-42".to_owned().into()).unwrap();
        log.write(Line {
            level: Level::Info,
            message: "password=canary-42".to_owned(),
            fields: vec![("command".to_owned(), format!("x {token}"))],
        });
        let kept = kept.0.lock().unwrap();
        assert_eq!(kept[0].message, "password=******");
        assert_eq!(kept[0].fields[0].1, "x ******");
    }
}
