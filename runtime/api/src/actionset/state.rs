//! States of ActionSets and phases.

use crate::words::words;

words! {
    /// How far an ActionSet or a phase is. [`State::Unset`] is the state of a deferPhase that the
    /// action does not have.
    pub enum State {
        /// Not begun.
        Pending = "pending",
        /// Begun.
        Running = "running",
        /// Ended with an error.
        Failed = "failed",
        /// Ended well.
        Complete = "complete",
    }
}

impl State {
    /// True for the two states that are never left: failed and complete.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Failed | Self::Complete)
    }
}
