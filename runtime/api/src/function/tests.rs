//! What a reader of manifests and grants can rely on.

use super::*;

#[test]
fn smoke() {
    let text = r#"
apiVersion: functions.kanister.io/v1alpha1
kind: FunctionManifest
plugin: {name: pg-tools, version: 1.2.0}
requires:
  exec:
  - {namespaces: [$subject], pods: ["*"], containers: ["*"], argv: [[pg_dump, "**"]]}
  storage:
  - {slot: primary, access: [write], prefix: dumps/}
limits: {memory: 64Mi, wall: 4h}
rationale: {exec: Runs pg_dump in the database's container.}
"#;
    let manifest = FunctionManifest::from_yaml("m.yaml", text).unwrap();
    assert_eq!(manifest.requires.exec.len(), 1);
}
