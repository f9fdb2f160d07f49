//! How a run is told to stop.

use kanister_api::ActionSet;
use tokio::sync::watch;

/// Why a run is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelReason {
    /// `spec.cancel`, or Ctrl-C: the ActionSet ends as failed and says so.
    Requested,
    /// The ActionSet is being deleted: nothing is recorded in it any more.
    Deleted,
}

/// What a run was told until now. Nothing is ever taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Told {
    cancel: Option<CancelReason>,
    /// deferPhases are to stop as well.
    stop: bool,
    hand_over: bool,
}

/// The driver's end.
#[derive(Debug)]
pub struct RunHandle(watch::Sender<Told>);

/// The run's end. Clones hear the same.
#[derive(Debug, Clone)]
pub struct RunControl(watch::Sender<Told>);

impl RunHandle {
    /// A pair that belongs together.
    #[must_use]
    pub fn new() -> (Self, RunControl) {
        let told = watch::Sender::new(Told::default());
        (Self(told.clone()), RunControl(told))
    }

    /// Asks to stop: phases are cancelled, deferPhases run. A deletion overrides a request.
    pub fn cancel(&self, reason: CancelReason) {
        cancel(&self.0, reason);
    }

    /// Asks to stop at once: deferPhases are cancelled as well, or not begun.
    pub fn stop(&self) {
        self.tell(|told| {
            told.cancel = told.cancel.or(Some(CancelReason::Requested));
            told.stop = true;
        });
    }

    /// Asks to begin nothing new and to end when what runs has ended, so that another process can
    /// go on.
    pub fn hand_over(&self) {
        self.tell(|told| told.hand_over = true);
    }

    /// Tells what a watch saw of the ActionSet.
    pub fn observed(&self, action_set: &ActionSet) {
        if let Some(reason) = wish(action_set) {
            self.cancel(reason);
        }
    }

    fn tell(&self, change: impl Fn(&mut Told)) {
        tell(&self.0, change);
    }
}

fn tell(told: &watch::Sender<Told>, change: impl Fn(&mut Told)) {
    told.send_if_modified(|told| {
        let before = *told;
        change(told);
        *told != before
    });
}

fn cancel(told: &watch::Sender<Told>, reason: CancelReason) {
    tell(told, |told| {
        if told.cancel != Some(CancelReason::Deleted) {
            told.cancel = Some(reason);
        }
    });
}

/// What an ActionSet itself asks for.
pub(crate) fn wish(action_set: &ActionSet) -> Option<CancelReason> {
    if action_set.metadata.deletion_timestamp.is_some() {
        return Some(CancelReason::Deleted);
    }
    let cancel = action_set.spec.as_ref().is_some_and(|spec| spec.cancel);
    cancel.then_some(CancelReason::Requested)
}

impl RunControl {
    /// What the run itself saw of its ActionSet when it read it.
    pub(crate) fn observed(&self, action_set: &ActionSet) {
        if let Some(reason) = wish(action_set) {
            cancel(&self.0, reason);
        }
    }

    /// Why phases are to stop, if they are.
    pub(crate) fn cancelled(&self) -> Option<CancelReason> {
        self.0.borrow().cancel
    }

    /// Whether deferPhases are to stop as well.
    pub(crate) fn stopped(&self) -> bool {
        self.0.borrow().stop
    }

    /// Whether nothing new may begin.
    pub(crate) fn handed_over(&self) -> bool {
        self.0.borrow().hand_over
    }

    /// Waits until phases are to stop; for ever if they never are.
    pub(crate) async fn cancellation(&self) {
        self.until(|told| told.cancel.is_some()).await;
    }

    /// Waits until deferPhases are to stop; for ever if they never are.
    pub(crate) async fn stop(&self) {
        self.until(|told| told.stop).await;
    }

    /// Waits until nothing new may begin: cancelled or handed over.
    pub(crate) async fn interruption(&self) {
        self.until(|told| told.cancel.is_some() || told.hand_over)
            .await;
    }

    async fn until(&self, is: impl Fn(&Told) -> bool) {
        // The sender lives in `self`, so the channel stays open.
        let _ = self.0.subscribe().wait_for(|told| is(told)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_deletion_overrides_a_request_and_stays() {
        let (handle, control) = RunHandle::new();
        assert_eq!(control.cancelled(), None);
        handle.cancel(CancelReason::Requested);
        handle.cancel(CancelReason::Deleted);
        handle.cancel(CancelReason::Requested);
        assert_eq!(control.cancelled(), Some(CancelReason::Deleted));
        assert!(!control.stopped());
        control.cancellation().await;
    }

    #[tokio::test]
    async fn to_stop_is_to_cancel_too() {
        let (handle, control) = RunHandle::new();
        handle.stop();
        control.stop().await;
        assert_eq!(control.cancelled(), Some(CancelReason::Requested));
        assert!(!control.handed_over());
    }

    #[test]
    fn an_action_set_says_itself_what_it_wants() {
        let mut set = ActionSet::default();
        assert_eq!(wish(&set), None);
        set.spec.get_or_insert_default().cancel = true;
        assert_eq!(wish(&set), Some(CancelReason::Requested));
    }
}
