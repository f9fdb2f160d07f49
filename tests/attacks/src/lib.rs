//! Components of hostile intent against the host.
//!
//! The attacks are in `tests/hostile`, compiled as any stranger's plugin is. What stops
//! each of them stands in [`TABLE`]; the tests hold that the table is complete and true.

/// An attack, what it does, and what stops it.
pub const TABLE: &[(&str, &str, &str)] = &[
    (
        "loop",
        "computes for ever",
        "CPU limit; others go on, since it yields at each tick",
    ),
    ("allocate", "allocates without end", "memory limit"),
    (
        "log",
        "writes 1 GiB of log",
        "log limit: dropped lines are counted, the call goes on",
    ),
    ("handles", "opens 100,000 handles", "handle limit"),
    (
        "hold",
        "leaves 800 MiB in sources that the host holds",
        "limit on held bytes",
    ),
    ("copy", "passes 100 MiB in one call", "limit on host copies"),
    ("trap", "aborts", "its own store dies, and nothing else"),
    (
        "panic",
        "panics",
        "its own store dies; the message is in its log",
    ),
    ("recurse", "recurses without end", "stack limit"),
    ("sleep", "sleeps past its deadline", "time limit"),
    ("sleep-on", "ignores that it was cancelled", "grace limit"),
    ("pipe", "waits for a reader that never comes", "time limit"),
    (
        "progress",
        "reports progress a million times",
        "the sink keeps the newest; CPU limit",
    ),
    (
        "checkpoint",
        "saves a checkpoint of 1 MiB",
        "refused as a value",
    ),
    ("random", "asks for 4 GiB of randomness", "gets 64 KiB"),
    ("huge", "returns 8 MiB", "output limit"),
    (
        "malformed",
        "returns half a JSON text",
        "refused as malformed",
    ),
    (
        "list",
        "returns JSON that is no object",
        "refused as malformed",
    ),
    (
        "deep",
        "returns 100,000 nested lists",
        "refused as malformed",
    ),
    (
        "get-secret",
        "does another thing than it planned",
        "the plan's layer",
    ),
    (
        "get-elsewhere",
        "reaches into another namespace",
        "the grant's layer",
    ),
    (
        "exec",
        "runs a command that it was not granted",
        "the grant's layer",
    ),
    (
        "path",
        "tries keys outside its prefix",
        "the key's grammar, then the grant's layer",
    ),
    (
        "url",
        "tries URLs outside its grant",
        "the grant's layer, also for the resolved address",
    ),
    (
        "follow",
        "follows a redirect into the cluster",
        "each request is checked anew",
    ),
    (
        "leak",
        "prints, reports and returns its arguments",
        "it only has tokens",
    ),
    ("fail", "fails with its arguments", "it only has tokens"),
    (
        "reveal",
        "asks for the bytes behind its tokens",
        "the grant's layer",
    ),
    (
        "slot",
        "takes a secret that it was not granted",
        "the grant's layer",
    ),
];
