//! Logs of pods and commands in them.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Api;
use super::answer::{self, Body};
use super::path::Query;
use crate::node::{ExecRequest, LogReader, Node, logged_line};
use crate::status::Status;
use crate::verbs::Call;

/// The protocols that are spoken, the better one first.
const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

impl Api {
    fn node(&self) -> Result<&Node, Status> {
        self.node
            .as_deref()
            .ok_or_else(|| Status::not_allowed("this embedded cluster was started without pods"))
    }

    /// A subresource of a pod.
    pub(super) async fn pod_access<B>(
        &self,
        call: &Call,
        name: &str,
        subresource: &str,
        query: &Query,
        mut request: Request<B>,
    ) -> Result<Response<Body>, Status>
    where
        B: http_body::Body<Data: Send, Error: std::error::Error + Send + Sync + 'static>
            + Send
            + 'static,
    {
        let pod = self.objects.get(call, name)?;
        match subresource {
            "log" => {
                let target = self
                    .node()?
                    .target(&pod, query.get("container").unwrap_or_default())?;
                let reader = target.log(query.flag("previous"))?;
                log(self, reader, LogOptions::parse(query)?).await
            }
            "exec" => {
                let protocol = protocol(&request)?;
                let command: Vec<String> = query.all("command").map(str::to_owned).collect();
                if command.is_empty() {
                    return Err(Status::bad_request(
                        "you must specify at least 1 command for the container",
                    ));
                }
                let target = self
                    .node()?
                    .target(&pod, query.get("container").unwrap_or_default())?;
                let wanted = ExecRequest {
                    container: query.get("container").unwrap_or_default().to_owned(),
                    command,
                    stdin: query.flag("stdin"),
                    stdout: query.flag("stdout"),
                    stderr: query.flag("stderr"),
                    tty: query.flag("tty"),
                };
                if !target.is_running() {
                    let name = if wanted.container.is_empty() {
                        name
                    } else {
                        &wanted.container
                    };
                    return Err(Status::internal(format!(
                        "unable to upgrade connection: container not found ({name:?})"
                    )));
                }
                let key = request.headers().get(header::SEC_WEBSOCKET_KEY).cloned();
                let key = key.ok_or_else(|| Status::bad_request("Sec-WebSocket-Key is missing"))?;
                let upgrade = hyper::upgrade::on(&mut request);
                let shutdown = self.shutdown.clone();
                tokio::spawn(async move {
                    match upgrade.await {
                        Ok(upgraded) => tokio::select! {
                            () = target.exec(wanted, upgraded) => {}
                            () = shutdown.cancelled() => {}
                        },
                        Err(error) => {
                            tracing::debug!(%error, "an exec connection was not upgraded")
                        }
                    }
                });
                switching(key.as_bytes(), protocol)
            }
            "attach"
            | "portforward"
            | "ephemeralcontainers"
            | "eviction"
            | "resize"
            | "binding"
            | "proxy" => Err(Status::not_allowed(format!(
                "the embedded cluster has no pods/{subresource}; it has exec and log (a pod's ports are those of this machine, at 127.0.0.1)"
            ))),
            _ => Err(Status::no_such_path()),
        }
    }
}

fn protocol<B>(request: &Request<B>) -> Result<&'static str, Status> {
    let value = |name: header::HeaderName| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if request.method() != Method::GET || !value(header::UPGRADE).eq_ignore_ascii_case("websocket")
    {
        return Err(Status::bad_request(
            "unable to upgrade: a WebSocket is needed; SPDY, which kubectl before 1.31 uses, is not spoken by the embedded cluster",
        ));
    }
    let offered: Vec<&str> = request
        .headers()
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    PROTOCOLS
        .into_iter()
        .find(|known| offered.contains(known))
        .ok_or_else(|| {
            let mut status = Status::bad_request(format!(
                "unable to upgrade: none of the protocols {} was offered",
                PROTOCOLS.join(", ")
            ));
            status.code = StatusCode::FORBIDDEN;
            status
        })
}

fn switching(key: &[u8], protocol: &'static str) -> Result<Response<Body>, Status> {
    let mut response = answer::bytes(StatusCode::SWITCHING_PROTOCOLS, "", Bytes::new());
    let accept = HeaderValue::from_str(&derive_accept_key(key))
        .map_err(|_| Status::bad_request("Sec-WebSocket-Key is malformed"))?;
    let headers = response.headers_mut();
    headers.clear();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    headers.insert(
        header::SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(protocol),
    );
    Ok(response)
}

