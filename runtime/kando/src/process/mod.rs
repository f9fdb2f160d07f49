//! `kando process`: runs processes for clients beside this program, over gRPC on a Unix socket.
//!
//! The service is the existing tool's, so that old clients and servers go together with new ones.

mod client;
mod output;
mod server;
mod service;
mod show;
mod table;
mod wire;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use kanister_flags::{Switch, exact_args};

use crate::error::Error;

#[derive(Debug, Args)]
pub(crate) struct Process {
    /// The path of a unix socket of the process server
    #[arg(
        short = 'a',
        long,
        global = true,
        value_name = "string",
        default_value = "/tmp/kanister.sock"
    )]
    address: PathBuf,
    #[command(subcommand)]
    command: ProcessCommand,
}

#[derive(Debug, Subcommand)]
enum ProcessCommand {
    /// Start the process server
    Server {
        /// No arguments
        #[arg(hide = true, value_name = "none")]
        none: Vec<OsString>,
    },
    /// Send commands to the process server
    Client(Client),
}

#[derive(Debug, Args)]
struct Client {
    #[command(flatten)]
    show: Show,
    #[command(subcommand)]
    command: ClientCommand,
}

/// How processes are shown.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Show {
    /// Display output as json
    #[arg(short = 'j', long, global = true, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    as_json: Switch,
    /// Quiet process information output
    #[arg(short = 'q', long, global = true, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    quiet: Switch,
}

/// What a client passes on from and to its process.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Proxy {
    /// Pass the signals that this program receives on to the process
    #[arg(short = 'p', long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    signal_proxy: Switch,
    /// Exit with the status of the process
    #[arg(short = 'x', long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    exit_proxy: Switch,
}

#[derive(Debug, Subcommand)]
enum ClientCommand {
    /// Create a new process
    Create {
        /// The command and its arguments
        #[arg(value_name = "command")]
        argv: Vec<OsString>,
    },
    /// Create a process and show its output until it ends
    Execute {
        #[command(flatten)]
        proxy: Proxy,
        /// The command and its arguments
        #[arg(value_name = "command")]
        argv: Vec<OsString>,
    },
    /// Get a process
    Get {
        /// The process
        #[arg(value_name = "pid")]
        pid: Vec<OsString>,
    },
    /// List the processes
    List {
        /// No arguments
        #[arg(hide = true, value_name = "none")]
        none: Vec<OsString>,
    },
    /// Show the output of a process until it ends
    Output {
        #[command(flatten)]
        proxy: Proxy,
        /// The process
        #[arg(value_name = "pid")]
        pid: Vec<OsString>,
    },
    /// Send a signal to a process
    Signal {
        /// The process and the number of the signal
        #[arg(value_name = "pid> <signal")]
        pid: Vec<OsString>,
    },
}

/// Runs the command; the exit status is the process's if that is asked for.
pub(crate) async fn run(process: Process) -> Result<ExitCode, Error> {
    let Process { address, command } = process;
    let Client { show, command } = match command {
        ProcessCommand::Server { none } => {
            let [] = exact_args(none)?;
            server::run(&address).await?;
            return Ok(ExitCode::SUCCESS);
        }
        ProcessCommand::Client(client) => client,
    };
    // What is wrong with the arguments shows without a server.
    let request = request(command)?;
    let client = client::Client::connect(&address, show).await?;
    client.run(request).await
}

/// What to ask the server for.
pub(crate) enum Request {
    Create(wire::CreateProcessRequest),
    Execute(wire::CreateProcessRequest, Proxy),
    Get(i64),
    List,
    Output(i64, Proxy),
    Signal(i64, i64),
}

fn request(command: ClientCommand) -> Result<Request, Error> {
    Ok(match command {
        ClientCommand::Create { argv } => Request::Create(create(argv)?),
        ClientCommand::Execute { proxy, argv } => Request::Execute(create(argv)?, proxy),
        ClientCommand::Get { pid } => {
            let [pid] = exact_args(pid)?;
            Request::Get(number(&pid, "process")?)
        }
        ClientCommand::List { none } => {
            let [] = exact_args(none)?;
            Request::List
        }
        ClientCommand::Output { proxy, pid } => {
            let [pid] = exact_args(pid)?;
            Request::Output(number(&pid, "process")?, proxy)
        }
        ClientCommand::Signal { pid } => {
            let [pid, signal] = exact_args(pid)?;
            Request::Signal(number(&pid, "process")?, number(&signal, "signal")?)
        }
    })
}

fn create(argv: Vec<OsString>) -> Result<wire::CreateProcessRequest, Error> {
    let mut words = argv.iter().map(|a| a.to_string_lossy().into_owned());
    let name = words
        .next()
        .ok_or_else(|| Error::Argument("requires a command to run".into()))?;
    Ok(wire::CreateProcessRequest {
        name,
        args: words.collect(),
    })
}

fn number(text: &OsString, what: &str) -> Result<i64, Error> {
    let text = text.to_string_lossy();
    text.parse()
        .map_err(|_| Error::Argument(format!("{text:?} is no number of a {what}")))
}
