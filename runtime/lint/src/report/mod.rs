//! Findings as people and programs read them.

mod sarif;
mod text;

pub use sarif::sarif;
pub use text::{Style, text};

use crate::finding::Finding;
use crate::rule::Level;
use serde::Serialize;

/// How many findings there are of each level.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// It cannot work.
    pub errors: usize,
    /// It may go wrong.
    pub warnings: usize,
    /// Worth knowing.
    pub notes: usize,
}

impl Counts {
    /// Counts findings.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let count = |level| {
            findings
                .iter()
                .filter(|found| found.level() == level)
                .count()
        };
        Self {
            errors: count(Level::Error),
            warnings: count(Level::Warning),
            notes: count(Level::Note),
        }
    }
}
