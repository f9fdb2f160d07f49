use kanister_api::function::FileError;

/// Why bytes are not a plugin.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Larger than any plugin should be.
    #[error("it has {size} bytes, more than the {limit} that a plugin may have")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The most bytes allowed.
        limit: usize,
    },
    /// A core module.
    #[error(
        "it is a core WebAssembly module, not a component; \
         make one of it with `kanister plugin build DIR --core FILE`"
    )]
    CoreModule,
    /// Something else.
    #[error("it is no WebAssembly at all")]
    NotWebAssembly,
    /// Damaged, truncated or using what is not enabled.
    #[error("it is no valid component: {0}")]
    Invalid(#[from] wasmparser::BinaryReaderError),
    /// More imports than any plugin should have.
    #[error("it has more than {limit} imports")]
    TooManyImports {
        /// The most allowed.
        limit: usize,
    },
    /// The contract asks for an export that is not there.
    #[error("it does not export {interface}; a plugin exports kanister:function/describe and run")]
    NoExport {
        /// The name of the interface that is missing.
        interface: &'static str,
    },
    /// More than one manifest, so that different readers might see different ones.
    #[error("it has several sections with a manifest; build it again from its source")]
    SeveralManifests,
    /// The manifest is not text.
    #[error("its manifest is not UTF-8 text")]
    ManifestNotText,
    /// The manifest is longer than any manifest should be.
    #[error("its manifest has {size} bytes, more than the {limit} that it may have")]
    ManifestTooLarge {
        /// Its size in bytes.
        size: usize,
        /// The most bytes allowed.
        limit: usize,
    },
    /// The manifest is not one.
    #[error(transparent)]
    Manifest(#[from] FileError),
}
