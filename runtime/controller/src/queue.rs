//! What waits to be run: one line for each namespace of subjects, served in turn.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

/// A queue in which no namespace waits for another one's long line.
#[derive(Debug)]
pub(crate) struct FairQueue<T> {
    lines: HashMap<String, VecDeque<T>>,
    /// The namespaces with a line, the one that is next in front.
    turns: VecDeque<String>,
    waiting: HashSet<T>,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self {
            lines: HashMap::new(),
            turns: VecDeque::new(),
            waiting: HashSet::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> FairQueue<T> {
    /// Puts something at the end of a namespace's line, unless it waits already.
    pub(crate) fn push(&mut self, namespace: &str, item: T) {
        if !self.waiting.insert(item.clone()) {
            return;
        }
        let line = self.lines.entry(namespace.to_owned()).or_default();
        if line.is_empty() {
            self.turns.push_back(namespace.to_owned());
        }
        line.push_back(item);
    }

    /// What is next.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let namespace = self.turns.pop_front()?;
        let line = self.lines.get_mut(&namespace)?;
        let item = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&namespace);
        } else {
            self.turns.push_back(namespace);
        }
        if let Some(item) = &item {
            self.waiting.remove(item);
        }
        item
    }

    /// How many wait.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_take_turns_and_keep_their_order() {
        let mut queue = FairQueue::default();
        for item in ["a1", "a2", "a3"] {
            queue.push("a", item);
        }
        queue.push("b", "b1");
        queue.push("a", "a2");
        queue.push("c", "c1");
        assert_eq!(queue.len(), 5);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, ["a1", "b1", "c1", "a2", "a3"]);
        assert_eq!(queue.len(), 0);
        queue.push("a", "a1");
        assert_eq!(queue.pop(), Some("a1"));
    }

    #[test]
    fn a_long_line_delays_another_namespace_by_one_turn() {
        let mut queue = FairQueue::default();
        for item in 0..1000 {
            queue.push("busy", item);
        }
        assert_eq!(queue.pop(), Some(0));
        queue.push("calm", -1);
        let before: Vec<_> = std::iter::from_fn(|| queue.pop())
            .take_while(|item| *item != -1)
            .collect();
        assert!(before.len() <= 1, "{before:?}");
    }
}
