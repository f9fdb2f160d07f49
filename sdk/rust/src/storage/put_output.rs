//! From a command to an object, in the only right order: the bytes arrive whole, the command
//! ends with 0, and only then the object becomes visible.

use super::{ObjectMeta, Upload};
use crate::bytes::{Source, Summary};
use crate::failure::Result;
use crate::pod::Process;

/// What makes the bytes and says at the end whether they are good.
pub trait Producer {
    type Bytes;

    fn bytes(&mut self) -> Result<Self::Bytes>;

    /// Fails unless the bytes are good.
    fn verdict(self) -> Result<()>;
}

/// Where the bytes go. Dropping it aborts.
pub trait Sink<Bytes> {
    type Stored;

    /// Waits for the verdict of the bytes.
    fn take(&mut self, bytes: Bytes) -> Result<Summary>;

    fn commit(self, expected: &Summary) -> Result<Self::Stored>;
}

pub fn put_output<P: Producer, S: Sink<P::Bytes>>(mut from: P, mut to: S) -> Result<S::Stored> {
    let bytes = from.bytes()?;
    let summary = to.take(bytes)?;
    from.verdict()?;
    to.commit(&summary)
}

impl Producer for Process {
    type Bytes = Source;

    fn bytes(&mut self) -> Result<Source> {
        self.take_stdout()
    }

    fn verdict(self) -> Result<()> {
        self.success()
    }
}

impl Sink<Source> for Upload {
    type Stored = ObjectMeta;

    fn take(&mut self, bytes: Source) -> Result<Summary> {
        Ok(self.append(bytes)?.wait()?)
    }

    fn commit(self, expected: &Summary) -> Result<ObjectMeta> {
        Ok(Self::commit(self, Some(expected))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Failure;
    use std::cell::RefCell;

    type Steps<'a> = &'a RefCell<Vec<&'static str>>;

    struct Command<'a>(Steps<'a>, Result<()>);

    impl Producer for Command<'_> {
        type Bytes = ();

        fn bytes(&mut self) -> Result<()> {
            self.0.borrow_mut().push("bytes");
            Ok(())
        }

        fn verdict(self) -> Result<()> {
            self.0.borrow_mut().push("verdict");
            self.1
        }
    }

    struct Store<'a>(Steps<'a>, Option<Failure>);

    impl Drop for Store<'_> {
        fn drop(&mut self) {
            self.0.borrow_mut().push("drop");
        }
    }

    impl Sink<()> for Store<'_> {
        type Stored = u64;

        fn take(&mut self, (): ()) -> Result<Summary> {
            self.0.borrow_mut().push("take");
            self.1.take().map_or(
                Ok(Summary {
                    bytes: 3,
                    digest: None,
                }),
                Err,
            )
        }

        fn commit(self, expected: &Summary) -> Result<u64> {
            self.0.borrow_mut().push("commit");
            Ok(expected.bytes)
        }
    }

    #[test]
    fn a_good_command_is_committed_last() {
        let steps = RefCell::default();
        let stored = put_output(Command(&steps, Ok(())), Store(&steps, None));
        assert_eq!(stored, Ok(3));
        assert_eq!(
            *steps.borrow(),
            ["bytes", "take", "verdict", "commit", "drop"]
        );
    }

    #[test]
    fn a_command_that_fails_leaves_nothing() {
        let steps = RefCell::default();
        let failed = Err(Failure::permanent("exit code 1"));
        let stored = put_output(Command(&steps, failed.clone()), Store(&steps, None));
        assert_eq!(stored, failed.map(|()| 0));
        assert_eq!(*steps.borrow(), ["bytes", "take", "verdict", "drop"]);
    }

    #[test]
    fn a_broken_stream_leaves_nothing_whatever_the_exit_code() {
        let steps = RefCell::default();
        let broken = Failure::retryable("truncated");
        let stored = put_output(Command(&steps, Ok(())), Store(&steps, Some(broken.clone())));
        assert_eq!(stored, Err(broken));
        assert!(!steps.borrow().contains(&"commit"));
    }
}
