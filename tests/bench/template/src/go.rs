//! The Go side: a program of the standard library alone, built and run where a toolchain is there.

use crate::subject::Set;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Go's figures for a set, in nanoseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct GoFigures {
    pub(crate) parse: f64,
    pub(crate) render: f64,
    pub(crate) both: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    seconds: f64,
    sets: BTreeMap<&'a str, &'a [String]>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    nanoseconds: HashMap<String, GoFigures>,
    outputs: HashMap<String, String>,
}

/// Go's figures by set; nothing without a toolchain. Fails if Go renders anything else than we do.
pub(crate) fn measure(
    sets: &BTreeMap<&'static str, Set>,
    seconds: f64,
) -> Result<Option<HashMap<String, GoFigures>>> {
    if Command::new("go")
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_err()
    {
        return Ok(None);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("go");
    let mut go = Command::new("go")
        .args(["run", "."])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run the Go program")?;
    let sets_sent = sets
        .iter()
        .map(|(name, set)| (*name, set.templates.as_slice()))
        .collect();
    let request = serde_json::to_vec(&Request {
        seconds,
        sets: sets_sent,
    })?;
    go.stdin
        .take()
        .context("no pipe to the Go program")?
        .write_all(&request)?;
    let output = go.wait_with_output()?;
    ensure!(
        output.status.success(),
        "the Go program failed in {}",
        folder.display()
    );
    let Answer {
        nanoseconds,
        outputs,
    } = serde_json::from_slice(&output.stdout)?;
    for (name, set) in sets {
        let ours = set.render(&set.parse()?)?;
        let go = outputs.get(*name).map(String::as_bytes).unwrap_or_default();
        ensure!(ours == go, "Go renders {name} differently");
    }
    Ok(Some(nanoseconds))
}
