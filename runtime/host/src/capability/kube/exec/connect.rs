//! The connection of one command.

use super::frame::Frame;
use super::output::{Origin, Output};
use super::protocol::untranslated;
use super::status::exit_code;
use crate::bindings::kanister::kube::types::PodRef;
use crate::capability::kube::KubeError;
use crate::capability::kube::path::Path;
use crate::capability::kube::transport;
use crate::secret::Vault;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{SplitSink, SplitStream};
use kube::client::Connection;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, Message};

/// How often a silent connection is asked whether it is there.
const PING: Duration = Duration::from_secs(30);

/// Pings without any answer after which the connection counts as lost. Asked only of
/// connections without standard input: where a command does not read its input, the answer
/// waits behind that input.
const SILENT_PINGS: u32 = 4;

/// Bytes and arguments of a command line. API servers take URLs of a megabyte.
const LONGEST_COMMAND: usize = 512 << 10;

/// Whatever carries a WebSocket.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Carrier for T {}

/// Asks the API server to run a command.
///
/// # Errors
/// The gate's or the server's; [`KubeError::Other`] if the server cannot close standard
/// input and there is one.
pub(super) async fn connect(
    client: &kube::Client,
    target: &PodRef,
    argv: &[String],
    stdin: bool,
) -> Result<Connection, KubeError> {
    let path = url(target, argv, stdin)?;
    let mut request = transport::get(&path)?;
    // The kubelet refuses a command whose answer is to be of a media type.
    request.headers_mut().remove(http::header::ACCEPT);
    let connection = if stdin {
        client.connect(request).await?
    } else {
        untranslated(client).connect(request).await?
    };
    if stdin && !connection.supports_stream_close() {
        return Err(KubeError::Other(
            "this API server cannot close the standard input of a command; it takes Kubernetes \
             1.30 or later (v5.channel.k8s.io)"
                .to_owned(),
        ));
    }
    Ok(connection)
}

fn url(target: &PodRef, argv: &[String], stdin: bool) -> Result<Path, KubeError> {
    let PodRef {
        namespace,
        name,
        container,
    } = target;
    if argv.first().is_none_or(String::is_empty) {
        return Err(KubeError::Invalid("the command is empty".to_owned()));
    }
    let length: usize = argv.iter().map(String::len).sum();
    if length > LONGEST_COMMAND {
        return Err(KubeError::Invalid(format!(
            "the command has {length} bytes and may have {LONGEST_COMMAND}; give it data on its \
             standard input"
        )));
    }
    let mut path = Path::pod(namespace, name, Some("exec"))?;
    if let Some(container) = container {
        path = path.query("container", container);
    }
    for argument in argv {
        path = path.query("command", argument);
    }
    if stdin {
        path = path.query("stdin", "true");
    }
    Ok(path.query("stdout", "true").query("stderr", "true"))
}

trait Outgoing: Send {
    fn send(&mut self, message: Message)
    -> futures::future::BoxFuture<'_, tungstenite::Result<()>>;
}

impl<S: Carrier> Outgoing for SplitSink<WebSocketStream<S>, Message> {
    fn send(
        &mut self,
        message: Message,
    ) -> futures::future::BoxFuture<'_, tungstenite::Result<()>> {
        Box::pin(futures::SinkExt::send(self, message))
    }
}

/// The half that sends: standard input and pings.
pub(super) struct Sending(Mutex<Option<Box<dyn Outgoing>>>);

impl Sending {
    /// Sends a message; returns when there is room for more.
    pub(super) async fn send(&self, data: Bytes) -> Result<(), KubeError> {
        match self.0.lock().await.as_mut() {
            Some(outgoing) => outgoing
                .send(Message::Binary(data))
                .await
                .map_err(|_| KubeError::Truncated),
            None => Err(KubeError::Truncated),
        }
    }