/// What of a log is wanted.
struct LogOptions {
    follow: bool,
    timestamps: bool,
    tail: Option<usize>,
    limit: Option<usize>,
    since: Option<Timestamp>,
}

impl LogOptions {
    fn parse(query: &Query) -> Result<Self, Status> {
        let number = |name: &str| {
            query.get(name).map(|text| {
                text.parse::<usize>()
                    .map_err(|_| Status::bad_request(format!("{name}: Invalid value: {text:?}")))
            })
        };
        let since =
            match (query.get("sinceTime"), number("sinceSeconds").transpose()?) {
                (Some(time), _) => Some(time.parse().map_err(|_| {
                    Status::bad_request(format!("sinceTime: Invalid value: {time:?}"))
                })?),
                (None, Some(seconds)) => Some(
                    Timestamp::now()
                        - SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX / 2)),
                ),
                (None, None) => None,
            };
        Ok(Self {
            follow: query.flag("follow"),
            timestamps: query.flag("timestamps"),
            tail: number("tailLines").transpose()?,
            limit: number("limitBytes").transpose()?,
            since,
        })
    }

    /// The text that a line of the file gives.
    fn text(&self, line: &[u8]) -> Option<Vec<u8>> {
        let (time, partial, text) = logged_line(line)?;
        if self
            .since
            .is_some_and(|since| time.parse::<Timestamp>().is_ok_and(|time| time < since))
        {
            return None;
        }
        let mut shown = Vec::with_capacity(text.len() + 40);
        if self.timestamps {
            shown.extend_from_slice(time.as_bytes());
            shown.push(b' ');
        }
        shown.extend_from_slice(text);
        if !partial {
            shown.push(b'\n');
        }
        Some(shown)
    }
}

async fn log(api: &Api, reader: LogReader, options: LogOptions) -> Result<Response<Body>, Status> {
    let mut file = tokio::fs::File::open(reader.path())
        .await
        .map_err(|error| Status::internal(format!("the log cannot be read: {error}")))?;
    let position = match options.tail {
        Some(lines) => tail(&mut file, lines)
            .await
            .map_err(|error| Status::internal(error.to_string()))?,
        None => 0,
    };
    let (sender, receiver) = mpsc::channel(16);
    let shutdown = api.shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            _ = feed(file, position, &reader, &options, &sender) => {}
        }
    });
    let stream = futures::StreamExt::map(
        tokio_stream::wrappers::ReceiverStream::new(receiver),
        |bytes: Bytes| Ok(Frame::data(bytes)),
    );
    let mut response = Response::new(StreamBody::new(stream).boxed_unsync());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

/// Where the last `lines` lines begin.
async fn tail(file: &mut tokio::fs::File, lines: usize) -> std::io::Result<u64> {
    const BLOCK: u64 = 64 << 10;
    let mut end = file.metadata().await?.len();
    let mut found = 0;
    if lines == 0 {
        return Ok(end);
    }
    let mut last = true;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        file.seek(std::io::SeekFrom::Start(start)).await?;
        let mut block = vec![0; usize::try_from(end - start).unwrap_or_default()];
        file.read_exact(&mut block).await?;
        for (index, byte) in block.iter().enumerate().rev() {
            // The end of the last line begins no further one.
            if *byte == b'\n' && !std::mem::take(&mut last) {
                found += 1;
                if found == lines {
                    return Ok(start + index as u64 + 1);
                }
            }
        }
        end = start;
    }
    Ok(0)
}

async fn feed(
    mut file: tokio::fs::File,
    mut position: u64,
    reader: &LogReader,
    options: &LogOptions,
    sender: &mpsc::Sender<Bytes>,
) -> std::io::Result<()> {
    file.seek(std::io::SeekFrom::Start(position)).await?;
    let mut left = options.limit.unwrap_or(usize::MAX);
    let mut pending = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut buffer).await?;
        position += count as u64;
        pending.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let whole = pending
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let mut shown = Vec::new();
        for line in pending
            .get(..whole)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
        {
            shown.extend(options.text(line).unwrap_or_default());
        }
        pending.drain(..whole);
        shown.truncate(left);
        left -= shown.len();
        if !shown.is_empty() && sender.send(shown.into()).await.is_err() {
            return Ok(());
        }
        if left == 0 {
            return Ok(());
        }
        if count == 0 {
            if !options.follow {
                return Ok(());
            }
            tokio::select! {
                more = reader.more(position) => if !more { return Ok(()) },
                () = sender.closed() => return Ok(()),
            }
        }
    }
}
