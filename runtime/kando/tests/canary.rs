//! A secret that is given to a command appears in nothing that it prints.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

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
    for args in [
        &["location", "push", "-", &equals][..],
        &["location", "push", "-", "--profil", &profile],
        &["location", "push", "-", &profile],
        &["location", "delete", &profile],
        &[&profile],
        &["location", &profile],
        &["stream", "push", "-p", CANARY, "-d", "/d", "-f", "f", "x"],
        &["stream", "push", "-p", CANARY],
    ] {
        silent(&kando(args).unwrap(), &args.join(" "));
    }
}
