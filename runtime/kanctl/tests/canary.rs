//! A secret that is given to a command appears in nothing that it prints, unless a dry run is asked
//! to print it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use http::StatusCode;
use store_tests::server::Echo;

const CANARY: &str = "cAnArY-8f21";
/// What base64 makes of it, as in a Kubernetes Secret and behind the name of a user; what stands behind
/// it changes the last letter.
const ENCODED: [&str; 2] = ["Y0FuQXJZLThmMj", "dTpjQW5BclktOGYyM"];

/// Cargo builds the examples of a package with its tests.
fn program() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test
        .ancestors()
        .nth(2)
        .context("no folder of the program")?;
    Ok(folder.join("examples/kanctl"))
}

/// A kubeconfig of this server, with that `user`.
fn kubeconfig(server: &str, user: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"Config","current-context":"x",
        "clusters":[{{"name":"x","cluster":{{"server":"{server}"}}}}],
        "contexts":[{{"name":"x","context":{{"cluster":"x","user":"x","namespace":"n"}}}}],
        "users":[{{"name":"x","user":{user}}}]}}"#
    )
}

/// Runs a command that fails, and returns what it prints.
fn fails(args: &[&str], kubeconfig: &Path) -> Result<String> {
    let output = Command::new(program()?)
        .args(args)
        .env("KUBECONFIG", kubeconfig)
        .output()?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    ensure!(!output.status.success(), "{args:?} succeeded");
    ensure!(text.contains("Error: "), "{args:?} says nothing: {text}");
    let shown = ENCODED
        .iter()
        .chain([&CANARY])
        .any(|form| text.contains(form));
    ensure!(!shown, "{args:?}: {text}");
    Ok(text)
}

/// Every way to give a new Profile its secret, right and wrong. `key` is a file.
fn profiles(key: &str) -> Vec<Vec<&str>> {
    let inline = r#"{"type":"service_account","private_key":"cAnArY-8f21"}"#;
    let s3 = ["s3compliant", "-a", "id", "-b", "b", "-r", "r"];
    let azure = ["azure", "-a", "id", "-b", "b"];
    let attached = "--secret-key=cAnArY-8f21";
    let unknown = "--secret-kei=cAnArY-8f21";
    vec![
        [&s3[..], &["-s", CANARY]].concat(),
        [&s3[..], &["-s", CANARY, "--skip-validation"]].concat(),
        [&s3[..], &["-s", CANARY, "-R", "arn:aws:iam::1:role/r"]].concat(),
        [&s3[..], &[attached, "-e", "http://127.0.0.1:1"]].concat(),
        [&s3[..], &["-scAnArY-8f21"]].concat(),
        [&s3[..], &["-s", CANARY, "--skip-validation=maybe"]].concat(),
        vec!["s3compliant", "-a", "id", "-s", CANARY, "-r", "r"],
        vec!["s3compliant", "-s", CANARY, "-b", "b"],
        // In the wrong place.
        [&s3[..], &["-s", "", CANARY]].concat(),
        [&s3[..], &["-s", "x", CANARY, "more"]].concat(),
        [&s3[..], &[unknown]].concat(),
        [&s3[..], &["--secret-kei", CANARY]].concat(),
        [&s3[..], &["-S", CANARY]].concat(),
        [&s3[..], &["-ScAnArY-8f21"]].concat(),
        [&azure[..], &["-s", CANARY]].concat(),
        [&azure[..], &["-s", CANARY, "--storage-env", "nowhere"]].concat(),
        [&azure[..], &["--storage-key", CANARY, "stray"]].concat(),
        vec!["gcp", "-a", "p", "-s", key, "-b", "b"],
        vec!["gcp", "-a", "p", "-s", inline, "-b", "b"],
    ]
}

