//! Getting the journal onto the disk: one thread, one sync for all who wait.

use std::fs::File;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

use super::StoreError;

#[derive(Debug)]
struct Pending {
    file: Option<Arc<File>>,
    /// The newest version in the journal.
    written: u64,
    stop: bool,
}

#[derive(Debug)]
struct Shared {
    pending: Mutex<Pending>,
    wake: Condvar,
    /// The newest version on the disk, or why there will be no newer one.
    settled: watch::Sender<Result<u64, String>>,
}

#[derive(Debug)]
pub(super) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Syncer {
    /// Begins with a journal that is on the disk up to `version`.
    pub(super) fn start(file: File, version: u64) -> Self {
        let shared = Arc::new(Shared {
            pending: Mutex::new(Pending {
                file: Some(Arc::new(file)),
                written: version,
                stop: false,
            }),
            wake: Condvar::new(),
            settled: watch::Sender::new(Ok(version)),
        });
        let thread = std::thread::spawn({
            let shared = shared.clone();
            move || run(&shared, version)
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }

    /// Says that the journal reaches this version.
    pub(super) fn written(&self, version: u64) {
        self.shared.pending.lock().written = version;
        self.shared.wake.notify_one();
    }

    /// From now on the journal is this file; the old one must be on the disk already.
    pub(super) fn follow(&self, file: File) {
        self.shared.pending.lock().file = Some(Arc::new(file));
    }

    pub(super) async fn settled(&self, version: u64) -> Result<(), StoreError> {
        let mut settled = self.shared.settled.subscribe();
        let reached = settled
            .wait_for(|state| state.as_ref().map_or(true, |reached| *reached >= version))
            .await;
        let failure = match reached {
            Ok(state) => match &*state {
                Ok(_) => return Ok(()),
                Err(reason) => reason.clone(),
            },
            Err(_) => "the store was closed".to_owned(),
        };
        Err(StoreError::Disk {
            action: "sync",
            path: "the journal".to_owned(),
            source: std::io::Error::other(failure),
        })
    }

    /// Waits until the disk has refused a sync, after which nothing is sure any more.
    pub(super) async fn failed(&self) -> String {
        let mut settled = self.shared.settled.subscribe();
        let refused = settled.wait_for(Result::is_err).await;
        let reason = refused.ok().and_then(|state| state.as_ref().err().cloned());
        match reason {
            Some(reason) => format!("cannot sync the journal: {reason}"),
            // The store is closed.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.pending.lock().stop = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has nothing to add while the store is being closed.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, mut done: u64) {
    loop {
        let (file, written) = {
            let mut pending = shared.pending.lock();
            while pending.written == done && !pending.stop {
                shared.wake.wait(&mut pending);
            }
            if pending.written == done {
                return;
            }
            (pending.file.clone(), pending.written)
        };
        let result = file.map_or(Ok(()), |file| file.sync_data());
        done = written;
        let failed = result.is_err();
        // Whoever waited for the earlier state has been woken by it.
        drop(
            shared
                .settled
                .send_replace(result.map(|()| written).map_err(|error| error.to_string())),
        );
        if failed {
            return;
        }
    }
}
