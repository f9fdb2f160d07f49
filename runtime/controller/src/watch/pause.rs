//! Waiting before the next attempt, longer each time, and not all at once.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);

/// The pause before the next attempt.
#[derive(Debug)]
pub(crate) struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pause {
    /// It went well.
    pub(crate) fn reset(&mut self) {
        self.0 = FIRST;
    }

    /// Waits, at least for as many seconds as the server wants.
    pub(crate) async fn wait(&mut self, seconds: Option<u32>) {
        let wanted = Duration::from_secs(seconds.unwrap_or(0).into());
        let pause = self.next(random()).max(wanted);
        tokio::time::sleep(pause).await;
    }

    /// The next pause: between half and all of what doubles each time.
    fn next(&mut self, random: u8) -> Duration {
        let whole = self.0;
        self.0 = whole.saturating_mul(2).min(LONGEST);
        whole / 2 + whole / 2 * u32::from(random) / u32::from(u8::MAX)
    }
}

/// Without randomness everybody waits equally long, which is no harm.
fn random() -> u8 {
    let mut byte = [0];
    match getrandom::fill(&mut byte) {
        Ok(()) => {
            let [byte] = byte;
            byte
        }
        Err(_) => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_start_again() {
        let mut pause = Pause::default();
        let pauses: Vec<_> = (0..10).map(|_| pause.next(u8::MAX)).collect();
        assert_eq!(pauses[0], FIRST);
        assert!(pauses.is_sorted());
        assert_eq!(pauses[9], LONGEST);
        assert_eq!(pause.next(0), LONGEST / 2);
        pause.reset();
        assert_eq!(pause.next(u8::MAX), FIRST);
    }
}
