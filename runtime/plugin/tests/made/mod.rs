//! Components made for a test: of a world with these imports, calling all of them.

use kanister_plugin::embed_manifest;
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

const CONTRACT: [&str; 8] = [
    "io", "host", "kube", "storage", "secrets", "http", "template", "function",
];

/// A component with these lines in its world.
pub fn component(world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    for package in CONTRACT {
        resolve.push_dir(wit.join(package)).unwrap();
    }
    let text = format!("package test:test;\nworld test {{\n{world}\n}}");
    let package = resolve.push_str("test.wit", &text).unwrap();
    let world = resolve.select_world(&[package], Some("test")).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}

/// A plugin with these imports.
pub fn plugin(imports: &[&str]) -> Vec<u8> {
    let imports = imports
        .iter()
        .map(|name| format!("import {name};\n"))
        .collect::<String>();
    component(&format!(
        "{imports}export kanister:function/describe@0.1.0;\nexport kanister:function/run@0.1.0;"
    ))
}

/// The same with a manifest whose `requires` is this.
#[allow(dead_code, reason = "not each test file needs it")]
pub fn plugin_with(imports: &[&str], requires: &str) -> Vec<u8> {
    embed_manifest(&plugin(imports), &manifest(requires)).unwrap()
}

/// A manifest whose `requires` is this.
pub fn manifest(requires: &str) -> String {
    format!(
        "apiVersion: functions.kanister.io/v1alpha1\nkind: FunctionManifest\n\
         plugin: {{name: test, version: 1.0.0}}\nrequires: {requires}\n"
    )
}
