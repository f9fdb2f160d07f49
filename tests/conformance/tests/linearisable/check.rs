//! The check of a history against a model: one object is absent or has a version, a uid, a value.

use std::collections::BTreeMap;

use super::history::{Action, Operation, Outcome, Seen};

/// A state of one object, and when it can have begun: between the question and the answer of the
/// operation that made it.
#[derive(Clone, Debug)]
struct Step<'a> {
    /// Nothing for an absent object.
    state: Option<(u64, &'a str, &'a str)>,
    asked: u64,
    answered: u64,
}

/// Checks everything, and returns the number of changes.
pub fn check(operations: &[Operation], views: &[Vec<Seen>]) -> usize {
    let events = &views[0];
    for view in views {
        assert_eq!(view, events, "two watchers saw different histories");
    }
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].version < pair[1].version),
        "versions do not rise"
    );
    let mut steps: BTreeMap<&str, Vec<Step<'_>>> = BTreeMap::new();
    let mut order: Vec<(u64, u64)> = Vec::new();
    for event in events {
        let cause = cause(operations, event);
        let history = steps.entry(&event.name).or_insert_with(|| {
            vec![Step {
                state: None,
                asked: 0,
                answered: 0,
            }]
        });
        let before = history.last().unwrap().state;
        model(cause, event, before);
        let state = (event.kind != "DELETED").then_some((
            event.version,
            event.uid.as_str(),
            event.value.as_str(),
        ));
        history.push(Step {
            state,
            asked: cause.asked,
            answered: cause.answered,
        });
        order.push((cause.asked, cause.answered));
    }
    // Real time: nothing that was answered comes after something that was asked for later.
    let mut latest_question = 0;
    for (asked, answered) in order {
        assert!(
            answered > latest_question,
            "the order of versions contradicts real time"
        );
        latest_question = latest_question.max(asked);
    }
    let changes: usize = operations
        .iter()
        .filter(|operation| is_change(operation, events))
        .count();
    assert_eq!(
        changes,
        events.len(),
        "changes that were confirmed and changes that were seen differ in number"
    );
    for operation in operations {
        let absent = [Step {
            state: None,
            asked: 0,
            answered: 0,
        }];
        let history = steps.get(operation.name).map_or(&absent[..], Vec::as_slice);
        refused_or_read(operation, history);
    }
    events.len()
}

/// Whether objects with this value are labelled as chosen: those of even steps.
pub fn is_chosen(value: &str) -> bool {
    let step = value.rsplit('-').next().and_then(|step| step.parse().ok());
    step.is_some_and(|step: u64| step.is_multiple_of(2))
}

/// What somebody sees who watches the chosen ones alone: they come and go as their labels do.
pub fn selection(events: &[Seen]) -> Vec<Seen> {
    let mut last: BTreeMap<&str, &Seen> = BTreeMap::new();
    let mut view = Vec::new();
    for event in events {
        let name = event.name.as_str();
        let before = last.get(name).copied().filter(|old| is_chosen(&old.value));
        let gone = event.kind == "DELETED";
        let kind = match (before, !gone && is_chosen(&event.value)) {
            (None, true) => "ADDED",
            (Some(_), true) => "MODIFIED",
            (Some(_), false) => "DELETED",
            (None, false) => "",
        };
        if !kind.is_empty() {
            // Who leaves is shown as it was when it was last seen.
            let shown = before.filter(|_| kind == "DELETED").unwrap_or(event);
            view.push(Seen {
                kind: kind.to_owned(),
                version: event.version,
                ..shown.clone()
            });
        }
        if gone {
            last.remove(name);
        } else {
            last.insert(name, event);
        }
    }
    view
}

/// The operation that made a change.
fn cause<'a>(operations: &'a [Operation], event: &Seen) -> &'a Operation {
    let made = |operation: &&Operation| {
        operation.name == event.name
            && match (&operation.outcome, operation.action) {
                (_, Action::Read) => false,
                (Outcome::State { version, .. }, _) => {
                    *version == event.version && event.kind != "DELETED"
                }
                (Outcome::Deleted(uid), _) => event.kind == "DELETED" && *uid == event.uid,
                _ => false,
            }
    };
    let mut found = operations.iter().filter(made);
    let cause = found
        .next()
        .unwrap_or_else(|| panic!("nobody made {event:?}"));
    assert!(
        found.next().is_none(),
        "two were told to have made {event:?}"
    );
    cause
}

