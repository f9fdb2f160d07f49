//! Runs recorded render cases: what upstream's Go implementation gave for a template and its data.
//!
//! A case file is a JSON array; [`Case`] says what a case holds. Cases may carry flags that tell where a difference
//! would be fair; they are only counted apart, a flagged case that differs has to be listed in the test that runs the
//! file.

mod case;
mod judge;
mod params;
mod world;

pub use case::Case;
pub use judge::{Verdict, judge, worded_differently};
pub use world::TestWorld;

use anyhow::Context;
use std::path::PathBuf;

/// What became of the cases of some files.
#[derive(Debug, Default)]
pub struct Summary {
    /// Cases that gave exactly what was recorded.
    pub passed: usize,
    /// The others, with their name, flags and what was different.
    pub failed: Vec<String>,
}

/// Runs all cases of a file.
///
/// # Errors
/// If the file cannot be read or is no case file.
pub fn run_file(file: &PathBuf) -> anyhow::Result<Summary> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let cases: Vec<Case> = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a file of render cases", file.display()))?;
    let mut summary = Summary::default();
    for case in &cases {
        match judge(case) {
            Verdict::Pass => summary.passed += 1,
            Verdict::Fail(difference) => {
                let flags = case.flags().join(" ");
                let flags = if flags.is_empty() {
                    flags
                } else {
                    format!(" ({flags})")
                };
                summary.failed.push(format!(
                    "{}{flags}: {:?}\n  {difference}",
                    case.name, case.template
                ));
            }
        }
    }
    Ok(summary)
}

/// Runs all cases of the files, prints each that fails and at the end `N passed, N failed`. True if none failed.
///
/// # Errors
/// If a file cannot be read or is no case file.
pub fn run(files: &[PathBuf]) -> anyhow::Result<bool> {
    let mut all = Summary::default();
    for file in files {
        let Summary { passed, failed } = run_file(file)?;
        all.passed += passed;
        all.failed.extend(failed);
    }
    for failure in &all.failed {
        println!("FAILED {failure}");
    }
    println!("{} passed, {} failed", all.passed, all.failed.len());
    Ok(all.failed.is_empty())
}
