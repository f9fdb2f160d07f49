//! `kanister:host/progress`.

use crate::bindings::kanister::host::progress as wit;
use crate::call::CallState;

/// Bytes of a note; it becomes one line of a status.
const LONGEST_NOTE: usize = 256;

/// How far a phase is. Fields that a report left out are `None`: keep what was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// 0 to 100.
    pub percent: Option<u8>,
    /// Bytes downloaded until now.
    pub downloaded: Option<u64>,
    /// Bytes uploaded until now.
    pub uploaded: Option<u64>,
    /// Bytes expected of the whole download.
    pub estimated_download: Option<u64>,
    /// Bytes expected of the whole upload.
    pub estimated_upload: Option<u64>,
    /// Seconds expected until the end.
    pub estimated_seconds: Option<u64>,
    /// One line for the person who watches.
    pub note: Option<String>,
}

/// Where progress goes. Called as often as a function likes, so an implementation keeps
/// the newest and writes it when it is time to.
pub trait ProgressSink: Send + Sync {
    /// A report.
    fn report(&self, progress: Progress);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl ProgressSink for Unwatched {
    fn report(&self, _progress: Progress) {}
}

impl wit::Host for CallState {
    async fn update(&mut self, report: wit::Report) -> wasmtime::Result<()> {
        let wit::Report {
            percent,
            downloaded_bytes,
            uploaded_bytes,
            estimated_download_bytes,
            estimated_upload_bytes,
            estimated_seconds,
            note,
        } = report;
        self.services.progress.report(Progress {
            percent: percent.map(|percent| percent.min(100)),
            downloaded: downloaded_bytes,
            uploaded: uploaded_bytes,
            estimated_download: estimated_download_bytes,
            estimated_upload: estimated_upload_bytes,
            estimated_seconds,
            note: note.map(|note| one_line(&self.services.vault.mask_text(note))),
        });
        Ok(())
    }
}

/// The first line, without control characters, cut to what a status can take.
fn one_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut short = String::new();
    for c in line.chars().filter(|c| !c.is_control()) {
        if short.len() + c.len_utf8() > LONGEST_NOTE {
            break;
        }
        short.push(c);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_short_line() {
        assert_eq!(one_line("a\u{1b}[2Jb\nc"), "a[2Jb");
        assert!(one_line(&"ü".repeat(1000)).len() <= LONGEST_NOTE);
    }
}
