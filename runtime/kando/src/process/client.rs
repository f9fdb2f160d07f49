//! `kando process client`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use kanister_flags::shown_path;
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};
use tonic::Status;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_prost::ProstCodec;

use super::wire::{
    CREATE, CreateProcessRequest, GET, LIST, ListProcessesRequest, Output, Process,
    ProcessPidRequest, ProcessState, SIGNAL, STDERR, STDOUT, SignalProcessRequest,
};
use super::{Proxy, Request, Show, show};
use crate::error::Error;
use crate::stdio;

/// Added to a gRPC status to become the exit status of `execute`.
const GRPC: i32 = 15;

/// Which signals are passed on.
const PASSED_ON: [SignalKind; 5] = [
    SignalKind::interrupt(),
    SignalKind::terminate(),
    SignalKind::hangup(),
    SignalKind::quit(),
    SignalKind::user_defined1(),
];

/// A connection to a process server.
#[derive(Clone)]
pub(crate) struct Client {
    grpc: Grpc<Channel>,
    show: Show,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub(crate) async fn connect(address: &Path, show: Show) -> Result<Self, Error> {
        let path: PathBuf = address.to_owned();
        let connector = tower::service_fn(move |_: Uri| {
            let path = path.clone();
            async move { UnixStream::connect(path).await.map(TokioIo::new) }
        });
        // The library wants the address of a host, which a socket has not.
        let endpoint = Endpoint::from_static("http://kando");
        let channel = endpoint.connect_with_connector(connector);
        let channel = channel.await.map_err(|source| Error::NoServer {
            address: shown_path(address),
            source,
        })?;
        Ok(Self {
            grpc: Grpc::new(channel),
            show,
        })
    }

    /// Asks, and shows the answer.
    pub(crate) async fn run(mut self, request: Request) -> Result<ExitCode, Error> {
        match request {
            Request::Create(command) => {
                let process = self.once(CREATE, command).await?;
                self.print(&process)?;
            }
            Request::Get(pid) => {
                let process = self.once(GET, ProcessPidRequest { pid }).await?;
                self.print(&process)?;
            }
            Request::Signal(pid, signal) => {
                let process = self
                    .once(SIGNAL, SignalProcessRequest { pid, signal })
                    .await?;
                self.print(&process)?;
            }
            Request::List => {
                let mut processes = self.many(LIST, ListProcessesRequest {}).await?;
                while let Some(process) = processes.message().await? {
                    self.print(&process)?;
                }
            }
            Request::Execute(command, proxy) => {
                return match self.execute(command, proxy).await {
                    Err(Error::Rpc(status)) => {
                        stdio::complain(&format!("Error: {}", status.message()));
                        Ok(exit(GRPC + i32::from(status.code())))
                    }
                    result => result,
                };
            }
            Request::Output(pid, proxy) => {
                let process = self.once(GET, ProcessPidRequest { pid }).await?;
                return self.follow(&process, proxy).await;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn once<Q: prost::Message + 'static>(
        &mut self,
        path: &'static str,
        request: Q,
    ) -> Result<Process, Status> {
        self.ready().await?;
        let codec = ProstCodec::<Q, Process>::default();
        let path = PathAndQuery::from_static(path);
        let answer = self
            .grpc
            .unary(tonic::Request::new(request), path, codec)
            .await?;
        Ok(answer.into_inner())
    }

    async fn many<Q, A>(
        &mut self,
        path: &'static str,
        request: Q,
    ) -> Result<tonic::Streaming<A>, Status>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        self.ready().await?;
        let codec = ProstCodec::<Q, A>::default();
        let path = PathAndQuery::from_static(path);
        let request = tonic::Request::new(request);
        let answer = self.grpc.server_streaming(request, path, codec).await?;
        Ok(answer.into_inner())
    }

    async fn ready(&mut self) -> Result<(), Status> {
        let ready = self.grpc.ready().await;
        ready.map_err(|e| Status::unavailable(format!("the process server is gone: {e}")))
    }

    fn print(&self, process: &Process) -> Result<(), Error> {
        match (self.show.quiet.0, self.show.as_json.0) {
            (true, _) => Ok(()),
            (false, true) => stdio::print(&show::json(process)),
            (false, false) => stdio::print(&show::text(process)),
        }
    }

    async fn execute(
        &mut self,
        command: CreateProcessRequest,
        proxy: Proxy,
    ) -> Result<ExitCode, Error> {
        let process = self.once(CREATE, command).await?;
        self.print(&process)?;
        self.follow(&process, proxy).await
    }

    /// Shows the output of a process until it ends.
    async fn follow(&mut self, process: &Process, proxy: Proxy) -> Result<ExitCode, Error> {
        let pid = process.pid;
        let Proxy {
            signal_proxy,
            exit_proxy,
        } = proxy;
        if signal_proxy.0 {
            self.pass_signals_on(pid)?;
        }
        let stdout = self
            .many::<_, Output>(STDOUT, ProcessPidRequest { pid })
            .await?;
        let stderr = self
            .many::<_, Output>(STDERR, ProcessPidRequest { pid })
            .await?;
        tokio::try_join!(
            pass_on(stdout, |bytes| {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }),
            pass_on(stderr, |bytes| std::io::stderr().lock().write_all(bytes)),
        )?;
        let ended = self.ended(pid).await?;
        if exit_proxy.0 {
            return Ok(exit(i32::try_from(ended.exit_code).unwrap_or(-1)));
        }
        if ended.state == i32::from(ProcessState::Failed) {
            stdio::complain(&format!(
                "the command failed: {}; give --exit-proxy to exit with its status",
                ended.exit_err
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The process once it has ended: its streams end a moment earlier.
    async fn ended(&mut self, pid: i64) -> Result<Process, Status> {
        loop {
            let process = self.once(GET, ProcessPidRequest { pid }).await?;
            if process.state != i32::from(ProcessState::Running) {
                return Ok(process);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    fn pass_signals_on(&self, pid: i64) -> Result<(), Error> {
        for kind in PASSED_ON {
            let mut received = signal(kind).map_err(Error::Start)?;
            let mut client = self.clone();
            let signal = i64::from(kind.as_raw_value());
            tokio::spawn(async move {
                while received.recv().await.is_some() {
                    let request = SignalProcessRequest { pid, signal };
                    if let Err(e) = client.once(SIGNAL, request).await {
                        stdio::complain(&format!("a signal was not passed on: {}", e.message()));
                    }
                }
            });
        }
        Ok(())
    }
}

async fn pass_on(
    mut from: tonic::Streaming<Output>,
    write: impl Fn(&[u8]) -> std::io::Result<()>,
) -> Result<(), Error> {
    while let Some(Output { output }) = from.message().await? {
        write(&output).map_err(Error::Stdout)?;
    }
    Ok(())
}

/// An exit status, of which the system keeps the low eight bits.
fn exit(code: i32) -> ExitCode {
    let [low, ..] = code.to_le_bytes();
    ExitCode::from(low)
}
