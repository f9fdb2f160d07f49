//! What the caller decides: the dialect, the limits, and what a template may learn of the world outside.

use std::sync::Arc;
use std::time::Duration;

/// How a template is read and what it may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Arguments, object references and output artifacts: all functions, a missing key is an error.
    GoArguments,
    /// Conditions of `Wait`: all functions, a missing key gives the zero value.
    GoWait,
    /// Conditions of `WaitV2`: the builtins with `exists` and `base64decode`, a missing key gives no value.
    GoWaitV2,
    /// Native Jinja over the same functions; never guessed, only chosen.
    Jinja,
}

/// What a map without the wanted key gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingKey {
    Error,
    Zero,
    Invalid,
}

impl Dialect {
    pub(crate) fn missing_key(self) -> MissingKey {
        match self {
            Dialect::GoArguments | Dialect::Jinja => MissingKey::Error,
            Dialect::GoWait => MissingKey::Zero,
            Dialect::GoWaitV2 => MissingKey::Invalid,
        }
    }
}

/// Bounds of one rendering. A template that reaches one fails with [`ErrorKind::Limit`](crate::ErrorKind::Limit).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of templates, blocks and lists.
    pub depth: u32,
    /// Nodes executed, loop passes and functions called, together.
    pub steps: u64,
    /// Bytes of output.
    pub output: usize,
    /// Bytes that all values made on the way may take together.
    pub memory: usize,
    /// Time by [`World::elapsed`].
    pub time: Duration,
}

impl Default for Limits {
    /// Room for any honest Blueprint: depth 300, a million steps, 4 MiB of output, 64 MiB of values, 10 seconds.
    fn default() -> Limits {
        Limits {
            depth: 300,
            steps: 1_000_000,
            output: 4 << 20,
            memory: 64 << 20,
            time: Duration::from_secs(10),
        }
    }
}

/// Where a template's knowledge of the outside comes from: this crate asks nobody else.
pub trait World: Send + Sync {
    /// The time of day for `now`, `ago` and certificates: seconds since 1970-01-01T00:00:00Z and nanoseconds.
    fn now(&self) -> (i64, u32);

    /// A clock that never goes back, for [`Limits::time`].
    fn elapsed(&self) -> Duration;

    /// Fills `buffer` with bytes fit for keys.
    fn fill_random(&self, buffer: &mut [u8]);

    /// `env` and `expandenv`; asked only if [`Options::allow_env`].
    fn env(&self, name: &str) -> Option<String>;

    /// `getHostByName`; asked only if [`Options::allow_lookup`].
    fn lookup_host(&self, name: &str) -> Vec<String>;
}

/// The circumstances of a rendering.
#[derive(Clone)]
pub struct Options {
    /// Clock, randomness and, where allowed, environment and name service.
    pub world: Arc<dyn World>,
    /// Bounds of each rendering.
    pub limits: Limits,
    /// The operator lets templates read the environment of the process.
    pub allow_env: bool,
    /// The operator lets templates ask the name service.
    pub allow_lookup: bool,
}

impl Options {
    /// Default limits; no environment, no name service.
    pub fn new(world: Arc<dyn World>) -> Options {
        Options {
            world,
            limits: Limits::default(),
            allow_env: false,
            allow_lookup: false,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Options {
            world: _,
            limits,
            allow_env,
            allow_lookup,
        } = self;
        f.debug_struct("Options")
            .field("limits", limits)
            .field("allow_env", allow_env)
            .field("allow_lookup", allow_lookup)
            .finish()
    }
}
