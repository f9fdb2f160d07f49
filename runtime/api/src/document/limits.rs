//! How much a manifest may demand.

/// How large a stream of manifests may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The length of the text in bytes.
    pub text: usize,
    /// How deep lists and maps may be nested.
    pub depth: usize,
    /// The size of all documents together with aliases expanded, in bytes: the texts, and
    /// [`Limits::NODE`] for each value and key.
    pub expanded: usize,
}

impl Limits {
    /// What a value or a key counts besides its text, in bytes.
    pub const NODE: usize = 64;
}

impl Default for Limits {
    /// 16 MiB of text, 100 levels, 128 MiB expanded: Kubernetes itself takes no object above 1.5 MiB.
    fn default() -> Self {
        Self {
            text: 16 << 20,
            depth: 100,
            expanded: 128 << 20,
        }
    }
}
