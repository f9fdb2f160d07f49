//! Components made for a test: of a world with these imports, calling all of them.

use kanister_plugin::embed_manifest;
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve, WorldId};

const CONTRACT: [&str; 8] = [
    "io", "host", "kube", "storage", "secrets", "http", "template", "function",
];

fn resolve(world: &str) -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    for package in CONTRACT {
        resolve.push_dir(wit.join(package)).unwrap();
    }
    let text = format!("package test:test;\nworld test {{\n{world}\n}}");
    let package = resolve.push_str("test.wit", &text).unwrap();
    let world = resolve.select_world(&[package], Some("test")).unwrap();
    (resolve, world)
}

/// A component with these lines in its world.
pub fn component(world: &str) -> Vec<u8> {
    let (resolve, world) = resolve(world);
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}

fn world(imports: &[&str]) -> String {
    let imports = imports
        .iter()
        .map(|name| format!("import {name};\n"))
        .collect::<String>();
    format!(
        "{imports}export kanister:function/describe@0.1.0;\nexport kanister:function/run@0.1.0;"
    )
}

/// A plugin with these imports.
pub fn plugin(imports: &[&str]) -> Vec<u8> {
    component(&world(imports))
}

/// The core module of a plugin with these imports.
#[allow(dead_code, reason = "not each test file needs it")]
pub fn core(imports: &[&str]) -> Vec<u8> {
    let (resolve, world) = resolve(&world(imports));
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

/// The core module of a plugin that asks the first WASI for the time.
#[allow(dead_code, reason = "not each test file needs it")]
pub fn core_with_preview1() -> Vec<u8> {
    let call = "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable";
    let text = format!(
        r#"(module
          (import "wasi_snapshot_preview1" "clock_time_get"
            (func $time (param i32 i64 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
          (func (export "kanister:function/describe@0.1.0#functions") (result i32) unreachable)
          (func (export "kanister:function/describe@0.1.0#validate") {call})
          (func (export "kanister:function/describe@0.1.0#plan") {call})
          (func (export "kanister:function/run@0.1.0#run") (param i32) (result i32)
            (call $time (i32.const 0) (i64.const 0) (i32.const 0))))"#
    );
    let mut module = wat::parse_str(text).unwrap();
    let (resolve, world) = resolve(&world(&[]));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
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
