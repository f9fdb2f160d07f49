//! Rules: what is looked for, why it matters and what to do.

use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// It may go wrong, or harm.
    Warning,
    /// It cannot work.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is looked for.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its name, stable across versions.
    pub id: &'static str,
    /// How bad it is.
    pub level: Level,
    /// Why it matters.
    pub reason: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Every rule, by subject.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let subjects: [&[&Rule]; 9] = [
        crate::text::RULES,
        crate::structure::RULES,
        crate::arguments::RULES,
        crate::templates::RULES,
        crate::references::RULES,
        crate::credentials::RULES,
        crate::commands::RULES,
        crate::actionset::RULES,
        crate::profile::RULES,
    ];
    subjects.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_a_name_of_its_own_a_reason_and_a_remedy() {
        let mut ids = BTreeSet::new();
        for Rule {
            id,
            level: _,
            reason,
            remedy,
        } in rules()
        {
            assert!(ids.insert(id), "{id} twice");
            let plain = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(id.chars().all(plain), "{id}");
            assert!(reason.ends_with('.') && remedy.ends_with('.'), "{id}");
        }
    }
}
