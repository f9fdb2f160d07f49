//! A secret that is given to a command appears in nothing that it prints, unless a dry run is asked
//! to print it.

use std::path::PathBuf;
use std::process::Command;

const CANARY: &str = "cAnArY-8f21";

/// Cargo builds the examples of a package with its tests.
fn program() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    Some(test.ancestors().nth(2)?.join("examples/kanctl"))
}

#[test]
fn create_profile() {
    let folder = std::env::temp_dir().join(format!("kanctl-canary-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (kubeconfig, key) = (folder.join("kubeconfig"), folder.join("key.json"));
    let server = r#"{"apiVersion":"v1","kind":"Config","current-context":"x",
        "clusters":[{"name":"x","cluster":{"server":"https://127.0.0.1:1"}}],
        "contexts":[{"name":"x","context":{"cluster":"x","user":"x"}}],
        "users":[{"name":"x","user":{}}]}"#;
    std::fs::write(&kubeconfig, server).unwrap();
    std::fs::write(&key, format!(r#"{{"type":"{{","private_key":"{CANARY}"#)).unwrap();
    let key = key.to_str().unwrap();
    for args in [
        &[
            "s3compliant",
            "-a",
            "id",
            "-s",
            CANARY,
            "-b",
            "b",
            "-r",
            "r",
        ][..],
        &[
            "s3compliant",
            "-a",
            "id",
            "-s",
            CANARY,
            "-b",
            "b",
            "-r",
            "r",
            "--skip-validation",
        ],
        &["s3compliant", "-a", "id", "-s", CANARY, "-r", "r"],
        &["s3compliant", "-s", CANARY, "-b", "b"],
        &[
            "s3compliant",
            "-a",
            "id",
            "-s",
            CANARY,
            "-b",
            "b",
            "--skip-validation=maybe",
        ],
        &["azure", "-a", "id", "-s", CANARY, "-b", "b"],
        &[
            "azure",
            "-a",
            "id",
            "-s",
            CANARY,
            "-b",
            "b",
            "--storage-env",
            "nowhere",
        ],
        &["gcp", "-a", "p", "-s", key, "-b", "b"],
    ] {
        let output = Command::new(program().unwrap())
            .args(["--verbose", "create", "profile"])
            .args(args)
            .env("KUBECONFIG", &kubeconfig)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success(), "{args:?} succeeded");
        assert!(text.contains("Error: "), "{args:?} says nothing: {text}");
        assert!(!text.contains(CANARY), "{args:?}: {text}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
