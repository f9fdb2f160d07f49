//! Waiting, and saying for what.

use std::time::{Duration, Instant};

/// How long a part of the cluster may take on a machine that has other work too.
const LIMIT: Duration = Duration::from_secs(600);
/// From here on a wait is worth a line.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks until the answer is yes. The answer is an error if waiting is vain.
///
/// # Errors
/// The probe's, or that the time is up.
pub fn until(what: &str, mut probe: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut told = false;
    while !probe()? {
        let waited = start.elapsed();
        anyhow::ensure!(
            waited < LIMIT,
            "gave up waiting for {what} after {} s",
            LIMIT.as_secs()
        );
        if waited > PATIENCE && !told {
            told = true;
            println!("           waiting for {what} …");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_until_it_holds_and_ends_at_an_error() {
        let mut asked = 0;
        until("the third time", || {
            asked += 1;
            Ok(asked == 3)
        })
        .unwrap();
        assert_eq!(asked, 3);
        let error = until("nothing", || anyhow::bail!("it is gone")).unwrap_err();
        assert_eq!(error.to_string(), "it is gone");
    }
}
