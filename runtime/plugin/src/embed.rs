//! Writing the manifest into a component.

use crate::error::ReadError;
use kanister_api::function::MANIFEST_SECTION;
use std::borrow::Cow;
use wasm_encoder::{ComponentSection, CustomSection, RawSection};
use wasmparser::{Parser, Payload};

/// The most bytes that a manifest may have.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

pub(crate) fn check_manifest_size(size: usize) -> Result<(), ReadError> {
    if size > MAX_MANIFEST_BYTES {
        return Err(ReadError::ManifestTooLarge {
            size,
            limit: MAX_MANIFEST_BYTES,
        });
    }
    Ok(())
}

/// The same component with this text as its manifest, in place of any that it had.
///
/// # Errors
/// [`ReadError`] if the bytes are no component or the text is too long. Neither is validated
/// beyond that; [`crate::Component::read`] does it.
pub fn embed_manifest(component: &[u8], manifest: &str) -> Result<Vec<u8>, ReadError> {
    check_manifest_size(manifest.len())?;
    if Parser::is_core_wasm(component) {
        return Err(ReadError::CoreModule);
    }
    if !Parser::is_component(component) {
        return Err(ReadError::NotWebAssembly);
    }
    let mut whole = wasm_encoder::Component::HEADER.to_vec();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if depth == 0
            && !is_manifest(&payload)
            && let Some((id, range)) = payload.as_section()
            && let Some(data) = component.get(range)
        {
            RawSection { id, data }.append_to_component(&mut whole);
        }
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let section = CustomSection {
        name: Cow::Borrowed(MANIFEST_SECTION),
        data: Cow::Borrowed(manifest.as_bytes()),
    };
    section.append_to_component(&mut whole);
    Ok(whole)
}

fn is_manifest(payload: &Payload<'_>) -> bool {
    matches!(payload, Payload::CustomSection(section) if section.name() == MANIFEST_SECTION)
}
