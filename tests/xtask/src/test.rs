//! `cargo xtask test`: what the tests need, the tests, and one line that sums them up.

use crate::{build, command, components, hello_python, workspace};
use anyhow::Context;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Tells tests where the components are that this task makes for them.
const FIXTURES: &str = "KANISTER_FIXTURES";

/// Set where a skipped test is a failure.
pub const NO_SKIP: &str = "KANISTER_NO_SKIP";

#[derive(clap::Args)]
pub struct Test {
    /// Handed on to `cargo test`, e.g. `-p kanister-api` or `-- --nocapture`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<String>,
}

impl Test {
    pub fn run(&self) -> anyhow::Result<()> {
        let folder = components::build_all()?;
        let mut skipped = 0;
        if hello_python::build()?.is_none() {
            println!("skipped: the function in Python, since there is no python3 on PATH");
            skipped += 1;
        }
        let mut tests = command::cargo();
        tests.args(["test", "--release", "--no-fail-fast"]);
        if !self
            .cargo
            .iter()
            .any(|word| word == "-p" || word.starts_with("--package"))
        {
            tests.arg("--workspace");
        }
        tests.args(&self.cargo);
        tests.env(build::COMPONENTS, &folder);
        tests.env(FIXTURES, workspace::target().join("fixtures"));
        let (mut totals, mut success) = follow(&mut tests)?;
        totals.skipped += skipped;
        if self.cargo.is_empty() {
            // With the binary that the tests have just built.
            let mut runs = Command::new(std::env::current_exe()?);
            let (played, met) = follow(runs.arg("runs"))?;
            totals.join(played);
            success &= met;
        }
        println!("{totals}");
        anyhow::ensure!(success && totals.failed == 0, "the tests failed");
        anyhow::ensure!(
            totals.skipped == 0 || std::env::var_os(NO_SKIP).is_none(),
            "{NO_SKIP} is set, and tests were skipped"
        );
        Ok(())
    }
}

/// Runs the tests, shows what they print and sums up their results.
fn follow(tests: &mut Command) -> anyhow::Result<(Totals, bool)> {
    let line = command::line(tests);
    let mut child = tests
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{line}`"))?;
    let mut totals = Totals::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            totals.add(&line);
        }
    }
    Ok((totals, child.wait()?.success()))
}

/// The results of all suites.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Totals {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Totals {
    fn join(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Adds the result of a suite, if this line is one:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; …`.
    /// Suites with a runner of their own end with a line as this task itself does.
    fn add(&mut self, line: &str) {
        let (counts, between) = match line.strip_prefix("test result: ") {
            Some(result) => (
                result.split_once(". ").map_or("", |(_, counts)| counts),
                "; ",
            ),
            None if is_summary(line) => (line, ", "),
            None => return,
        };
        for count in counts.split(between) {
            let Some((number, word)) = count.split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" | "skipped" => self.skipped += number,
                _ => {}
            }
        }
    }
}

/// Whether a line is `N passed, N failed, N skipped` and nothing else.
fn is_summary(line: &str) -> bool {
    let words: Vec<_> = line.split(", ").collect();
    let is = |text: &str, word: &str| {
        let number = text
            .strip_suffix(word)
            .and_then(|text| text.strip_suffix(' '));
        number.is_some_and(|number| number.parse::<u64>().is_ok())
    };
    matches!(words.as_slice(), [passed, failed, skipped]
        if is(passed, "passed") && is(failed, "failed") && is(skipped, "skipped"))
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_suites_are_summed_up() {
        let mut totals = Totals::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; \
             finished in 0.00s",
            "test result: FAILED. 8 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "a test that prints: 5 passed; 5 failed",
            "4 passed, 0 failed, 2 skipped",
            "of these, 9 passed, 9 failed, 9 skipped",
        ] {
            totals.add(line);
        }
        assert_eq!(
            totals,
            Totals {
                passed: 15,
                failed: 2,
                skipped: 3
            }
        );
        assert_eq!(totals.to_string(), "15 passed, 2 failed, 3 skipped");
    }
}
