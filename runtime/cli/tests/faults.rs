//! A run that is killed anywhere, and again while it goes on: it ends complete or failed with a reason,
//! nothing is done twice, nothing is left behind, and what was backed up can be restored.
//!
//! The moments are drawn from a seed. `KANISTER_FAULTS=300` makes more of them, `KANISTER_SEED` others.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;
use support::Place;

/// Runs without being told otherwise.
const RUNS: u64 = 10;

const BLUEPRINT: &str = r#"
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: faults}
actions:
  backup:
    outputArtifacts:
      data:
        keyValue: {path: "{{ .Phases.store.Output.path }}"}
    phases:
    - func: KubeTask
      name: note
      args:
        image: kanister-tools
        command: [sh, -c, "echo note >> FOLDER/{{ .Options.run }}; echo noted; sleep 0.3"]
    - func: WaitV2
      name: wait
      args:
        timeout: 1m
        conditions:
          anyOf:
          - condition: '{{ if eq .status.phase "Active" }}true{{ else }}false{{ end }}'
            objectReference: {apiVersion: v1, resource: namespaces, name: default}
    - func: KubeExec
      name: exec
      args:
        namespace: shop
        pod: "{{ index .Deployment.Pods 0 }}"
        command: [sh, -c, "echo exec >> FOLDER/{{ .Options.run }}; echo executed; sleep 0.3"]
    - func: KubeTask
      name: store
      args:
        image: kanister-tools
        command:
        - bash
        - -ec
        - |
          echo '{{ toJson .Profile }}' > /tmp/profile
          kando location push --profile-file /tmp/profile --path '{{ .Options.run }}' - < FOLDER/data
          kando output path '{{ .Options.run }}'
    deferPhase:
      func: KubeTask
      name: last
      args:
        image: kanister-tools
        command: [sh, -c, "echo last >> FOLDER/{{ .Options.run }}; echo at the end"]
  restore:
    phases:
    - func: KubeTask
      name: restore
      args:
        image: kanister-tools
        command:
        - bash
        - -ec
        - |
          echo '{{ toJson .Profile }}' > /tmp/profile
          kando location pull --profile-file /tmp/profile --path '{{ .ArtifactsIn.data.KeyValue.path }}' - > FOLDER/data
"#;

/// What the pod of the Deployment has besides: the folder where effects are written.
const VOLUME: &str = r#"
        volumeMounts: [{name: folder, mountPath: FOLDER}]
      volumes: [{name: folder, hostPath: {path: FOLDER}}]
"#;

/// Numbers from a seed (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

struct Ground {
    place: Place,
    folder: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let place = Place::new();
        let folder = place.path().join("shared");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let at = folder.to_str().unwrap();
        place.write("blueprint.yaml", &BLUEPRINT.replace("FOLDER", at));
        let application = format!(
            "{}{}",
            support::WEB.trim_end(),
            VOLUME.replace("FOLDER", at)
        );
        place.write("application.yaml", &application);
        place.write(
            "profile.yaml",
            &format!(
                "apiVersion: cr.kanister.io/v1alpha1\nkind: Profile\n\
                 metadata: {{name: local, namespace: kanister}}\n\
                 location: {{type: filestore, bucket: {at}, prefix: store}}\ncredential: {{}}\n"
            ),
        );
        let ground = Self { place, folder };
        ground.write_data("the data");
        ground
    }

    fn write_data(&self, text: &str) {
        let path = self.folder.join("data");
        fs::write(&path, text.repeat(10_000)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    }

    fn words<'a>(&self, name: &'a str, option: &'a str, folder: &'a str) -> Vec<&'a str> {
        vec![
            "run",
            "blueprint.yaml",
            "profile.yaml",
            "--action",
            "backup",
            "--object",
            "deployment/shop/web",
            "--profile",
            "local",
            "--mount",
            folder,
            "--option",
            option,
            "--name",
            name,
        ]
    }

    /// What the run left beside its record.
    fn effects(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

#[test]
fn a_run_that_is_killed_anywhere_ends_and_does_nothing_twice() {
    let ground = Ground::new();
    let place = &ground.place;
    let folder = ground.folder.to_str().unwrap();
    let _cluster = place.cluster_with(&["--allow-host-path", folder]);
    place.succeeds(&["run", "--apply", "application.yaml", "--namespace", "shop"]);
    let seed = number("KANISTER_SEED", 7);
    let (mut complete, mut failed, mut killed) = (0, 0, 0);
    for round in 0..number("KANISTER_FAULTS", RUNS) {
        let mut draw = Draw(seed.wrapping_mul(1_000_003).wrapping_add(round));
        let name = format!("run-{round}");
        let option = format!("run={name}");
        let words = ground.words(&name, &option, folder);
        let mut again = false;
        // At a line of its output, which are the borders of phases, or at any moment.
        for _ in 0..=draw.below(2) {
            let args = if again {
                vec!["run", "--resume", &name]
            } else {
                words.clone()
            };
            let mut run = place.start(&args);
            if draw.below(2) == 0 {
                run.wait_for_lines(usize::try_from(2 + draw.below(14)).unwrap());
            } else {
                std::thread::sleep(Duration::from_millis(draw.below(4000)));
            }
            run.signal_if_alive("KILL");
            run.end();
            killed += 1;
            again = place
                .path()
                .join(".kanister/runs")
                .join(&name)
                .join("actionset.json")
                .exists();
        }
        let args = if again {
            vec!["run", "--resume", &name]
        } else {
            words
        };
        let output = place.output(&args);
        let text = format!(
            "seed {seed}, round {round}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let record = place.record(&name);
        let status = &record["status"];
        let effects = ground.effects(&name);
        for word in ["note", "exec", "last"] {
            let count = effects.iter().filter(|it| *it == word).count();
            assert!(count <= 1, "{word} was done {count} times: {text}");
        }
        assert!(status["run"]["finishedAt"].is_string(), "{text}");
        assert!(!place.has_helper_pods(), "{text}");
        let stored = ground.folder.join("store").join(&name);
        match status["state"].as_str().unwrap() {
            "complete" => {
                complete += 1;
                assert_eq!(effects, ["note", "exec", "last"], "{text}");
                ground.write_data("destroyed");
                let restore = format!("{name}-restore");
                place.succeeds(&[
                    "run",
                    "profile.yaml",
                    "--from",
                    &name,
                    "--action",
                    "restore",
                    "--name",
                    &restore,
                ]);
                let data = fs::read_to_string(ground.folder.join("data")).unwrap();
                assert_eq!(data, "the data".repeat(10_000), "{text}");
            }
            "failed" => {
                failed += 1;
                let why = status["error"]["message"].as_str().unwrap();
                assert!(why.contains("cannot be called again"), "{text}");
            }
            other => panic!("it is {other}: {text}"),
        }
        // Whole or not at all.
        if stored.exists() {
            assert_eq!(fs::metadata(&stored).unwrap().len(), 80_000, "{text}");
        }
    }
    println!("killed {killed} times: {complete} complete, {failed} failed with their reason");
}
