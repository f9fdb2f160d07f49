//! What a function says while it runs.

use crate::seat::{Observer, PhaseAt};
use kanister_host::capability::log::{Line, LogSink};
use kanister_host::capability::progress::{Progress, ProgressSink};
use std::sync::Arc;
use tokio::sync::watch;

/// The log of a phase: to whoever watches.
pub(crate) struct PhaseLog {
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) at: PhaseAt,
}

impl LogSink for PhaseLog {
    fn line(&self, line: Line) {
        self.observer.log(&self.at, line);
    }
}

/// The newest progress of a phase.
pub(crate) struct Latest {
    observer: Arc<dyn Observer>,
    at: PhaseAt,
    newest: watch::Sender<Progress>,
}

impl Latest {
    pub(crate) fn new(observer: Arc<dyn Observer>, at: PhaseAt) -> Arc<Self> {
        Arc::new(Self {
            observer,
            at,
            newest: watch::Sender::new(Progress::default()),
        })
    }

    /// Hears of every report from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Progress> {
        self.newest.subscribe()
    }
}

impl ProgressSink for Latest {
    fn report(&self, progress: Progress) {
        self.observer.progress(&self.at, &progress);
        self.newest.send_modify(|newest| {
            let Progress {
                percent,
                downloaded,
                uploaded,
                estimated_download,
                estimated_upload,
                estimated_seconds,
                note,
            } = progress;
            newest.percent = percent.or(newest.percent);
            newest.downloaded = downloaded.or(newest.downloaded);
            newest.uploaded = uploaded.or(newest.uploaded);
            newest.estimated_download = estimated_download.or(newest.estimated_download);
            newest.estimated_upload = estimated_upload.or(newest.estimated_upload);
            newest.estimated_seconds = estimated_seconds.or(newest.estimated_seconds);
            newest.note = note.or(newest.note.take());
        });
    }
}
