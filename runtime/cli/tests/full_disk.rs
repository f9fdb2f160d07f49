//! A disk that has no room: the reason is told with its place, and nothing half-written is to be seen.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::Place;

/// Mounts a small disk at `$1`, runs the rest, and says which files there are afterwards.
const SCRIPT: &str = r#"
folder=$1
mount -t tmpfs -o "size=$2,mode=777" small "$folder" || exit 99
shift 2
"$@"
code=$?
echo "== left"
find "$folder" -type f
exit $code
"#;

/// What a command said on a small disk, and what it left there.
struct Ended {
    code: Option<i32>,
    said: String,
    left: Vec<PathBuf>,
}

/// Runs the binary where `folder` is a disk of `size`.
fn on_a_small_disk(place: &Place, folder: &Path, size: &str, args: &[&str]) -> Ended {
    std::fs::create_dir_all(folder).unwrap();
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let inner = place.kanister(args);
    let mut outer = Command::new("unshare");
    outer.arg("--mount");
    if !root {
        outer.args(["--user", "--map-root-user"]);
    }
    outer.args(["sh", "-c", SCRIPT, "sh"]);
    outer.arg(folder).arg(size).arg(inner.get_program());
    outer.args(inner.get_args()).current_dir(place.path());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    let output = outer.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    let (said, left) = out.split_once("== left\n").unwrap_or((&out, ""));
    let errors = String::from_utf8_lossy(&output.stderr);
    Ended {
        code: output.status.code(),
        said: format!("{said}{errors}"),
        left: left.lines().map(PathBuf::from).collect(),
    }
}

#[test]
fn a_store_that_fills_up_shows_nothing_of_the_object() {
    let place = Place::new();
    let store = place.path().join("store");
    place.write(
        "profile.yaml",
        &format!(
            "apiVersion: cr.kanister.io/v1alpha1\nkind: Profile\n\
             metadata: {{name: local, namespace: kanister}}\n\
             location: {{type: filestore, bucket: {}}}\ncredential: {{}}\n",
            store.display()
        ),
    );
    place.write(
        "blueprint.yaml",
        r#"
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: big}
actions:
  backup:
    phases:
    - func: KubeTask
      name: push
      args:
        image: kanister-tools
        command:
        - bash
        - -o
        - pipefail
        - -ec
        - |
          echo '{{ toJson .Profile }}' > /tmp/profile
          head -c 8000000 /dev/urandom | kando location push --profile-file /tmp/profile --path big -
"#,
    );
    let ended = on_a_small_disk(
        &place,
        &store,
        "4m",
        &[
            "run",
            "blueprint.yaml",
            "profile.yaml",
            "--mount",
            store.to_str().unwrap(),
            "--action",
            "backup",
            "--object",
            "namespace/default",
            "--profile",
            "local",
        ],
    );
    let Ended { code, said, left } = ended;
    assert_eq!(code, Some(1), "{said}");
    for part in ["action backup, phase push", "No space left on device"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(left, Vec::<PathBuf>::new(), "{said}");
}

#[test]
fn a_state_directory_without_room_is_named() {
    let place = Place::new();
    let state = place.path().join(".kanister");
    // Less than the programs of pods take.
    let words = ["run", "blueprint.yaml", "--action", "backup"];
    let words = [&words[..], &["--object", "namespace/default"]].concat();
    let Ended { code, said, left } = on_a_small_disk(&place, &state, "10m", &words);
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "cannot be written",
        ".kanister/images",
        "No space left on device",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(
        !left
            .iter()
            .any(|file| file.extension().is_some_and(|it| it == "part")),
        "{left:#?}"
    );
}

#[test]
fn a_run_that_cannot_be_recorded_ends_and_says_why() {
    let place = Place::new();
    let state = place.path().join(".kanister");
    // The first phase takes what room there is.
    place.write(
        "blueprint.yaml",
        r#"
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: greedy}
actions:
  fill:
    phases:
    - func: KubeTask
      name: fill
      args:
        image: kanister-tools
        command: [sh, -c, "head -c 1000000000 /dev/zero > /tmp/all"]
    - func: Hello
      name: never
      args: {name: nobody}
"#,
    );
    let ended = on_a_small_disk(
        &place,
        &state,
        "200m",
        &[
            "run",
            "blueprint.yaml",
            "--action",
            "fill",
            "--object",
            "namespace/default",
            "--name",
            "f",
        ],
    );
    let Ended { code, said, left } = ended;
    assert_eq!(code, Some(1), "{said}");
    for part in ["No space left on device", "--resume f"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let record = state.join("runs/f/actionset.json");
    assert!(left.contains(&record), "{left:#?}");
    assert!(!said.contains("hello"), "{said}");
}
