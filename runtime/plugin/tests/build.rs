//! Making plugins of crates, core modules and components.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests say what they expect by panicking"
)]

mod made;

use kanister_plugin::build::{BuildError, Built, Progress, Request, Source, build, componentize};
use kanister_plugin::{Component, Mismatch};
use std::path::Path;

const EXEC_RULE: &str = "{exec: [{namespaces: [$subject], pods: ['*'], containers: ['*'], \
     argv: [[pg_dump, '**']]}]}";

fn make(dir: &Path, source: Source) -> Result<Built, BuildError> {
    build(
        &Request {
            dir: dir.to_owned(),
            source,
        },
        &mut |_| (),
    )
}

fn write(dir: &Path, name: &str, content: impl AsRef<[u8]>) -> std::path::PathBuf {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn a_crate_outside_of_the_workspace_becomes_a_plugin() {
    let dir = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap();
    let sdk = root.join("sdk/rust");
    let source = std::fs::read(sdk.join("examples/hello/src/lib.rs")).unwrap();
    write(dir.path(), "src/lib.rs", source);
    // The same versions, so that nothing is fetched.
    std::fs::copy(root.join("Cargo.lock"), dir.path().join("Cargo.lock")).unwrap();
    write(
        dir.path(),
        "Cargo.toml",
        format!(
            "[package]\nname = \"outside\"\nversion = \"0.3.0\"\nedition = \"2024\"\n\
             [lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\
             [dependencies]\nkanister-sdk = {{ path = {sdk:?} }}\n[workspace]\n"
        ),
    );
    let mut seen = Vec::new();
    let request = Request {
        dir: dir.path().to_owned(),
        source: Source::Crate { profile: None },
    };
    let built = build(&request, &mut |progress| seen.push(progress)).unwrap();
    assert_eq!(built.name, "outside");
    let plugin = built.component.manifest.as_ref().unwrap().plugin.clone();
    assert_eq!(
        (plugin.name.as_str(), plugin.version.to_string().as_str()),
        ("outside", "0.3.0")
    );
    assert_eq!(
        Component::read("outside", &built.bytes).unwrap(),
        built.component
    );
    assert!(seen.contains(&Progress::Compiling {
        name: "outside".to_owned()
    }));
    assert!(seen.contains(&Progress::Componentizing));
    assert!(
        seen.iter()
            .any(|progress| matches!(progress, Progress::Line(_)))
    );
    let folder = dir.path().to_string_lossy().into_owned();
    assert!(
        !built
            .bytes
            .windows(folder.len())
            .any(|window| window == folder.as_bytes()),
        "the component names the folder of its author"
    );
}

#[test]
fn a_folder_without_a_crate_says_what_else_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let error = make(dir.path(), Source::Crate { profile: None }).unwrap_err();
    assert!(matches!(error, BuildError::NoCrate { .. }), "{error}");
    assert!(error.to_string().contains("--core FILE"), "{error}");
}

#[test]
fn a_core_module_becomes_a_plugin_with_the_manifest_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "manifest.yaml", made::manifest(EXEC_RULE));
    let core = write(
        dir.path(),
        "core.wasm",
        made::core(&["kanister:kube/exec@0.1.0"]),
    );
    let built = make(dir.path(), Source::Core(core)).unwrap();
    assert_eq!(built.component.manifest.unwrap().requires.exec.len(), 1);
}

#[test]
fn imports_that_the_manifest_does_not_mention_stop_the_build() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(
        dir.path(),
        "x.wasm",
        made::plugin(&["kanister:kube/exec@0.1.0"]),
    );
    let error = make(dir.path(), Source::Component(file)).unwrap_err();
    let BuildError::Check { mismatches, .. } = &error else {
        panic!("{error}")
    };
    assert!(matches!(
        mismatches.as_slice(),
        [Mismatch::Undeclared { .. }]
    ));
    assert!(
        error.to_string().contains("kanister:kube/exec@0.1.0"),
        "{error}"
    );
}

#[test]
fn only_core_modules_become_components() {
    let error = componentize(&made::plugin(&[])).unwrap_err();
    assert!(error.to_string().contains("--component FILE"), "{error}");
    assert!(componentize(b"no module").is_err());
}

#[test]
fn a_module_of_the_first_wasi_gets_the_adapter() {
    let core = made::core_with_preview1();
    let component = Component::read("test", &componentize(&core).unwrap()).unwrap();
    let names: Vec<_> = component
        .imports
        .iter()
        .map(|import| import.name.as_str())
        .collect();
    assert!(
        names.iter().any(|name| name.starts_with("wasi:clocks/")),
        "{names:?}"
    );
    assert_eq!(component.check(), Ok(()));
}
