//! Commands in running containers, and the WebSocket protocol by which clients speak to them
//! (`v4.channel.k8s.io` and `v5.channel.k8s.io`).

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::container::Container;
use super::pod::PodRun;
use super::process::{self, Output, Process};
use crate::status::Status;

/// The first byte of a message: what it is about.
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
const CLOSE: u8 = 255;
/// The signal that cannot be refused.
const KILL: i32 = 9;
/// How much is sent at once.
const PIECE: usize = 32 << 10;
/// How long output is waited for after the end, when something else holds it open.
const DRAIN: Duration = Duration::from_secs(1);

/// What a client wants to run, and which streams it wants.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) container: String,
    pub(crate) command: Vec<String>,
    pub(crate) stdin: bool,
    pub(crate) stdout: bool,
    pub(crate) stderr: bool,
    /// Both outputs in one stream, as a terminal has them. There is no terminal.
    pub(crate) tty: bool,
}

/// Runs a command for a probe.
pub(super) async fn quietly(
    run: &PodRun,
    container: &Container,
    command: Vec<String>,
) -> Result<(), String> {
    let plan = container
        .plan_beside(command, false)
        .ok_or("the container is not running")?;
    let (
        process,
        Output {
            mut stdout,
            mut stderr,
        },
    ) = process::start(&run.node.setup.supervisor, &plan).await?;
    let mut text = Vec::new();
    tokio::join!(
        async {
            // What a probe prints matters only if it fails, and then its beginning.
            let _ = (&mut stderr).take(1024).read_to_end(&mut text).await;
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        },
        async {
            let _ = tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await;
        },
    );
    match process.ended().await {
        0 => Ok(()),
        code => Err(format!(
            "command exited with code {code}: {}",
            String::from_utf8_lossy(&text).trim()
        )),
    }
}

/// Runs a command and connects it to the client. A client that goes away does not end the command:
/// Kubernetes cannot do that either.
pub(crate) async fn session(
    run: &PodRun,
    container: &Container,
    request: Request,
    upgraded: Upgraded,
) {
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
    let (mut sink, mut source) = socket.split();
    let started = match container.plan_beside(request.command.clone(), request.stdin) {
        Some(plan) => process::start(&run.node.setup.supervisor, &plan).await,
        None => Err("container not running".to_owned()),
    };
    let (process, output) = match started {
        Ok(started) => started,
        Err(reason) => {
            let message = refusal(&reason);
            let mut status = Status::internal(String::new());
            status.message = message;
            // The client may be gone; then nobody needs to know.
            let _ = sink
                .send(framed(ERROR, status.to_json().to_string().as_bytes()))
                .await;
            let _ = sink.send(farewell()).await;
            return;
        }
    };
    let (sender, mut messages) = mpsc::channel::<Message>(16);
    let send = async {
        while let Some(message) = messages.recv().await {
            if sink.send(message).await.is_err() {
                // Goes on reading, so that the command can end.
                messages.close();
                while messages.recv().await.is_some() {}
            }
        }
        // The other side may have closed first.
        let _ = sink.send(farewell()).await;
    };
    let receive = async {
        while let Some(Ok(message)) = source.next().await {
            if let Message::Binary(bytes) = message {
                match bytes.split_first() {
                    Some((&STDIN, rest)) if request.stdin && !rest.is_empty() => {
                        process.input(rest.to_vec()).await
                    }
                    Some((&CLOSE, [STDIN])) => process.end_input().await,
                    _ => {}
                }
            }
        }
        process.end_input().await;
        std::future::pending::<()>().await;
    };
    let work = run_to_end(&process, output, &request, sender);
    let with_container = async {
        if let Some(main) = container.process() {
            main.ended().await;
            process.signal(KILL).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(work, send) } => {}
        () = receive => {}
        () = with_container => {}
    }
}

async fn run_to_end(
    process: &Process,
    output: Output,
    request: &Request,
    sender: mpsc::Sender<Message>,
) {
    let Output { stdout, stderr } = output;
    let error_channel = if request.tty { STDOUT } else { STDERR };
    let reading = async {
        tokio::join!(
            forward(stdout, STDOUT, request.stdout, &sender),
            forward(
                stderr,
                error_channel,
                request.stderr || request.tty,
                &sender
            )
        );
    };
    tokio::pin!(reading);
    let code = tokio::select! {
        () = &mut reading => process.ended().await,
        code = process.ended() => {
            // Something that the command left behind may hold its output open.
            let _ = tokio::time::timeout(DRAIN, &mut reading).await;
            code
        }
    };
    let status = exit_status(code);
    // A client that is gone cannot be told.
    let _ = sender
        .send(framed(ERROR, status.to_string().as_bytes()))
        .await;
}

/// The last message: how the command ended.
fn exit_status(code: i32) -> Value {
    if code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    json!({
        "metadata": {}, "status": "Failure", "reason": "NonZeroExitCode",
        "message": format!("command terminated with non-zero exit code: error executing command, exit code {code}"),
        "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
    })
}

async fn forward(
    mut output: impl AsyncRead + Unpin,
    channel: u8,
    wanted: bool,
    sender: &mpsc::Sender<Message>,
) {
    let mut buffer = vec![0; PIECE];
    while let Ok(count) = output.read(&mut buffer).await {
        let piece = buffer.get(..count).unwrap_or_default();
        if piece.is_empty() {
            return;
        }
        if wanted {
            // Without a listener the output is dropped, so that the command can end.
            let _ = sender.send(framed(channel, piece)).await;
        }
    }
}

/// The normal end of the conversation; clients take any other for a broken connection.
fn farewell() -> Message {
    Message::Close(Some(CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    }))
}

fn framed(channel: u8, bytes: &[u8]) -> Message {
    let mut message = Vec::with_capacity(bytes.len() + 1);
    message.push(channel);
    message.extend_from_slice(bytes);
    Message::Binary(message.into())
}

/// Why a command did not start, in the words of the container runtimes of real nodes: tools and
/// people look for them.
fn refusal(reason: &str) -> String {
    // The id of a session that never was.
    let id: [u8; 32] = rand::rng().random();
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "Internal error occurred: error executing command in container: failed to exec in \
         container: failed to start exec \"{id}\": OCI runtime exec failed: exec failed: unable to \
         start container process: {reason}: unknown"
    )
}
