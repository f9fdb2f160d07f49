//! The gRPC service over the table of processes.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _};
use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, ServerStreamingService, UnaryService};
use tonic_prost::ProstCodec;

use super::output::Log;
use super::table::Table;
use super::wire::{
    CREATE, CreateProcessRequest, GET, LIST, ListProcessesRequest, Output, Process,
    ProcessPidRequest, SIGNAL, STDERR, STDOUT, SignalProcessRequest,
};

/// The service.
#[derive(Clone, Default)]
pub(crate) struct Service(Table);

impl NamedService for Service {
    const NAME: &'static str = "kanx.ProcessService";
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Status>> + Send>>;

/// A method that answers once.
struct Once<F>(Table, F);

impl<Q, F> UnaryService<Q> for Once<F>
where
    F: Fn(&Table, Q) -> Result<Process, Status>,
{
    type Response = Process;
    type Future = Answer<tonic::Response<Process>>;

    fn call(&mut self, request: tonic::Request<Q>) -> Self::Future {
        let answer = (self.1)(&self.0, request.into_inner()).map(tonic::Response::new);
        Box::pin(std::future::ready(answer))
    }
}

/// The processes, one after another.
struct List(Table);

impl ServerStreamingService<ListProcessesRequest> for List {
    type Response = Process;
    type ResponseStream = BoxStream<'static, Result<Process, Status>>;
    type Future = Answer<tonic::Response<Self::ResponseStream>>;

    fn call(&mut self, _: tonic::Request<ListProcessesRequest>) -> Self::Future {
        let processes = self.0.list().into_iter().map(Ok);
        let stream = futures::stream::iter(processes).boxed();
        Box::pin(std::future::ready(Ok(tonic::Response::new(stream))))
    }
}

/// One of the streams of a process, until it ends.
struct Follow(Table, fn(&Table, i64) -> Result<Log, Status>);

impl ServerStreamingService<ProcessPidRequest> for Follow {
    type Response = Output;
    type ResponseStream = BoxStream<'static, Result<Output, Status>>;
    type Future = Answer<tonic::Response<Self::ResponseStream>>;

    fn call(&mut self, request: tonic::Request<ProcessPidRequest>) -> Self::Future {
        let log = (self.1)(&self.0, request.into_inner().pid);
        let answer = log.map(|log| tonic::Response::new(follow(log).boxed()));
        Box::pin(std::future::ready(answer))
    }
}

fn follow(log: Log) -> impl Stream<Item = Result<Output, Status>> {
    futures::stream::try_unfold((log, 0_u64), |(mut log, offset)| async move {
        let output = log.after(offset).await;
        let output = output.map_err(|e| Status::unknown(format!("the output is lost: {e}")))?;
        Ok(output.map(|output| {
            let next = offset + output.len() as u64;
            (Output { output }, (log, next))
        }))
    })
}

impl tower::Service<Request<Body>> for Service {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let table = self.0.clone();
        Box::pin(async move { Ok(answer(table, request).await) })
    }
}

async fn answer(table: Table, request: Request<Body>) -> Response<Body> {
    match request.uri().path() {
        CREATE => {
            let method = |table: &Table, q: CreateProcessRequest| table.create(q);
            once(Once(table, method), request).await
        }
        GET => {
            let method = |table: &Table, q: ProcessPidRequest| table.get(q.pid);
            once(Once(table, method), request).await
        }
        SIGNAL => {
            let method = |table: &Table, q: SignalProcessRequest| table.signal(q.pid, q.signal);
            once(Once(table, method), request).await
        }
        LIST => {
            let mut grpc = Grpc::new(ProstCodec::<Process, ListProcessesRequest>::default());
            grpc.server_streaming(List(table), request).await
        }
        STDOUT => outputs(Follow(table, Table::stdout), request).await,
        STDERR => outputs(Follow(table, Table::stderr), request).await,
        _ => Status::unimplemented("no such method").into_http(),
    }
}

async fn once<Q, F>(service: Once<F>, request: Request<Body>) -> Response<Body>
where
    Q: prost::Message + Default + 'static,
    F: Fn(&Table, Q) -> Result<Process, Status>,
{
    let mut grpc = Grpc::new(ProstCodec::<Process, Q>::default());
    grpc.unary(service, request).await
}

async fn outputs(service: Follow, request: Request<Body>) -> Response<Body> {
    let mut grpc = Grpc::new(ProstCodec::<Output, ProcessPidRequest>::default());
    grpc.server_streaming(service, request).await
}
