use super::error::BuildError;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// Makes a component of a core module that carries the sections of a binding generator. Only
/// what the module imports is imported by the component. A module of WASI 0.1 gets the
/// adapter to WASI 0.2.
///
/// # Errors
/// [`BuildError::Componentize`] if it is no such module.
pub fn componentize(core: &[u8]) -> Result<Vec<u8>, BuildError> {
    if !Parser::is_core_wasm(core) {
        let what = if Parser::is_component(core) {
            "it is a component already; give it with --component FILE"
        } else {
            "it is no core WebAssembly module"
        };
        return Err(BuildError::Componentize(what.to_owned()));
    }
    let wrong = |error: String| BuildError::Componentize(error);
    let mut encoder = ComponentEncoder::default()
        .validate(true)
        .module(core)
        .map_err(|e| wrong(format!("{e:#}")))?;
    if imports_preview1(core).map_err(|e| wrong(e.to_string()))? {
        encoder = encoder
            .adapter(
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            )
            .map_err(|e| wrong(format!("{e:#}")))?;
    }
    encoder.encode().map_err(|e| wrong(format!("{e:#}")))
}

fn imports_preview1(core: &[u8]) -> Result<bool, wasmparser::BinaryReaderError> {
    for payload in Parser::new(0).parse_all(core) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                if import?.module == WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
