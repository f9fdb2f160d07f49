//! The library of Blueprints on the embedded cluster: back up, destroy, restore, compare, delete; and
//! no secret in anything that is shown or kept.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::Place;

/// A secret wherever one can be put.
const CANARY: &str = "canary-3f9a1c";

struct Library {
    place: Place,
    folder: PathBuf,
}

impl Library {
    fn new(folder: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        let place = Place::new();
        place.write(
            "profile.yaml",
            &format!(
                "apiVersion: cr.kanister.io/v1alpha1\nkind: Profile\n\
                 metadata: {{name: local, namespace: kanister}}\n\
                 location: {{type: filestore, bucket: {}, prefix: backups}}\n\
                 credential: {{type: secret, secret: {{name: store, namespace: kanister}}}}\n---\n\
                 apiVersion: v1\nkind: Secret\nmetadata: {{name: store, namespace: kanister}}\n\
                 type: secrets.kanister.io/filestore\nstringData: {{token: {CANARY}}}\n",
                place.path().join("store").display()
            ),
        );
        Self {
            place,
            folder: root.unwrap().join("blueprints").join(folder),
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// Runs an action and answers with what was said.
    fn run(&self, words: &[&str]) -> String {
        let store = self.place.path().join("store");
        let mut all = vec!["run", "profile.yaml", "--mount", store.to_str().unwrap()];
        all.extend(words);
        self.place.succeeds(&all)
    }

    fn stored(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(&self.place.path().join("store"), &mut found);
        found
    }

    /// Nothing that was said or kept has the secret: the cluster's own state, where Secrets live,
    /// and the user's file with it aside.
    fn keeps_secrets(&self, said: &[String]) {
        for text in said {
            assert!(!text.contains(CANARY), "{text}");
        }
        let mut kept = Vec::new();
        walk(&self.place.path().join(".kanister/runs"), &mut kept);
        assert!(kept.len() > 5, "{kept:?}");
        kept.extend(self.stored());
        for file in kept {
            let bytes = fs::read(&file).unwrap();
            let found = bytes
                .windows(CANARY.len())
                .any(|it| it == CANARY.as_bytes());
            assert!(!found, "{}", file.display());
        }
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn files_are_restored_byte_for_byte() {
    let library = Library::new("files");
    let place = &library.place;
    let _cluster = place.cluster_with(&["--allow-host-path", place.path().to_str().unwrap()]);
    let application = library.file("application.yaml");
    place.succeeds(&["run", "--apply", &application, "--namespace", "shop"]);
    let volumes = place.path().join(".kanister/node/volumes");
    let claim = fs::read_dir(volumes).unwrap().next().unwrap().unwrap();
    let letters = claim.path().join("letters");
    fs::create_dir(&letters).unwrap();
    fs::set_permissions(&letters, fs::Permissions::from_mode(0o777)).unwrap();
    for number in 0..20_usize {
        let bytes: Vec<u8> = (0..number * 997)
            .map(|at| (at * number % 251) as u8)
            .collect();
        fs::write(letters.join(format!("{number} ä.bin")), bytes).unwrap();
    }
    let read = || -> BTreeMap<String, Vec<u8>> {
        let mut found = Vec::new();
        walk(&letters, &mut found);
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        let files = found.iter();
        files
            .map(|path| (name(path), fs::read(path).unwrap()))
            .collect()
    };
    let before = read();
    let blueprint = library.file("blueprint.yaml");
    let mut said = vec![library.run(&[
        &blueprint,
        "--action",
        "backup",
        "--object",
        "deployment/shop/files",
        "--profile",
        "local",
        "--option",
        "claim=files",
        "--name",
        "b",
    ])];
    let [archive] = library.stored().try_into().unwrap();
    let listed = Command::new("tar")
        .arg("-tf")
        .arg(&archive)
        .output()
        .unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("letters/"), "{listed}");
    fs::remove_dir_all(&letters).unwrap();
    said.push(library.run(&["--from", "b", "--action", "restore", "--name", "r"]));
    assert_eq!(read(), before);
    said.push(library.run(&["--from", "b", "--action", "delete", "--name", "d"]));
    assert_eq!(library.stored(), Vec::<PathBuf>::new());
    library.keeps_secrets(&said);
}

/// PostgreSQL's programs, where they are installed.
fn postgresql() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let mut folders: Vec<_> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let newest = folders.pop()?;
    newest.join("initdb").exists().then_some(newest)
}

#[test]
fn a_database_is_restored_row_for_row() {
    let Some(programs) = postgresql() else {
        assert!(
            std::env::var_os("KANISTER_NO_SKIP").is_none(),
            "PostgreSQL is missing"
        );
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    let library = Library::new("postgresql");
    let place = &library.place;
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let port = port.to_string();
    let manifest = fs::read_to_string(library.file("embedded.yaml")).unwrap();
    let manifest = manifest
        .replace("55432", &port)
        .replace("change-me", CANARY);
    let manifest = place.write("application.yaml", &manifest);
    let _cluster = place.cluster_with(&["--allow-host-path", place.path().to_str().unwrap()]);
    let manifest = manifest.to_str().unwrap();
    place.succeeds(&["run", "--apply", manifest, "--namespace", "shop"]);
    let psql = |sql: &str| {
        let output = Command::new(programs.join("psql"))
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--command",
                sql,
            ])
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "postgres"])
            .env("PGPASSWORD", CANARY)
            .output()
            .unwrap();
        (output.status.success(), output.stdout)
    };
    let fill = "CREATE TABLE t (id int PRIMARY KEY, word text, bytes bytea); INSERT INTO t SELECT n, \
                repeat('ä', n % 9), decode(md5(n::text), 'hex') FROM generate_series(1, 3000) n";
    assert!(psql(fill).0);
    let rows = || psql("COPY (SELECT * FROM t ORDER BY id) TO STDOUT");
    let before = rows();
    assert!(before.0 && before.1.len() > 100_000);
    let option = format!("port={port}");
    let blueprint = library.file("blueprint.yaml");
    let mut said = vec![library.run(&[
        &blueprint,
        "--action",
        "backup",
        "--object",
        "statefulset/shop/postgresql",
        "--profile",
        "local",
        "--secret",
        "postgresql=shop/postgresql",
        "--option",
        "database=postgres",
        "--option",
        "host=127.0.0.1",
        "--option",
        &option,
        "--name",
        "b",
    ])];
    assert_eq!(library.stored().len(), 1);
    assert!(psql("DROP TABLE t").0);
    assert!(!rows().0);
    said.push(library.run(&["--from", "b", "--action", "restore", "--name", "r"]));
    assert_eq!(rows(), before);
    said.push(library.run(&["--from", "b", "--action", "delete", "--name", "d"]));
    assert_eq!(library.stored(), Vec::<PathBuf>::new());
    library.keeps_secrets(&said);
}

