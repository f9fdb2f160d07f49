//! Standard input on its way to the server.

use super::connect::Sending;
use super::frame;
use super::output::Output;
use crate::capability::io::{ByteSink, IoError, Summary};
use crate::capability::kube::KubeError;
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Sends what a source has. Only a source that is complete closes standard input.
pub(super) struct Stdin {
    pub(super) sending: Arc<Sending>,
    pub(super) output: Arc<Output>,
    /// Breaks the connection off.
    pub(super) abort: Option<oneshot::Sender<()>>,
}

#[async_trait]
impl ByteSink for Stdin {
    async fn write(&mut self, mut bytes: Bytes) -> Result<(), IoError> {
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(frame::LONGEST_MESSAGE));
            self.sending
                .send(frame::stdin(&piece))
                .await
                .map_err(|_| IoError::Truncated)?;
        }
        Ok(())
    }

    async fn end(&mut self, verdict: Result<Summary, IoError>) -> Result<(), IoError> {
        match verdict {
            Ok(_) => self
                .sending
                .send(frame::close_stdin())
                .await
                .map_err(|_| IoError::Truncated),
            Err(error) => {
                self.output.end(Err(reason(&error)));
                if let Some(abort) = self.abort.take() {
                    // The connection may be gone already, which is what is wanted.
                    let _ = abort.send(());
                }
                Ok(())
            }
        }
    }
}

/// Why the command was given up, as the one who waits for it hears it.
fn reason(error: &IoError) -> KubeError {
    let why = || format!("its standard input failed and the connection was broken off: {error}");
    match error {
        IoError::Denied(denial) => KubeError::Denied(denial.clone()),
        IoError::Cancelled => KubeError::Cancelled,
        IoError::Timeout => KubeError::Timeout,
        IoError::Truncated => KubeError::Truncated,
        IoError::Unavailable(_) => KubeError::Unavailable(why()),
        _ => KubeError::Other(why()),
    }
}
