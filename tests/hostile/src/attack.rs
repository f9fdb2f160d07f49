//! What it does when it runs.

use crate::describe::hoard;
use kanister_sdk::bindings::kanister::host::{checkpoint, clock, log, progress, random};
use kanister_sdk::bindings::kanister::http::client;
use kanister_sdk::bindings::kanister::io::types as io;
use kanister_sdk::bindings::kanister::kube::types::{
    ApiResource, Error as KubeError, ObjectRef, PodRef,
};
use kanister_sdk::bindings::kanister::kube::{exec, objects};
use kanister_sdk::bindings::kanister::secrets::{reveal, store};
use kanister_sdk::bindings::kanister::storage::locations::{IfExists, Location, Upload};
use kanister_sdk::types::{Cause, Failure, Invocation, Json};
use serde_json::{Value, json};

use crate::argument;

pub fn run(invocation: &Invocation) -> Result<Json, Failure> {
    let value = argument(&invocation.args, "value");
    let output = match argument(&invocation.args, "attack").as_str() {
        "nothing" => Value::Null,
        "loop" => loop {
            std::hint::black_box(());
        },
        "allocate" => {
            hoard();
            Value::Null
        }
        "log" => {
            let line = "x".repeat(1 << 20);
            for _ in 0..1024 {
                log::write(log::Level::Info, &line, &[]);
            }
            json!({"written": 1024})
        }
        "handles" => {
            let sources: Vec<_> = (0..100_000).map(|_| io::Source::from_bytes(b"x")).collect();
            json!({"handles": sources.len()})
        }
        "hold" => {
            let bytes = vec![0; 8 << 20];
            let sources: Vec<_> = (0..100).map(|_| io::Source::from_bytes(&bytes)).collect();
            json!({"sources": sources.len()})
        }
        "copy" => {
            let bytes = vec![0; 100 << 20];
            let source = io::Source::from_bytes(&bytes);
            drop(source);
            Value::Null
        }
        "trap" => std::process::abort(),
        "panic" => {
            #[allow(clippy::panic, reason = "it is what the test is about")]
            {
                panic!("on purpose")
            }
        }
        "recurse" => json!({"depth": recurse(1)}),
        "sleep" => {
            let slept = clock::sleep_ms(value.parse().unwrap_or(3_600_000));
            json!({"cancelled": slept.is_err()})
        }
        "sleep-on" => loop {
            // Deaf to cancellation.
            let _ = clock::sleep_ms(1000);
        },
        "pipe" => {
            let (writer, _source) = io::pipe();
            // Nobody reads the other end, so one of these waits for ever.
            for _ in 0..1000 {
                let _ = writer.write(&[0; 1024]);
            }
            Value::Null
        }
        "progress" => {
            for percent in 0..1_000_000_u32 {
                progress::update(&progress::Report {
                    percent: Some(u8::try_from(percent % 256).unwrap_or(0)),
                    downloaded_bytes: None,
                    uploaded_bytes: None,
                    estimated_download_bytes: None,
                    estimated_upload_bytes: None,
                    estimated_seconds: None,
                    note: Some("\u{1b}[2J".repeat(10)),
                });
            }
            Value::Null
        }
        "checkpoint" => json!({"saved": checkpoint::save(&vec![0; 1 << 20]).is_ok()}),
        "random" => json!({"bytes": random::bytes(u32::MAX).len()}),
        "huge" => return Ok(format!("{{\"x\":\"{}\"}}", "x".repeat(8 << 20))),
        "malformed" => return Ok("{\"x\":".to_owned()),
        "list" => return Ok("[1]".to_owned()),
        "deep" => return Ok("[".repeat(100_000)),
        "get-secret" => get("secrets", "shop", "db"),
        "get-configmap" => get("configmaps", "shop", "settings"),
        "get-elsewhere" => get("configmaps", "kube-system", "settings"),
        "get" => get("configmaps", "shop", &value),
        "exec" => exec(&value),
        "path" => path(&value),
        "url" => url(&value),
        "follow" => follow(&value),
        "fail" => {
            return Err(Failure::Permanent(Cause {
                code: "failed".to_owned(),
                message: format!("failed with {value}"),
                details: Some(json!({"args": value}).to_string()),
            }));
        }
        "leak" => {
            log::write(
                log::Level::Info,
                &value,
                &[log::Field {
                    key: "value".to_owned(),
                    value: value.clone(),
                }],
            );
            progress::update(&progress::Report {
                percent: None,
                downloaded_bytes: None,
                uploaded_bytes: None,
                estimated_download_bytes: None,
                estimated_upload_bytes: None,
                estimated_seconds: None,
                note: Some(value.clone()),
            });
            json!({"value": value, "args": invocation.args, "params": invocation.params})
        }
        "reveal" => match reveal::reveal_text(&value) {
            Ok(text) => json!({"revealed": text}),
            Err(error) => json!({"error": format!("{error:?}")}),
        },
        "slot" => match store::get(&value) {
            Ok(secret) => json!({
                "token": secret.token(),
                "revealed": reveal::reveal(&secret).map_or_else(
                    |error| format!("{error:?}"),
                    |bytes| String::from_utf8_lossy(&bytes).into_owned(),
                ),
            }),
            Err(error) => json!({"error": format!("{error:?}")}),
        },
        other => json!({"unknown": other}),
    };
    Ok(output.to_string())
}

