//! From bytes to something that can be called.

mod aot;
mod compile;
mod descriptor;
mod plugin;

pub use aot::{CacheDirError, CompiledCache};
pub use compile::{CompileError, Compiler, digest_of};
pub use descriptor::{
    Descriptor, DescriptorError, Output, Parameter, Rendering, ValueType, describe,
};
pub use plugin::{LoadError, Plugin};
