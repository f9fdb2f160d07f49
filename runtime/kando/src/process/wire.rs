//! The messages and paths of the gRPC service `kanx.ProcessService`.

use prost::bytes::Bytes;

pub(crate) const CREATE: &str = "/kanx.ProcessService/CreateProcess";
pub(crate) const GET: &str = "/kanx.ProcessService/GetProcess";
pub(crate) const LIST: &str = "/kanx.ProcessService/ListProcesses";
pub(crate) const SIGNAL: &str = "/kanx.ProcessService/SignalProcess";
pub(crate) const STDOUT: &str = "/kanx.ProcessService/Stdout";
pub(crate) const STDERR: &str = "/kanx.ProcessService/Stderr";

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CreateProcessRequest {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, repeated, tag = "2")]
    pub(crate) args: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ListProcessesRequest {}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ProcessPidRequest {
    #[prost(int64, tag = "1")]
    pub(crate) pid: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SignalProcessRequest {
    #[prost(int64, tag = "1")]
    pub(crate) pid: i64,
    #[prost(int64, tag = "2")]
    pub(crate) signal: i64,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Process {
    #[prost(int64, tag = "1")]
    pub(crate) pid: i64,
    #[prost(enumeration = "ProcessState", tag = "2")]
    pub(crate) state: i32,
    #[prost(int64, tag = "3")]
    pub(crate) exit_code: i64,
    #[prost(string, tag = "4")]
    pub(crate) exit_err: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
pub(crate) enum ProcessState {
    Unspecified = 0,
    Running = 1,
    Succeeded = 2,
    Failed = 3,
}

impl ProcessState {
    /// The name in text and JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "PROCESS_STATE_UNSPECIFIED",
            Self::Running => "PROCESS_STATE_RUNNING",
            Self::Succeeded => "PROCESS_STATE_SUCCEEDED",
            Self::Failed => "PROCESS_STATE_FAILED",
        }
    }
}

/// On the wire bytes and text are the same; bytes let any output pass.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Output {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) output: Bytes,
}