#[test]
fn a_backup_that_fails_leaves_nothing_in_the_store() {
    let library = Library::new("files");
    let place = &library.place;
    // A tar that is cut off in its middle.
    let blueprint = fs::read_to_string(library.file("blueprint.yaml")).unwrap();
    let broken = blueprint.replace(
        "tar -C /mnt/files -cf - .",
        "(head -c 100000 /dev/zero; exit 3)",
    );
    assert_ne!(blueprint, broken);
    place.write("broken.yaml", &broken);
    let application = library.file("application.yaml");
    let store = place.path().join("store");
    let text = place.ends(
        &[
            "run",
            "broken.yaml",
            "profile.yaml",
            "--apply",
            &application,
            "--mount",
            store.to_str().unwrap(),
            "--action",
            "backup",
            "--object",
            "deployment/shop/files",
            "--profile",
            "local",
            "--option",
            "claim=files",
            "--name",
            "b",
        ],
        1,
    );
    assert!(text.contains("action backup, phase pack"), "{text}");
    assert_eq!(library.stored(), Vec::<PathBuf>::new(), "{text}");
}

#[test]
fn a_store_that_is_not_there_is_named() {
    let library = Library::new("files");
    let place = &library.place;
    place.write(
        "away.yaml",
        "apiVersion: cr.kanister.io/v1alpha1\nkind: Profile\n\
         metadata: {name: away, namespace: kanister}\n\
         location: {type: s3Compliant, bucket: b, endpoint: \"http://127.0.0.1:9\", region: r}\n\
         credential: {type: keyPair, keyPair: {idField: id, secretField: key, \
         secret: {name: keys, namespace: kanister}}}\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: kanister}\n\
         stringData: {id: someone, key: canary-3f9a1c}\n",
    );
    let application = library.file("application.yaml");
    let blueprint = library.file("blueprint.yaml");
    let text = place.ends(
        &[
            "run",
            &blueprint,
            "away.yaml",
            "--apply",
            &application,
            "--action",
            "backup",
            "--object",
            "deployment/shop/files",
            "--profile",
            "away",
            "--option",
            "claim=files",
            "--name",
            "b",
        ],
        1,
    );
    assert!(text.contains("action backup, phase pack"), "{text}");
    assert!(text.contains("127.0.0.1:9"), "{text}");
    assert!(!text.contains(CANARY), "{text}");
}