#[allow(unconditional_recursion, reason = "it is what the test is about")]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(recurse(std::hint::black_box(depth) + 1)) + 1
}

/// What a denial says, as an output.
fn denied(denial: &io::Denial) -> Value {
    json!({"denied": denial.access, "reason": denial.reason, "grant": denial.grant})
}

fn get(plural: &str, namespace: &str, name: &str) -> Value {
    let target = ObjectRef {
        api: ApiResource {
            group: String::new(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
        },
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    };
    match objects::get(&target, &[]) {
        Ok(object) => json!({"got": object}),
        Err(KubeError::Denied(denial)) => denied(&denial),
        Err(error) => json!({"error": format!("{error:?}")}),
    }
}

fn exec(program: &str) -> Value {
    let target = PodRef {
        namespace: "shop".to_owned(),
        name: "db-0".to_owned(),
        container: None,
    };
    match exec::spawn(&target, &[program.to_owned()], None) {
        Ok(process) => json!({"ended": format!("{:?}", process.wait())}),
        Err(KubeError::Denied(denial)) => denied(&denial),
        Err(error) => json!({"error": format!("{error:?}")}),
    }
}

fn path(key: &str) -> Value {
    let said = |error: io::Error| match error {
        io::Error::Denied(denial) => denied(&denial),
        error => json!({"error": format!("{error:?}")}),
    };
    let location = match Location::open("primary") {
        Ok(location) => location,
        Err(error) => return said(error),
    };
    let read = location.read(key, 0, None).map(|_| ()).map_err(said);
    let wrote = location
        .write(key, IfExists::Replace)
        .and_then(|upload| {
            upload.append(io::Source::from_bytes(b"x"))?.wait()?;
            Upload::commit(upload, None)
        })
        .map(|meta| meta.key)
        .map_err(said);
    let deleted = location.delete(key).map_err(said);
    let all = location.delete_prefix(key).map_err(said);
    json!({
        "read": read.err(),
        "wrote": wrote.as_ref().err(),
        "key": wrote.ok(),
        "deleted": deleted.err(),
        "deletedPrefix": all.err(),
    })
}

fn send(url: &str) -> Result<client::Response, Value> {
    client::send(&client::Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        auth: None,
        timeout_ms: 10_000,
    })
    .map_err(|error| match error {
        client::Error::Denied(denial) => denied(&denial),
        error => json!({"error": format!("{error:?}")}),
    })
}

fn url(url: &str) -> Value {
    match send(url) {
        Ok(response) => json!({"status": response.status, "bytes": response.body.len()}),
        Err(value) => value,
    }
}

/// Follows a redirect, as a guest may.
fn follow(url: &str) -> Value {
    match send(url) {
        Ok(response) => {
            let to = response
                .headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("location"));
            match to {
                Some((_, to)) => json!({"redirected": to, "then": self::url(to)}),
                None => json!({"status": response.status}),
            }
        }
        Err(value) => value,
    }
}