    /// Asks the server for a sign of life, unless something is being sent anyway.
    async fn ping(&self) -> bool {
        match self.0.try_lock() {
            Ok(mut outgoing) => match outgoing.as_mut() {
                Some(outgoing) => outgoing.send(Message::Ping(Bytes::new())).await.is_ok(),
                None => false,
            },
            Err(_) => true,
        }
    }

    /// Gives up the half, and with the other one the connection.
    fn close(&self) {
        if let Ok(mut outgoing) = self.0.try_lock() {
            *outgoing = None;
        }
    }
}

/// The two halves of a connection.
pub(super) struct Halves<S> {
    pub(super) sending: Arc<Sending>,
    receiving: SplitStream<WebSocketStream<S>>,
}

pub(super) fn split<S: Carrier>(stream: WebSocketStream<S>) -> Halves<S> {
    let (outgoing, receiving) = stream.split();
    Halves {
        sending: Arc::new(Sending(Mutex::new(Some(Box::new(outgoing))))),
        receiving,
    }
}

/// Says that the connection is gone, if nothing better was said before.
struct Gone {
    output: Arc<Output>,
    sending: Arc<Sending>,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.output.end(Err(KubeError::Truncated));
        self.sending.close();
    }
}

impl<S: Carrier> Halves<S> {
    /// Receives until the status, the end of the connection or an abort. However it ends,
    /// and also if it never begins, the end is recorded in `output`.
    pub(super) fn receive(
        self,
        output: Arc<Output>,
        abort: oneshot::Receiver<()>,
        has_stdin: bool,
        vault: Vault,
    ) -> impl Future<Output = ()> + Send + use<S> {
        let Self {
            sending,
            mut receiving,
        } = self;
        // Made before the first poll: a task can be dropped without one.
        let gone = Gone { output, sending };
        async move {
            let Gone { output, sending } = &gone;
            let aborted = async {
                // Without standard input nobody aborts.
                if abort.await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                biased;
                () = aborted => {}
                ended = frames(&mut receiving, sending, output, has_stdin) => {
                    output.end(ended.map_err(|error| error.concealed(&vault)));
                }
            }
        }
    }
}

async fn frames<S: Carrier>(
    receiving: &mut SplitStream<WebSocketStream<S>>,
    sending: &Sending,
    output: &Output,
    has_stdin: bool,
) -> Result<i32, KubeError> {
    let mut silent: u32 = 0;
    loop {
        let Ok(message) = tokio::time::timeout(PING, receiving.next()).await else {
            silent += 1;
            if !sending.ping().await || (silent > SILENT_PINGS && !has_stdin) {
                return Err(KubeError::Truncated);
            }
            continue;
        };
        silent = 0;
        let data = match message {
            Some(Ok(Message::Binary(data))) => data,
            Some(Ok(Message::Text(text))) => Bytes::from(text),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(KubeError::Truncated),
        };
        match Frame::read(data) {
            Frame::Stdout(data) => output.put(Origin::Stdout, data).await?,
            Frame::Stderr(data) => output.put(Origin::Stderr, data).await?,
            Frame::Status(status) => return exit_code(&status),
            Frame::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_command_stands_in_the_url_word_by_word() {
        let target = PodRef {
            namespace: "shop".to_owned(),
            name: "db-0".to_owned(),
            container: Some("pg".to_owned()),
        };
        let url = |words: &[&str]| url(&target, &argv(words), true).map(|path| path.url());
        assert_eq!(
            url(&["sh", "-c", "a && b=1"]).unwrap(),
            "/api/v1/namespaces/shop/pods/db-0/exec?container=pg&command=sh&command=-c\
             &command=a+%26%26+b%3D1&stdin=true&stdout=true&stderr=true"
        );
        assert!(url(&[]).is_err());
        assert!(url(&[""]).is_err());
        assert!(url(&["echo", &"x".repeat(LONGEST_COMMAND)]).is_err());
    }
}
