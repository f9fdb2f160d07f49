//! A suite's cases, one after another, each with a line of its own.

use std::time::Instant;

use anyhow::ensure;

/// What is tried, and how.
pub type Case<S> = (&'static str, fn(&S) -> anyhow::Result<()>);

/// Plays the cases whose names contain the filter, also when one fails.
///
/// # Errors
/// If one fails.
pub fn play<S>(stage: &S, cases: &[Case<S>], filter: &str) -> anyhow::Result<()> {
    let (mut passed, mut failed) = (0, 0);
    for (name, case) in cases.iter().filter(|(name, _)| name.contains(filter)) {
        let start = Instant::now();
        match case(stage) {
            Ok(()) => {
                passed += 1;
                println!("pass {name} ({} ms)", start.elapsed().as_millis());
            }
            Err(error) => {
                failed += 1;
                println!("FAIL {name}: {error:#}");
            }
        }
    }
    println!("{passed} passed, {failed} failed, 0 skipped");
    ensure!(failed == 0, "{failed} cases failed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_fails_fails_the_suite_after_the_others() {
        let played = std::cell::Cell::new(0);
        type Played = std::cell::Cell<u32>;
        let cases: [Case<Played>; 2] = [
            ("bad", |_| anyhow::bail!("as expected")),
            ("good", |played| {
                played.set(played.get() + 1);
                Ok(())
            }),
        ];
        assert!(play(&played, &cases, "").is_err());
        assert_eq!(played.get(), 1);
        play(&played, &cases, "good").unwrap();
    }
}
