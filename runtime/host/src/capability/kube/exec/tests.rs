//! Against a scripted API server at the other end of a WebSocket.

use super::output::Origin;
use super::process::{Exit, Process};
use crate::capability::cancel::Cancel;
use crate::capability::io::{Holdings, IoError, Source, pipe};
use crate::capability::kube::KubeError;
use crate::capability::kube::scope::{Scope, Told};
use crate::limits::Meter;
use crate::secret::Vault;
use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::DuplexStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

type Socket = WebSocketStream<DuplexStream>;

const SUCCESS: &str = r#"{"status":"Success"}"#;
const EXIT_3: &str = r#"{"status":"Failure","reason":"NonZeroExitCode","message":"exit code 3","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"#;

fn holdings() -> Holdings {
    Holdings::new(1 << 20, Meter::default())
}

async fn start(stdin: Option<Source>) -> (Process, Socket) {
    let (ours, theirs) = tokio::io::duplex(4 << 10);
    let client = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
    let server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
    let scope = Scope::begin(&Cancel::never(), &Told::default()).unwrap();
    let keep = (holdings(), Vault::new());
    (Process::start(client, stdin, scope, keep), server)
}

async fn say(server: &mut Socket, channel: u8, text: &str) {
    let message = [&[channel], text.as_bytes()].concat();
    server.send(Message::Binary(message.into())).await.unwrap();
}

/// What the client sent until it was gone.
async fn heard(server: &mut Socket) -> Vec<Bytes> {
    let mut all = Vec::new();
    while let Some(Ok(message)) = server.next().await {
        if let Message::Binary(data) = message {
            all.push(data);
        }
    }
    all
}

async fn read(mut source: Source) -> Result<Vec<u8>, IoError> {
    let mut all = Vec::new();
    while let Some(data) = source.read(1 << 20).await? {
        all.extend_from_slice(&data);
    }
    Ok(all)
}

#[tokio::test]
async fn the_status_decides_how_it_ended() {
    for (status, exit) in [(SUCCESS, 0), (EXIT_3, 3)] {
        let (process, mut server) = start(None).await;
        let stdout = process.stdout().unwrap();
        say(&mut server, 1, "out").await;
        say(&mut server, 2, "err").await;
        say(&mut server, 3, status).await;
        assert_eq!(read(stdout).await.unwrap(), b"out");
        assert_eq!(process.wait().await, Ok(Exit { code: exit }));
        assert_eq!(process.wait().await, Ok(Exit { code: exit }));
        assert_eq!(process.stderr_tail(), b"err");
    }
}

#[tokio::test]
async fn a_connection_without_a_status_is_truncated_however_it_ends() {
    for politely in [true, false] {
        let (process, mut server) = start(None).await;
        let stdout = process.stdout().unwrap();
        say(&mut server, 1, "half").await;
        if politely {
            server.close(None).await.unwrap();
        }
        drop(server);
        assert_eq!(read(stdout).await, Err(IoError::Truncated));
        assert_eq!(process.wait().await, Err(KubeError::Truncated));
    }
}

#[tokio::test]
async fn only_a_complete_source_closes_standard_input() {
    let (mut writer, reader) = pipe(&holdings());
    let (process, mut server) = start(Some(Source::new(reader))).await;
    writer.write(b"all".to_vec()).await.unwrap().unwrap();
    writer.finish().await.unwrap();
    let data = server.next().await.unwrap().unwrap().into_data();
    assert_eq!(data, "\0all");
    let end = server.next().await.unwrap().unwrap().into_data();
    assert_eq!(end, [255_u8, 0].as_slice());
    say(&mut server, 3, SUCCESS).await;
    assert_eq!(process.wait().await, Ok(Exit { code: 0 }));
}

#[tokio::test]
async fn a_source_that_fails_breaks_the_connection_off() {
    let (mut writer, reader) = pipe(&holdings());
    let (process, mut server) = start(Some(Source::new(reader))).await;
    writer.write(b"half".to_vec()).await.unwrap().unwrap();
    drop(writer);
    assert_eq!(heard(&mut server).await, [Bytes::from_static(b"\0half")]);
    assert_eq!(process.wait().await, Err(KubeError::Truncated));
    // What the server says now is too late.
    assert!(server.send(Message::Binary(SUCCESS.into())).await.is_err());
}