/// What the change must have been, given the state before it.
fn model(cause: &Operation, event: &Seen, before: Option<(u64, &str, &str)>) {
    match cause.action {
        Action::Create => assert!(
            before.is_none() && event.kind == "ADDED",
            "{cause:?} after {before:?}: {event:?}"
        ),
        Action::Replace(version) => {
            let (found, uid, _) = before.unwrap_or_else(|| panic!("{cause:?} of nothing"));
            assert!(
                found == version && uid == event.uid && event.kind == "MODIFIED",
                "{cause:?} after {before:?}: {event:?}"
            );
        }
        Action::Patch => {
            let (_, uid, _) = before.unwrap_or_else(|| panic!("{cause:?} of nothing"));
            assert!(
                uid == event.uid && event.kind == "MODIFIED",
                "{cause:?} after {before:?}: {event:?}"
            );
        }
        Action::Delete => {
            let (_, uid, value) = before.unwrap_or_else(|| panic!("{cause:?} of nothing"));
            assert!(
                uid == event.uid && value == event.value,
                "{cause:?} after {before:?}: {event:?}"
            );
        }
        Action::Read => panic!("a read changed something"),
    }
    if cause.action != Action::Delete {
        assert_eq!(cause.value, event.value, "{cause:?} wrote another value");
    }
}

fn is_change(operation: &Operation, events: &[Seen]) -> bool {
    match (&operation.outcome, operation.action) {
        (_, Action::Read) => false,
        // A write that changes nothing has the version of an earlier one.
        (Outcome::State { version, .. }, _) => {
            assert!(
                events.iter().any(|event| event.version == *version),
                "nobody saw {operation:?}"
            );
            true
        }
        (Outcome::Deleted(_), _) => true,
        _ => false,
    }
}

/// A refusal or a read must have been right at some moment while it was being answered.
fn refused_or_read(operation: &Operation, history: &[Step<'_>]) {
    let right = |step: &Step<'_>| match (&operation.outcome, operation.action) {
        (
            Outcome::State {
                version,
                uid,
                value,
            },
            Action::Read,
        ) => step.state == Some((*version, uid.as_str(), value.as_str())),
        (Outcome::Missing, _) => step.state.is_none(),
        (Outcome::Exists, _) => step.state.is_some(),
        (Outcome::Conflict, Action::Replace(based)) => {
            step.state.is_some_and(|(version, _, _)| version != based)
        }
        (Outcome::Conflict, _) => false,
        // Changes were checked in their order.
        _ => true,
    };
    let possible = history.iter().enumerate().any(|(place, step)| {
        let begins_in_time = step.asked <= operation.answered;
        let lasts = history
            .get(place + 1)
            .is_none_or(|next| next.answered >= operation.asked);
        begins_in_time && lasts && right(step)
    });
    assert!(
        possible,
        "{operation:?} was never right; the history is {history:?}"
    );
}

#[test]
fn a_stale_read_and_a_lost_update_are_found() {
    let seen = |kind: &str, version: u64, value: &str| Seen {
        kind: kind.into(),
        name: "a".into(),
        version,
        uid: "u".into(),
        value: value.into(),
    };
    let operation = |action, value: &str, asked, answered, version, found: &str| Operation {
        name: "a",
        action,
        value: value.into(),
        asked,
        answered,
        outcome: Outcome::State {
            version,
            uid: "u".into(),
            value: found.into(),
        },
    };
    let events = vec![seen("ADDED", 1, "x"), seen("MODIFIED", 2, "y")];
    let good = vec![
        operation(Action::Create, "x", 1, 2, 1, "x"),
        operation(Action::Patch, "y", 3, 4, 2, "y"),
        operation(Action::Read, "", 5, 6, 2, "y"),
    ];
    assert_eq!(check(&good, std::slice::from_ref(&events)), 2);
    let fails = |operations: Vec<Operation>, views: Vec<Vec<Seen>>| {
        std::panic::catch_unwind(move || check(&operations, &views)).is_err()
    };
    let mut stale = good.clone();
    stale[2] = operation(Action::Read, "", 5, 6, 1, "x");
    assert!(fails(stale, vec![events.clone()]));
    let mut lost = good.clone();
    lost[1] = operation(Action::Replace(7), "y", 3, 4, 2, "y");
    assert!(fails(lost, vec![events.clone()]));
    assert!(
        fails(good.clone(), vec![events[..1].to_vec()]),
        "a missed event"
    );
    let twice = vec![events[0].clone(), events[0].clone(), events[1].clone()];
    assert!(fails(good.clone(), vec![twice]), "a repeated event");
    let mut late = good;
    late[0] = operation(Action::Create, "x", 8, 9, 1, "x");
    assert!(fails(late, vec![events]), "a change before its question");
}
