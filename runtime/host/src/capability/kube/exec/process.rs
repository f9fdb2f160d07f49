//! A command that runs, as the guest holds it.

use super::connect::{Carrier, split};
use super::output::{Origin, Output, Reader};
use super::stdin::Stdin;
use crate::capability::io::{ByteSource, Holdings, IoError, Piece, Source, Transfer};
use crate::capability::kube::KubeError;
use crate::capability::kube::scope::Scope;
use crate::secret::Vault;
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code. Kubernetes reports a signal as 128 and its number.
    pub code: i32,
}

/// The host's side of `kanister:kube/exec.process`. Dropping it closes the connection.
pub struct Process {
    output: Arc<Output>,
    scope: Scope,
    /// Pumps standard input.
    _stdin: Option<Transfer>,
    /// Receives; ends when this drops.
    _receiver: JoinSet<()>,
}

impl Process {
    pub(super) fn start<S: Carrier>(
        stream: WebSocketStream<S>,
        stdin: Option<Source>,
        scope: Scope,
        (holdings, vault): (Holdings, Vault),
    ) -> Self {
        let output = Arc::new(Output::new(holdings));
        let halves = split(stream);
        let (abort, aborted) = oneshot::channel();
        let has_stdin = stdin.is_some();
        let stdin = stdin.map(|source| {
            let sink = Stdin {
                sending: Arc::clone(&halves.sending),
                output: Arc::clone(&output),
                abort: Some(abort),
            };
            Transfer::start(source, sink)
        });
        let mut receiver = JoinSet::new();
        receiver.spawn(halves.receive(Arc::clone(&output), aborted, has_stdin, vault));
        Self {
            output,
            scope,
            _stdin: stdin,
            _receiver: receiver,
        }
    }

    /// Standard output, once; none if it was taken or both streams are read.
    pub(super) fn stdout(&self) -> Option<Source> {
        if self.output.reader() != Reader::Undecided {
            return None;
        }
        self.output.set_reader(Reader::Stdout);
        Some(Source::new(Stdout {
            output: Arc::clone(&self.output),
            scope: self.scope.clone(),
        }))
    }

    /// The next piece of either stream; none at the end.
    pub(super) async fn next(&self) -> Result<Option<(Origin, Bytes)>, KubeError> {
        match self.output.reader() {
            Reader::Undecided => self.output.set_reader(Reader::Both),
            Reader::Both => {}
            Reader::Stdout => {
                return Err(KubeError::Invalid(
                    "standard output was taken as a source; standard error is in stderr-tail"
                        .to_owned(),
                ));
            }
            Reader::Nobody => {
                return Err(KubeError::Invalid(
                    "the output was thrown away: wait was called before next".to_owned(),
                ));
            }
        }
        self.scope.run(self.output.next()).await
    }

    pub(super) fn stderr_tail(&self) -> Vec<u8> {
        self.output.stderr_tail()
    }

    /// Waits for the end. Output that nobody took is thrown away.
    pub(super) async fn wait(&self) -> Result<Exit, KubeError> {
        if self.output.reader() != Reader::Stdout {
            self.output.set_reader(Reader::Nobody);
        }
        let ended = self.scope.run(self.output.ended()).await;
        ended.map(|code| Exit { code })
    }
}

/// Standard output as a source.
struct Stdout {
    output: Arc<Output>,
    scope: Scope,
}

#[async_trait]
impl ByteSource for Stdout {
    async fn next(&mut self) -> Result<Piece, IoError> {
        match self.scope.run(self.output.next()).await {
            Ok(Some((_, data))) => Ok(Piece::Data(data)),
            Ok(None) => Ok(Piece::End(None)),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Stdout {
    fn drop(&mut self) {
        // Who stops reading must not keep the command from going on.
        self.output.set_reader(Reader::Nobody);
    }
}
