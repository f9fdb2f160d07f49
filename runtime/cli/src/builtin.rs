//! The functions that come with the binary: the components that `cargo xtask build` made.

/// A component that is part of the binary.
#[derive(Clone, Copy)]
pub struct Component {
    /// The name of its crate below `plugins/`.
    pub name: &'static str,
    /// The component, with its manifest.
    pub bytes: &'static [u8],
}

/// Every component of the binary, sorted by name; none if it was built without them.
pub const COMPONENTS: &[Component] = include!(concat!(env!("OUT_DIR"), "/components.rs"));
