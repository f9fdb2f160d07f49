//! A secret that is given to a command appears in nothing that it prints.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use store_tests::server::s3s_fs;

const CANARY: &str = "cAnArY";
/// What base64 makes of it, as in a Kubernetes Secret.
const ENCODED: &str = "Y0FuQXJZ";

fn kando(args: &[&str]) -> std::io::Result<Output> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kando"))
        .args(args)
        .env_remove("RUST_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // Commands that fail early do not read it.
        let _ = stdin.write_all(b"data");
    }
    child.wait_with_output()
}

fn profiles() -> Vec<String> {
    let at = |kind: &str, endpoint: &str| {
        format!(
            r#""Location":{{"type":"{kind}","bucket":"b","endpoint":"{endpoint}","region":"us-east-1"}}"#
        )
    };
    let pair =
        format!(r#""Credential":{{"Type":"keyPair","KeyPair":{{"ID":"id","Secret":"{CANARY}"}}}}"#);
    let secret = |kind: &str, key: &str| {
        format!(
            r#""Credential":{{"Type":"secret","Secret":{{"type":"{kind}","data":{{"{key}":"{ENCODED}"}}}}}}"#
        )
    };
    let closed = "http://127.0.0.1:1";
    vec![
        format!("{{{},{pair}}}", at("s3Compliant", closed)),
        format!("{{{},{pair}}}", at("azure", closed)),
        format!("{{{},{pair}}}", at("gcs", closed)),
        format!("{{{},{pair}}}", at("kopia", closed)),
        format!("{{{},{pair}}}", at("ftp", closed)),
        format!("{{{},{pair}}}", at("s3Compliant", "no address at all")),
        format!(
            "{{{},{}}}",
            at("s3Compliant", closed),
            secret("secrets.kanister.io/aws", "odd")
        ),
        format!(
            "{{{},{}}}",
            at("s3Compliant", closed),
            secret("Opaque", "aws_secret_access_key")
        ),
        format!(
            "{{{},{}}}",
            at("gcs", closed),
            secret("secrets.kanister.io/gcp", "service-account.json")
        ),
        format!("{{{pair}"),
        format!(r#"{{"Location":"{CANARY}"}}"#),
        format!(r#"{{"SkipSSLVerify":"{CANARY}",{pair}}}"#),
        CANARY.to_owned(),
    ]
}

fn silent(output: &Output, about: &str) {
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert!(
            !text.contains(CANARY) && !text.contains(ENCODED),
            "{about}: {text}"
        );
    }
    assert!(!output.status.success(), "{about} succeeded");
}

#[test]
fn location_and_chronicle() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profile");
    let artifact = folder.path().join("path");
    std::fs::write(&artifact, "a/b").unwrap();
    let (file, artifact) = (file.to_str().unwrap(), artifact.to_str().unwrap());
    for profile in profiles() {
        std::fs::write(file, &profile).unwrap();
        let given = ["--profile", profile.as_str()];
        let from_file = ["--profile-file", file];
        for profile in [given, from_file] {
            for command in [
                &["location", "push", "-", "--path", "x"][..],
                &["location", "pull", "-", "--path", "x"],
                &["location", "delete", "--path", "x"],
                &["chronicle", "pull", "-", "--path", "x"],
            ] {
                let args = [&["-v", "trace"], command, &profile].concat();
                silent(&kando(&args).unwrap(), &args.join(" "));
            }
        }
        let args = [
            "-v",
            "trace",
            "chronicle",
            "push",
            "-p",
            file,
            "-s",
            artifact,
            "true",
        ];
        silent(&kando(&args).unwrap(), &profile);
    }
}

#[test]
fn command_lines_that_are_wrong() {
    let profile = format!(r#"{{"Credential":{{"KeyPair":{{"Secret":"{CANARY}"}}}}}}"#);
    let equals = format!("--profil={profile}");
    // A name alone would be that of a socket.
    let nowhere = format!("/none/{profile}");
    let filestore = r#"{"Location":{"type":"filestore","bucket":"/tmp"}}"#;
    for args in [
        &["location", "push", "-", &equals][..],
        &["location", "push", "-", "--profil", &profile],
        &["location", "push", "-", &profile],
        &["location", "delete", &profile],
        &[&profile],
        &["location", &profile],
        &["stream", "push", "-p", CANARY, "-d", "/d", "-f", "f", "x"],
        &["stream", "push", "-p", CANARY],
        // The Profile in place of a file's name.
        &["location", "push", "-", "--profile-file", &profile],
        &["location", "pull", "-", "--profile-file", &profile],
        &["location", "delete", "--profile-file", &profile],
        &["chronicle", "pull", "-", "--profile-file", &profile],
        &["chronicle", "push", "-p", &profile, "-s", "/none", "true"],
        &["location", "push", &profile, "-p", filestore],
        &["chronicle", "push", "-p", "/none", "-s", &profile, "true"],
        &["process", "client", "list", "-a", &profile],
        &["process", "server", "-a", &nowhere],
    ] {
        silent(&kando(args).unwrap(), &args.join(" "));
    }
}

/// A mounted Secret as the environment of a command that fails.
#[test]
fn variables_of_a_command() {
    let work = tempfile::tempdir().unwrap();
    let path = |name: &str| work.path().join(name).display().to_string();
    let [profile, artifact, variables] = ["profile", "artifact", "variables"].map(path);
    let location = format!(r#"{{"type":"filestore","bucket":{:?}}}"#, work.path());
    std::fs::write(&profile, format!(r#"{{"Location":{location}}}"#)).unwrap();
    std::fs::write(&artifact, "a/b").unwrap();
    std::fs::create_dir(&variables).unwrap();
    let push = [
        "chronicle",
        "push",
        "-p",
        &profile,
        "-s",
        &artifact,
        "-e",
        &variables,
    ];
    for content in [CANARY.to_owned(), format!("{CANARY}\0{CANARY}")] {
        std::fs::write(work.path().join("variables/PASSWORD"), content).unwrap();
        for command in ["exit 3", "no-such-program", "kill -9 $$"] {
            let args = [&["-v", "trace"], &push[..], &[command]].concat();
            silent(&kando(&args).unwrap(), &args.join(" "));
        }
    }
}

/// What works says nothing of it either, at any level.
#[tokio::test(flavor = "multi_thread")]
async fn commands_that_succeed() {
    let server = s3s_fs().await.unwrap();
    let secret = server.settings.pair.1.clone();
    let work = tempfile::tempdir().unwrap();
    let [file, artifact, copy] =
        ["profile", "path", "copy"].map(|name| work.path().join(name).display().to_string());
    std::fs::write(&file, server.settings.json()).unwrap();
    std::fs::write(&artifact, "chronicle").unwrap();
    let json = server.settings.json();
    let mut commands = Vec::new();
    for profile in [["--profile", json.as_str()], ["--profile-file", &file]] {
        for command in [
            &["location", "push", "-", "--path", "x"][..],
            &["location", "pull", "-", "--path", "x"],
            &["location", "pull", &copy, "--path", "x"],
            &["location", "delete", "--path", "x"],
        ] {
            commands.push([&["-v", "trace"], command, &profile].concat());
        }
    }
    let push = ["chronicle", "push", "-p", &file, "-s", &artifact];
    commands.push(
        [
            &["-v", "trace"],
            &push[..],
            &["(sleep 2; kill $PPID) >/dev/null 2>&1 & echo 1"],
        ]
        .concat(),
    );
    let pull = ["chronicle", "pull", "-", "-s", "chronicle"];
    commands.push([&["-v", "trace"], &pull[..], &["--profile", &json]].concat());
    for args in commands {
        let words: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
        let output = tokio::task::spawn_blocking(move || {
            kando(&words.iter().map(String::as_str).collect::<Vec<_>>())
        });
        let output = output.await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let about = args.join(" ").replace(&secret, "…");
        assert!(!text.contains(&secret), "{about}: {text}");
        assert!(output.status.success(), "{about}: {text}");
    }
}
