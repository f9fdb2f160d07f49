//! Which bytes of a text are secret: sorted, disjoint, non-empty byte ranges.

use std::ops::Range;

/// Sorted, disjoint, non-empty byte ranges of a text that came from a Secret or a credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(Vec<Range<usize>>);

impl Marks {
    /// No marks.
    pub const fn none() -> Marks {
        Marks(Vec::new())
    }

    /// The whole of a text of `len` bytes; nothing if it is empty.
    pub fn whole(len: usize) -> Marks {
        let mut marks = Marks::none();
        marks.add(0..len);
        marks
    }

    /// True when no byte is marked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges, in order.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.0
    }

    /// Appends a range that starts at or after every range already there; touching ranges become one.
    pub(crate) fn add(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => self.0.push(range),
        }
    }

    /// Appends the marks of a text that now starts at `offset`.
    pub(crate) fn add_shifted(&mut self, other: &Marks, offset: usize) {
        for range in &other.0 {
            self.add(range.start + offset..range.end + offset);
        }
    }

    /// The marks of the part `window`, counted from its start.
    pub(crate) fn cut(&self, window: Range<usize>) -> Marks {
        let mut marks = Marks::none();
        for range in &self.0 {
            let start = range.start.max(window.start);
            let end = range.end.min(window.end);
            if start < end {
                marks.add(start - window.start..end - window.start);
            }
        }
        marks
    }

    /// True when a byte of `window` is marked.
    pub(crate) fn touches(&self, window: Range<usize>) -> bool {
        self.0
            .iter()
            .any(|range| range.start < window.end && window.start < range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(flags: &[bool]) -> Marks {
        let mut marks = Marks::none();
        for (i, flag) in flags.iter().enumerate() {
            if *flag {
                marks.add(i..i + 1);
            }
        }
        marks
    }

    proptest! {
        #[test]
        fn cut_and_join_is_the_same_text(flags in proptest::collection::vec(any::<bool>(), 0..40), at in 0usize..41) {
            let at = at.min(flags.len());
            let whole = marks(&flags);
            let mut joined = whole.cut(0..at);
            joined.add_shifted(&whole.cut(at..flags.len()), at);
            prop_assert_eq!(&joined, &whole);
            for (i, flag) in flags.iter().enumerate() {
                prop_assert_eq!(whole.touches(i..i + 1), *flag);
            }
        }
    }

    #[test]
    fn an_empty_text_has_no_marks() {
        assert!(Marks::whole(0).is_empty());
        assert_eq!(Marks::whole(3), Marks(vec![Range { start: 0, end: 3 }]));
    }
}
