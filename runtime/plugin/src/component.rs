use crate::contract::InterfaceName;
use crate::embed::check_manifest_size;
use crate::error::ReadError;
use kanister_api::function::{FunctionManifest, MANIFEST_SECTION};
use wasmparser::component_types::ComponentEntityType;
use wasmparser::types::Types;
use wasmparser::{Parser, Payload, Validator};

/// The most bytes that a component may have: a Python guest has 18 MB.
pub const MAX_COMPONENT_BYTES: usize = 64 << 20;

/// The most imports that a component may have.
pub const MAX_IMPORTS: usize = 256;

/// What stands in a component: its manifest, and what it imports.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// What its author says that it needs; none if the component has no such section, which
    /// says that it needs nothing.
    pub manifest: Option<FunctionManifest>,
    /// What it imports, in the order of the component.
    pub imports: Vec<Import>,
}

/// One import of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its full name: `kanister:kube/objects@0.1.0`.
    pub name: String,
    /// The functions it takes from there: `get`, `[method]watcher.next`. Without any, only
    /// types are named and nothing can be called.
    pub functions: Vec<String>,
}

impl Component {
    /// Reads a component. `file` is how messages call it.
    ///
    /// # Errors
    /// [`ReadError`] if the bytes are no valid component, if it does not export the contract,
    /// or if its manifest is not one.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_COMPONENT_BYTES {
            return Err(ReadError::TooLarge {
                size: bytes.len(),
                limit: MAX_COMPONENT_BYTES,
            });
        }
        if !bytes.starts_with(b"\0asm") {
            return Err(ReadError::NotWebAssembly);
        }
        if Parser::is_core_wasm(bytes) {
            return Err(ReadError::CoreModule);
        }
        let types = Validator::new().validate_all(bytes)?;
        let Sections {
            imports,
            exports,
            manifest,
        } = Sections::read(bytes)?;
        for (interface, name) in [
            ("describe", "kanister:function/describe"),
            ("run", "kanister:function/run"),
        ] {
            let found = exports
                .iter()
                .filter_map(|name| InterfaceName::parse(name))
                .any(|name| {
                    (name.package, name.interface) == ("kanister:function", interface)
                        && name.is_compatible()
                });
            if !found {
                return Err(ReadError::NoExport { interface: name });
            }
        }
        let manifest = manifest
            .map(|text| FunctionManifest::from_yaml(file, text))
            .transpose()?;
        let imports = imports
            .into_iter()
            .map(|name| Import {
                functions: functions(&types, name),
                name: name.to_owned(),
            })
            .collect();
        Ok(Self { manifest, imports })
    }
}

/// What the component itself says, not those nested in it.
struct Sections<'a> {
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
    manifest: Option<&'a str>,
}

impl<'a> Sections<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut found = Self {
            imports: Vec::new(),
            exports: Vec::new(),
            manifest: None,
        };
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        if found.imports.len() >= MAX_IMPORTS {
                            return Err(ReadError::TooManyImports { limit: MAX_IMPORTS });
                        }
                        found.imports.push(import?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        found.exports.push(export?.name.name);
                    }
                }
                Payload::CustomSection(section)
                    if depth == 0 && section.name() == MANIFEST_SECTION =>
                {
                    check_manifest_size(section.data().len())?;
                    let text = std::str::from_utf8(section.data())
                        .map_err(|_| ReadError::ManifestNotText)?;
                    if found.manifest.replace(text).is_some() {
                        return Err(ReadError::SeveralManifests);
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// The functions that an import takes.
fn functions(types: &Types, import: &str) -> Vec<String> {
    let types = types.as_ref();
    match types.component_item_for_import(import).map(|item| item.ty) {
        Some(ComponentEntityType::Instance(id)) => types
            .get(id)
            .map(|instance| {
                let functions = instance
                    .exports
                    .iter()
                    .filter(|(_, item)| !matches!(item.ty, ComponentEntityType::Type { .. }));
                functions.map(|(name, _)| name.clone()).collect()
            })
            .unwrap_or_default(),
        Some(ComponentEntityType::Type { .. }) | None => Vec::new(),
        Some(_) => vec![import.to_owned()],
    }
}
