//! The functions that come with the binary: the components that `cargo xtask build` made.

/// Every component of the binary: the name of its crate below `plugins/`, and its bytes; sorted
/// by name. None if the binary was built without them.
pub fn components() -> &'static [(&'static str, &'static [u8])] {
    include!(concat!(env!("OUT_DIR"), "/components.rs"))
}
