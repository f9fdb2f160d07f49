//! Imports against manifest, both ways.

use crate::component::Component;
use crate::contract::CONTRACT_VERSION;
use crate::permission::Need;
use kanister_api::function::{FunctionManifest, Rules, SecretUse, Section};
use std::collections::BTreeSet;

/// Where a component's imports and its manifest disagree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It imports what the contract does not have.
    #[error("it imports {import}, which contract {CONTRACT_VERSION} does not have")]
    UnknownImport {
        /// The name of the import.
        import: String,
    },
    /// It can call what its manifest does not mention.
    #[error(
        "it imports {import}, so it {meaning}, but its manifest has no section \
         `requires.{section}`; say there how far it needs that"
    )]
    Undeclared {
        /// The name of the import.
        import: String,
        /// What the import allows.
        meaning: &'static str,
        /// The section that is missing.
        section: Section,
    },
    /// It can see secrets and does not say so.
    #[error(
        "it imports {import}, so it sees the bytes of secrets, but no rule in \
         `requires.secrets` of its manifest says `use: [reveal]`"
    )]
    UndeclaredReveal {
        /// The name of the import.
        import: String,
    },
    /// Its manifest asks for more than it can use.
    #[error(
        "its manifest has the section `requires.{section}`, but it imports nothing that \
         could use it; remove the section"
    )]
    OverAsking {
        /// The section that is too much.
        section: Section,
    },
    /// Its manifest asks to see a secret, and it cannot.
    #[error(
        "its manifest asks to reveal the secret of slot {slot:?}, but it does not import \
         kanister:secrets/reveal; remove `reveal` there"
    )]
    OverAskingReveal {
        /// The slot of the rule.
        slot: String,
    },
}

impl Component {
    /// Compares what the component can call with what its manifest asks for. A component
    /// without a manifest asks for nothing.
    ///
    /// # Errors
    /// Every [`Mismatch`] there is.
    pub fn check(&self) -> Result<(), Vec<Mismatch>> {
        let nothing = Rules::default();
        let rules = self
            .manifest
            .as_ref()
            .map_or(&nothing, |FunctionManifest { requires, .. }| requires);
        let (declared, used) = (sections(rules), self.usable());
        let mut wrong = Vec::new();
        let mut missing = BTreeSet::new();
        for permission in self.permissions() {
            let import = permission.import.name;
            if !permission.known {
                wrong.push(Mismatch::UnknownImport { import });
                continue;
            }
            for need in permission.needs {
                match need {
                    Need::Section(section) if !declared.contains(&section) => {
                        // One message for each section is enough.
                        if missing.insert(section) {
                            let meaning = permission.meaning;
                            let import = import.clone();
                            wrong.push(Mismatch::Undeclared {
                                import,
                                meaning,
                                section,
                            });
                        }
                    }
                    Need::Reveal if !reveals(rules).any(|_| true) => {
                        wrong.push(Mismatch::UndeclaredReveal {
                            import: import.clone(),
                        });
                    }
                    Need::Section(_) | Need::Reveal => {}
                }
            }
        }
        for section in declared
            .into_iter()
            .filter(|section| !used.sections.contains(section))
        {
            wrong.push(Mismatch::OverAsking { section });
        }
        if !used.reveal {
            let slots = reveals(rules).map(str::to_owned);
            wrong.extend(slots.map(|slot| Mismatch::OverAskingReveal { slot }));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// The sections that its imports could use.
    fn usable(&self) -> Usable {
        let mut usable = Usable {
            sections: BTreeSet::new(),
            reveal: false,
        };
        for need in self
            .permissions()
            .into_iter()
            .flat_map(|permission| permission.needs)
        {
            match need {
                Need::Section(section) => {
                    usable.sections.insert(section);
                    // A request may carry a credential that the guest never holds.
                    if section == Section::Http {
                        usable.sections.insert(Section::Secrets);
                    }
                }
                Need::Reveal => {
                    usable.reveal = true;
                    usable.sections.insert(Section::Secrets);
                }
            }
        }
        usable
    }
}

struct Usable {
    sections: BTreeSet<Section>,
    reveal: bool,
}

/// The sections of a manifest that have rules.
fn sections(rules: &Rules) -> BTreeSet<Section> {
    let Rules {
        kubernetes,
        exec,
        workload,
        storage,
        http,
        secrets,
    } = rules;
    [
        (Section::Kubernetes, kubernetes.is_empty()),
        (Section::Exec, exec.is_empty()),
        (Section::Workload, workload.is_empty()),
        (Section::Storage, storage.is_empty()),
        (Section::Http, http.is_empty()),
        (Section::Secrets, secrets.is_empty()),
    ]
    .into_iter()
    .filter_map(|(section, empty)| (!empty).then_some(section))
    .collect()
}

fn reveals(rules: &Rules) -> impl Iterator<Item = &str> {
    let revealed = rules
        .secrets
        .iter()
        .filter(|rule| rule.uses.contains(&SecretUse::Reveal));
    revealed.map(|rule| rule.slot.as_str())
}
