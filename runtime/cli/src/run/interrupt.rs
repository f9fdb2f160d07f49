//! Ctrl-C: the first one cancels, the second one stops.

use super::timeline::screen::{Screen, Style};
use kanister_engine::{CancelReason, RunHandle};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a stopped run may take to end in good order.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hears Ctrl-C and SIGTERM. Ends when the run is to be left as it is: after the third one, or when
/// it has not ended some seconds after the second one.
pub async fn watch(handle: &RunHandle, screen: &Screen) {
    let signals = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupted), Ok(mut terminated)) = signals else {
        // Without handlers a signal ends the process, and the run can go on later.
        return std::future::pending().await;
    };
    heard(&mut interrupted, &mut terminated).await;
    handle.cancel(CancelReason::Requested);
    tell(
        screen,
        "cancelling: what runs is asked to stop, then deferPhases run; Ctrl-C again stops those too",
    );
    heard(&mut interrupted, &mut terminated).await;
    handle.stop();
    tell(screen, "stopping; Ctrl-C again leaves everything as it is");
    tokio::select! {
        () = heard(&mut interrupted, &mut terminated) => {}
        () = tokio::time::sleep(PATIENCE) => {}
    }
}

async fn heard(interrupted: &mut Signal, terminated: &mut Signal) {
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
}

fn tell(screen: &Screen, text: &str) {
    screen.line(&screen.paint(Style::Bold, &format!("  ! {text}")));
}
