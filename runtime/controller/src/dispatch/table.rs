//! What waits, and what this process is done with.

use crate::key::Key;
use crate::queue::FairQueue;
use crate::watch::Pause;
use kanister_api::ActionSet;
use std::collections::HashMap;

/// ActionSets that are kept in memory while they wait; the others are read when it is their turn.
const KEPT: usize = 1000;

/// An ActionSet that waits to be run.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) uid: String,
    /// The namespace in whose line it waits.
    pub(super) line: String,
    /// As the watch saw it, if this process did nothing with it yet.
    pub(super) seen: Option<ActionSet>,
    pub(super) pause: Pause,
}

/// What waits, and what this process is done with.
#[derive(Debug, Default)]
pub(super) struct Table {
    queue: FairQueue<Key>,
    waiting: HashMap<Key, Waiting>,
    /// The uids of those that are done with and still there.
    done: HashMap<Key, String>,
    /// Those that wait for the end of a run of another one with the same name.
    blocked: Vec<Key>,
}

impl Table {
    /// An ActionSet that needs a run, unless this process is done with it.
    pub(super) fn wait(&mut self, key: Key, uid: String, line: &str, seen: Option<ActionSet>) {
        if self.done.get(&key) == Some(&uid) {
            return;
        }
        let again = self
            .waiting
            .get(&key)
            .is_some_and(|waiting| waiting.uid == uid && waiting.seen.is_none());
        let seen = seen.filter(|_| !again && self.waiting.len() < KEPT);
        self.put(key, uid, line, seen, Pause::default());
    }

    /// One that ran already.
    pub(super) fn wait_again(&mut self, key: Key, uid: String, line: &str, pause: Pause) {
        if self
            .waiting
            .get(&key)
            .is_none_or(|waiting| waiting.uid == uid)
        {
            self.put(key, uid, line, None, pause);
        }
    }

    fn put(&mut self, key: Key, uid: String, line: &str, seen: Option<ActionSet>, pause: Pause) {
        self.queue.push(line, key.clone());
        let waiting = Waiting {
            uid,
            line: line.to_owned(),
            seen,
            pause,
        };
        self.waiting.insert(key, waiting);
    }

    /// This process is done with it. Answers whether it was not before.
    pub(super) fn done(&mut self, key: &Key, uid: &str) -> bool {
        if self
            .waiting
            .get(key)
            .is_some_and(|waiting| waiting.uid == uid)
        {
            self.waiting.remove(key);
        }
        let before = self.done.insert(key.clone(), uid.to_owned());
        before.as_deref() != Some(uid)
    }

    /// It is not there any more.
    pub(super) fn forget(&mut self, key: &Key) {
        self.waiting.remove(key);
        self.done.remove(key);
    }

    /// What is next and not `active`.
    pub(super) fn next(&mut self, active: impl Fn(&Key) -> bool) -> Option<(Key, Waiting)> {
        self.blocked.retain(|key| {
            let blocked = active(key);
            if let (false, Some(waiting)) = (blocked, self.waiting.get(key)) {
                self.queue.push(&waiting.line, key.clone());
            }
            blocked
        });
        while let Some(key) = self.queue.pop() {
            if active(&key) {
                self.blocked.push(key);
            } else if let Some(waiting) = self.waiting.remove(&key) {
                return Some((key, waiting));
            }
        }
        None
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key {
            namespace: "n".to_owned(),
            name: name.to_owned(),
        }
    }

    fn next(table: &mut Table, active: &str) -> Option<String> {
        table
            .next(|key| key.name == active)
            .map(|(key, waiting)| format!("{} {}", key.name, waiting.uid))
    }

    #[test]
    fn what_is_done_with_is_not_run_again_and_its_successor_is() {
        let mut table = Table::default();
        assert!(table.done(&key("a"), "1"));
        assert!(!table.done(&key("a"), "1"));
        table.wait(key("a"), "1".to_owned(), "x", None);
        assert_eq!(next(&mut table, ""), None);
        table.wait(key("a"), "2".to_owned(), "x", None);
        assert_eq!(next(&mut table, "").as_deref(), Some("a 2"));
        table.forget(&key("a"));
        table.wait(key("a"), "1".to_owned(), "x", None);
        assert_eq!(table.waiting(), 1);
    }

    #[test]
    fn one_of_the_same_name_waits_for_the_end_of_the_other() {
        let mut table = Table::default();
        table.wait(key("a"), "2".to_owned(), "x", None);
        table.wait(key("b"), "3".to_owned(), "x", None);
        assert_eq!(next(&mut table, "a").as_deref(), Some("b 3"));
        assert_eq!(next(&mut table, "a"), None);
        assert_eq!(next(&mut table, "").as_deref(), Some("a 2"));
    }

    #[test]
    fn what_ran_before_is_read_anew() {
        let mut table = Table::default();
        table.wait_again(key("a"), "1".to_owned(), "x", Pause::default());
        let late = ActionSet::default();
        table.wait(key("a"), "1".to_owned(), "x", Some(late));
        let (_, waiting) = table.next(|_| false).unwrap();
        assert!(waiting.seen.is_none());
    }
}
