//! The locked-down WASI: what the runtimes of Go, Python and JavaScript ask for at start,
//! and nothing that reaches outside.
//!
//! No files, no arguments, no environment, no sockets, no name lookup, nothing on
//! standard input; what is written to standard output and error becomes log lines.

use crate::capability::log::{CallLog, Level, Line};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWrite;
use wasmtime::component::Linker;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiView};

/// Bytes that one request for randomness may have.
const LONGEST_RANDOM: u64 = 64 << 10;

/// Bytes of a line before it is broken.
const LONGEST_LINE: usize = 4 << 10;

/// Links WASI 0.2. What it may do is decided by the context in the store.
pub(crate) fn add_to_linker<T: WasiView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

fn locked_down() -> WasiCtxBuilder {
    let mut builder = WasiCtxBuilder::new();
    builder
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .socket_addr_check(|_, _| Box::pin(async { false }))
        .max_random_size(LONGEST_RANDOM);
    builder
}

/// For a call that runs: real time, real randomness.
pub(super) fn running(log: &CallLog) -> WasiCtx {
    locked_down()
        .stdout(Lines::new(log.clone(), Level::Info))
        .stderr(Lines::new(log.clone(), Level::Warn))
        .build()
}

/// For `functions`, `validate` and `plan`: time stands still and randomness repeats, so
/// the same question has the same answer.
pub(super) fn pure(log: &CallLog) -> WasiCtx {
    locked_down()
        .stdout(Lines::new(log.clone(), Level::Debug))
        .stderr(Lines::new(log.clone(), Level::Debug))
        .wall_clock(Standing)
        .monotonic_clock(Standing)
        .secure_random(Deterministic::new(vec![0x5a]))
        .insecure_random(Deterministic::new(vec![0xa5]))
        .insecure_random_seed(0)
        .build()
}

/// A clock that shows the same time always.
struct Standing;

impl HostWallClock for Standing {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for Standing {
    fn resolution(&self) -> u64 {
        1
    }
    fn now(&self) -> u64 {
        0
    }
}

/// Standard output or error as lines of the call's log.
#[derive(Clone)]
struct Lines {
    log: CallLog,
    level: Level,
    line: Arc<Mutex<Vec<u8>>>,
}

impl Lines {
    fn new(log: CallLog, level: Level) -> Self {
        Self {
            log,
            level,
            line: Arc::default(),
        }
    }

    fn take(&self, bytes: &[u8]) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        for &byte in bytes {
            if byte != b'\n' {
                line.push(byte);
            }
            if byte == b'\n' || line.len() >= LONGEST_LINE {
                self.say(&mut line);
            }
        }
    }

    fn say(&self, line: &mut Vec<u8>) {
        let message = String::from_utf8_lossy(line).into_owned();
        line.clear();
        if !message.trim().is_empty() {
            self.log.write(Line {
                level: self.level,
                message,
                fields: Vec::new(),
            });
        }
    }
}

impl IsTerminal for Lines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Lines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Lines {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // Each stream is a clone; the last one says what no newline ended.
        if Arc::strong_count(&self.line) == 1 {
            let line = Arc::clone(&self.line);
            let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
            self.say(&mut line);
        }
    }
}
