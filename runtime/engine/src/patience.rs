//! Asking again while an API server does not answer.

use std::time::Duration;
use tokio::time::Instant;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether an error is worth asking again.
pub(crate) trait Transient {
    fn is_transient(&self) -> bool;
}

impl Transient for crate::seat::ReadError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl Transient for crate::seat::StoreError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Asks until there is an answer, for `patience` or until `stopped`; then the last error stands.
pub(crate) async fn patiently<T, E: Transient, F>(
    patience: Duration,
    stopped: impl Future<Output = ()>,
    ask: impl Fn() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let until = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    tokio::pin!(stopped);
    loop {
        let answer = ask().await;
        match &answer {
            Err(error) if error.is_transient() && Instant::now() + pause < until => {}
            _ => return answer,
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = &mut stopped => return answer,
        }
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seat::ReadError;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_late_is_waited_for() {
        let asked = AtomicU32::new(0);
        let ask = || async {
            match asked.fetch_add(1, Ordering::Relaxed) {
                0..=3 => Err(ReadError::Unavailable("down".to_owned())),
                _ => Ok(7),
            }
        };
        let patience = Duration::from_secs(60);
        assert_eq!(patiently(patience, std::future::pending(), ask).await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_and_a_refusal_is_final() {
        let down = || async { Err::<(), _>(ReadError::Unavailable("down".to_owned())) };
        let patience = Duration::from_secs(10);
        let error = patiently(patience, std::future::pending(), down).await;
        assert_eq!(error, Err(ReadError::Unavailable("down".to_owned())));
        let refused = || async { Err::<(), _>(ReadError::Refused("no".to_owned())) };
        let error = patiently(Duration::MAX / 4, std::future::pending(), refused).await;
        assert_eq!(error, Err(ReadError::Refused("no".to_owned())));
    }
}