#[test]
fn create_profile() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (cluster, key) = (
        folder.path().join("kubeconfig"),
        folder.path().join("key.json"),
    );
    std::fs::write(&cluster, kubeconfig("https://127.0.0.1:1", "{}"))?;
    let key_text = key.display().to_string();
    for content in [
        format!(r#"{{"type":"{{","private_key":"{CANARY}"#),
        format!(r#"{{"type":"{CANARY}"}}"#),
        format!(r#"{{"type":"service_account","private_key":"{CANARY}"}}"#),
        CANARY.to_owned(),
    ] {
        std::fs::write(&key, content)?;
        for args in profiles(&key_text) {
            let args = [&["--verbose", "create", "profile"], &args[..]].concat();
            fails(&args, &cluster)?;
        }
    }
    Ok(())
}

/// Every command that asks the cluster; a Profile with every kind of secret is among them.
fn commands(key: &str) -> Vec<Vec<&str>> {
    let create = |args: Vec<&'static str>| [vec!["create", "profile"], args].concat();
    let mut all: Vec<Vec<&str>> = vec![
        vec![
            "create",
            "actionset",
            "-a",
            "x",
            "-b",
            "x",
            "-d",
            "n/x",
            "-p",
            "p",
            "-s",
            "k=n/s",
        ],
        vec!["create", "actionset", "-a", "x", "-b", "x", "-l", "a=b"],
        vec!["create", "actionset", "-f", "parent"],
        vec!["validate", "profile", "--name", "x"],
        create(vec![
            "s3compliant",
            "-a",
            "id",
            "-s",
            CANARY,
            "-b",
            "b",
            "-r",
            "r",
        ]),
        create(vec!["azure", "-a", "id", "-s", CANARY, "-b", "b"]),
    ];
    all.push(vec![
        "create", "profile", "gcp", "-a", "p", "-s", key, "-b", "b",
    ]);
    all
}

/// An API server, or a proxy before it, that repeats the whole request.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_cluster_repeats() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (cluster, key) = (
        folder.path().join("kubeconfig"),
        folder.path().join("key.json"),
    );
    let content = format!(
        r#"{{"type":"service_account","private_key":"-----BEGIN-----\n{CANARY}\n-----END-----\n"}}"#
    );
    std::fs::write(&key, content)?;
    let key = key.display().to_string();
    let token = format!(r#"{{"token":"{CANARY}"}}"#);
    let password = format!(r#"{{"username":"u","password":"{CANARY}"}}"#);
    for status in [400, 401, 403, 404, 409, 422] {
        let server = Echo::start(StatusCode::from_u16(status)?).await?;
        for user in [&token, &password] {
            std::fs::write(
                &cluster,
                kubeconfig(&format!("http://{}", server.address), user),
            )?;
            for args in commands(&key) {
                let words: Vec<String> = args.iter().map(|word| (*word).to_owned()).collect();
                let cluster = cluster.clone();
                let run = tokio::task::spawn_blocking(move || {
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    fails(&[&["--verbose"], &words[..]].concat(), &cluster)
                });
                run.await??;
            }
        }
    }
    Ok(())
}

/// A kubeconfig holds secrets too, and may be damaged.
#[test]
fn damaged_kubeconfigs() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let cluster = folder.path().join("kubeconfig");
    let server = "https://127.0.0.1:1";
    for content in [
        CANARY.to_owned(),
        format!("apiVersion: v1\nkind: Config\nusers: {CANARY}\n"),
        format!("users:\n- name: x\n  user: {CANARY}\n"),
        format!("users:\n- name: x\n  user:\n    token: {CANARY}\n   password: {CANARY}\n"),
        format!("users:\n- name: x\n  user:\n    token: \"{CANARY}\n"),
        kubeconfig(server, &format!(r#"{{"token":["{CANARY}"]}}"#)),
        kubeconfig(server, &format!(r#"{{"token":{{"{CANARY}":1}}}}"#)),
        kubeconfig(server, &format!(r#"{{"client-key-data":"{CANARY}"}}"#)),
        kubeconfig(
            server,
            r#"{"client-certificate-data":"eA==","client-key-data":"Y0FuQXJZLThmMjE="}"#,
        ),
        kubeconfig(
            server,
            &format!(r#"{{"tokenFile":"/none","token":"{CANARY}"}}"#),
        ),
        kubeconfig(&format!("https://u:{CANARY}@127.0.0.1:1"), "{}"),
    ] {
        std::fs::write(&cluster, &content)?;
        for args in [
            &["validate", "profile", "--name", "x"][..],
            &["create", "actionset", "-a", "x", "-b", "x", "-d", "n/x"],
            &[
                "create",
                "profile",
                "s3compliant",
                "-a",
                "i",
                "-s",
                CANARY,
                "-b",
                "b",
                "-r",
                "r",
            ],
        ] {
            let text = fails(&[&["--verbose"], args].concat(), &cluster);
            text.with_context(|| content.clone())?;
        }
    }
    Ok(())
}
