//! One call of a function: rendered arguments with tokens for secrets, the services it gets, and
//! what it leaves.

mod arguments;
mod interrupted;
mod notes;
mod secrecy;
mod sinks;
mod templates;

pub(crate) use arguments::render;
pub(crate) use interrupted::may_still_run;
pub(crate) use notes::{NotesBook, checkpoint};
pub(crate) use secrecy::{revealed, tokens};
pub(crate) use sinks::{Latest, PhaseLog};
pub(crate) use templates::Conditions;

use sha2::{Digest, Sha256};

/// The id of a call: the same in every attempt of one phase, whoever makes it.
pub(crate) fn invocation_id(uid: &str, action: usize, phase: Option<usize>) -> String {
    let phase = phase.map_or_else(|| "defer".to_owned(), |phase| phase.to_string());
    let digest = Sha256::digest(format!("{uid}/{action}/{phase}").as_bytes());
    digest.iter().take(16).fold(String::new(), |mut id, byte| {
        id.push_str(&format!("{byte:02x}"));
        id
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_has_an_id_of_its_own_that_stays() {
        let ids = [
            invocation_id("u", 0, Some(0)),
            invocation_id("u", 0, Some(1)),
            invocation_id("u", 1, Some(0)),
            invocation_id("u", 0, None),
            invocation_id("v", 0, Some(0)),
        ];
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert_eq!(ids[0], invocation_id("u", 0, Some(0)));
        assert_eq!(ids[0].len(), 32);
    }
}