#[tokio::test]
async fn a_command_that_answers_while_it_reads_does_not_stand_still() {
    const PIECES: usize = 64;
    let (mut writer, reader) = pipe(&holdings());
    let (process, server) = start(Some(Source::new(reader))).await;
    let stdout = process.stdout().unwrap();
    // `cat`: says each piece before it takes the next one.
    let cat = tokio::spawn(async move {
        let mut server = server;
        while let Some(Ok(message)) = server.next().await {
            let data = message.into_data();
            match data.as_ref() {
                [0, rest @ ..] => {
                    let text = String::from_utf8_lossy(rest).into_owned();
                    say(&mut server, 1, &text).await;
                }
                _ => break,
            }
        }
        say(&mut server, 3, SUCCESS).await;
        server
    });
    let writing = tokio::spawn(async move {
        for _ in 0..PIECES {
            writer.write(vec![b'x'; 32 << 10]).await.unwrap().unwrap();
        }
        writer.finish().await.unwrap();
    });
    // Nobody reads the output until everything that fits was sent.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(read(stdout).await.unwrap().len(), PIECES * (32 << 10));
    assert_eq!(process.wait().await, Ok(Exit { code: 0 }));
    writing.await.unwrap();
    cat.await.unwrap();
}

#[tokio::test]
async fn wait_throws_away_what_nobody_took() {
    let (process, mut server) = start(None).await;
    let flood = tokio::spawn(async move {
        let piece = "x".repeat(32 << 10);
        for _ in 0..64 {
            say(&mut server, 1, &piece).await;
            say(&mut server, 2, &piece).await;
        }
        say(&mut server, 3, SUCCESS).await;
        server
    });
    assert_eq!(process.wait().await, Ok(Exit { code: 0 }));
    assert_eq!(process.stderr_tail().len(), 64 << 10);
    assert!(process.stdout().is_none());
    assert!(process.next().await.is_err());
    flood.await.unwrap();
}

#[tokio::test]
async fn both_streams_come_in_the_order_of_arrival() {
    let (process, mut server) = start(None).await;
    say(&mut server, 2, "a").await;
    say(&mut server, 1, "b").await;
    say(&mut server, 2, "c").await;
    say(&mut server, 3, EXIT_3).await;
    let mut seen = Vec::new();
    while let Some((origin, data)) = process.next().await.unwrap() {
        seen.push((origin, data));
    }
    assert_eq!(
        seen,
        [
            (Origin::Stderr, "a".into()),
            (Origin::Stdout, "b".into()),
            (Origin::Stderr, "c".into()),
        ]
    );
    assert!(process.stdout().is_none());
    assert_eq!(process.wait().await, Ok(Exit { code: 3 }));
}

#[tokio::test]
async fn standard_output_is_taken_once() {
    let (process, mut server) = start(None).await;
    let stdout = process.stdout().unwrap();
    assert!(process.stdout().is_none());
    assert!(matches!(process.next().await, Err(KubeError::Invalid(_))));
    // Who lets go of it does not keep the command from ending.
    drop(stdout);
    let piece = "x".repeat(32 << 10);
    for _ in 0..32 {
        say(&mut server, 1, &piece).await;
    }
    say(&mut server, 3, SUCCESS).await;
    assert_eq!(process.wait().await, Ok(Exit { code: 0 }));
}

#[tokio::test]
async fn the_connection_closes_with_the_handle() {
    let (process, mut server) = start(None).await;
    let stdout = process.stdout().unwrap();
    drop(process);
    assert_eq!(heard(&mut server).await, Vec::<Bytes>::new());
    assert_eq!(read(stdout).await, Err(IoError::Truncated));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_fell_silent_is_given_up() {
    let (process, server) = start(None).await;
    assert_eq!(process.wait().await, Err(KubeError::Truncated));
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_command_is_not_given_up_while_its_server_answers() {
    let (process, server) = start(None).await;
    let quiet = tokio::spawn(async move {
        let mut server = server;
        let hour = tokio::time::sleep(std::time::Duration::from_secs(3600));
        tokio::pin!(hour);
        loop {
            tokio::select! {
                () = &mut hour => break,
                message = server.next() => {
                    // Reading is what answers pings.
                    message.unwrap().unwrap();
                    server.flush().await.unwrap();
                }
            }
        }
        say(&mut server, 3, SUCCESS).await;
        server
    });
    assert_eq!(process.wait().await, Ok(Exit { code: 0 }));
    quiet.await.unwrap();
}
