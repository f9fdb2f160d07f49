//! What whoever drives runs decides for all of them.

use kanister_template::Options;
use std::time::Duration;

/// What whoever drives runs decides for all of them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The identity of this process in the journal: no two living processes have the same.
    pub holder: String,
    /// How often the progress of a phase is recorded at most. Upstream: every 5 s.
    pub progress_interval: Duration,
    /// How long a cancelled function may go on, to clean up.
    pub grace: Duration,
    /// How long reading what an action refers to is tried again while the API server does not
    /// answer.
    pub patience: Duration,
    /// How templates are rendered.
    pub templates: Options,
    /// Whether an ActionSet that another kind of controller left running is failed; otherwise it is
    /// left alone.
    pub adopt_foreign: bool,
}

impl Settings {
    /// Settings with upstream's interval, half a minute of grace, and two minutes of patience.
    #[must_use]
    pub fn new(holder: impl Into<String>, templates: Options) -> Self {
        Self {
            holder: holder.into(),
            progress_interval: Duration::from_secs(5),
            grace: Duration::from_secs(30),
            patience: Duration::from_secs(120),
            templates,
            adopt_foreign: false,
        }
    }
}
