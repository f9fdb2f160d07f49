//! What the demo backs up.

use super::stage::Stage;

/// An application with data.
pub trait Application {
    /// How it is called.
    fn name(&self) -> &'static str;

    /// The folder of its Blueprint below `blueprints/`.
    fn blueprint(&self) -> &'static str;

    /// Its manifests.
    fn manifest(&self) -> anyhow::Result<String>;

    /// What is backed up, as `--object` has it.
    fn object(&self) -> &'static str;

    /// Further options of the backup.
    fn options(&self) -> Vec<String>;

    /// Fills it with data, and says in a few words with what.
    fn fill(&self, stage: &Stage) -> anyhow::Result<String>;

    /// All of its data as bytes.
    fn data(&self, stage: &Stage) -> anyhow::Result<Vec<u8>>;

    /// Destroys the data, and says how.
    fn destroy(&self, stage: &Stage) -> anyhow::Result<String>;

    /// A command that reads the artifact without Kanister.
    fn reader(&self, artifact: &str) -> Vec<String>;
}
