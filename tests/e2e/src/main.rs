//! `cargo xtask e2e`: a real Kubernetes for tests.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser, Subcommand};
use kanister_e2e::components::Component;
use kanister_e2e::config::Config;
use kanister_e2e::faults::{self, Programs};
use kanister_e2e::images::{self, Sources};
use kanister_e2e::suites::{self, Suite};
use kanister_e2e::{
    boot, in_cluster, lifecycle, logs, namespaces, packages, possible, postgres, programs, smoke,
};
use nix::sys::signal::Signal;

/// The exit code where there can be no cluster; 1 and 2 are errors.
const IMPOSSIBLE: u8 = 3;

#[derive(Parser)]
#[command(
    name = "cargo xtask e2e",
    about = "A real Kubernetes of one node, in namespaces of its own"
)]
struct Arguments {
    /// First install the packages that are missing (Debian, root)
    #[arg(long)]
    install: bool,
    /// Where programs, images, clusters and the logs of failures are kept
    #[arg(long, default_value = "target/e2e")]
    folder: PathBuf,
    /// Which cluster; several live side by side
    #[arg(long, default_value = "default")]
    cluster: String,
    /// The cluster's directory, in place of its name
    #[arg(long, hide = true)]
    state: Option<PathBuf>,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Say whether this machine can have a cluster, and if not why: exit code 3
    Possible,
    /// Start a cluster
    Up(Up),
    /// Run a command inside, with KUBECONFIG and kubectl
    Exec {
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// End the cluster and remove everything of it
    Down,
    /// Start a cluster, run suites on it, and end it
    Test {
        #[command(flatten)]
        up: Up,
        /// Which suites [default: smoke and conformance]
        #[arg(long = "suite", value_enum)]
        suites: Vec<Suite>,
        /// Leave the cluster up if something fails
        #[arg(long)]
        keep: bool,
        /// A command to run in place of suites, or what the suites that are named are given, e.g. a
        /// part of the names of their cases
        #[arg(last = true)]
        command: Vec<String>,
    },
    /// End one program of the cluster
    Stop {
        component: Component,
        /// Without a chance to finish anything
        #[arg(long)]
        kill: bool,
    },
    /// Start one program of the cluster again
    Start { component: Component },
    #[command(hide = true)]
    Create,
    #[command(hide = true)]
    First,
    #[command(hide = true)]
    Boot,
    #[command(hide = true)]
    Smoke { filter: Option<String> },
    #[command(hide = true)]
    InCluster {
        kanister: PathBuf,
        filter: Option<String>,
    },
    #[command(hide = true)]
    Postgres {
        kanister: PathBuf,
        filter: Option<String>,
    },
    #[command(hide = true)]
    Faults {
        #[arg(long)]
        kanister: PathBuf,
        #[arg(long)]
        plugins: PathBuf,
        #[arg(long)]
        cache: PathBuf,
        filter: Option<String>,
    },
    #[command(hide = true)]
    Logs { folder: PathBuf },
}

#[derive(clap::Args)]
struct Up {
    /// Also make the image of PostgreSQL, test.local/postgres:1
    #[arg(long)]
    postgres: bool,
    /// kando as one static program, for test.local/tools:1 [default: that of `cargo xtask
    /// kando-static`, if it is there]
    #[arg(long, value_name = "FILE")]
    kando: Option<PathBuf>,
    /// kanister as one static program, for test.local/kanister:1 [default: that of `cargo xtask
    /// kanister-static`, if it is there]
    #[arg(long, value_name = "FILE")]
    kanister: Option<PathBuf>,
    /// A static program that becomes the image test.local/NAME:1
    #[arg(long = "program", value_name = "NAME=FILE")]
    images: Vec<String>,
    /// Further archives of images
    #[arg(long = "image", value_name = "FILE")]
    archives: Vec<PathBuf>,
    /// Let etcd wait for the disk at each write
    #[arg(long)]
    fsync: bool,
    /// A folder with all programs of Kubernetes, in place of building them
    #[arg(long, value_name = "FOLDER", env = "KANISTER_E2E_PROGRAMS")]
    programs: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments {
        install,
        folder,
        cluster,
        state,
        task,
    } = arguments;
    if install {
        packages::install()?;
    }
    let folder = std::path::absolute(folder)?;
    let state = match state {
        Some(state) => std::path::absolute(state)?,
        None => folder.join("clusters").join(cluster),
    };
    match task {
        Some(task) => task.run(&folder, &state),
        None if install => Ok(ExitCode::SUCCESS),
        None => {
            Arguments::command().print_help()?;
            Ok(ExitCode::from(2))
        }
    }
}

impl Task {
    fn run(self, folder: &Path, state: &Path) -> anyhow::Result<ExitCode> {
        let config = || Config::read(state);
        if matches!(self, Self::Stop { .. } | Self::Start { .. }) && !namespaces::is_inside(state) {
            let program = std::env::current_exe()?.display().to_string();
            let command: Vec<String> = [program]
                .into_iter()
                .chain(std::env::args().skip(1))
                .collect();
            return Ok(exit_code(namespaces::run_inside(&config()?, &command)?));
        }
        match self {
            Self::Up(up) => up.run(folder, state).map(drop)?,
            Self::Possible => {
                if let Some(why) = possible::obstacle() {
                    println!("no real Kubernetes on this machine: {why}");
                    return Ok(ExitCode::from(IMPOSSIBLE));
                }
            }
            Self::Down => lifecycle::down(state)?,
            Self::Test {
                mut up,
                suites,
                keep,
                command,
            } => {
                // One that an interrupted test has left.
                if Config::exists(state) {
                    lifecycle::down(state)?;
                }
                let failed = folder.join("failed");
                up.postgres |= suites.contains(&Suite::Postgres);
                let kanister = up.kanister(folder);
                let began = up.run(folder, state);
                let came_up = began.is_ok();
                let result = match began {
                    Ok(config) => test(&config, &suites, kanister.as_deref(), command, &failed),
                    Err(error) => Err(logs::keep(state, &failed, error)),
                };
                if Config::exists(state) && (result.is_ok() || !keep) {
                    lifecycle::down(state)?;
                }
                if let (Err(error), false) = (&result, came_up) {
                    eprintln!("error: {error:#}");
                    return Ok(ExitCode::from(IMPOSSIBLE));
                }
                result?;
            }
            Self::Exec { command } => {
                let status = namespaces::run_inside(&config()?, &command)?;
                return Ok(exit_code(status));
            }
            Self::Stop { component, kill } => {
                let signal = match kill {
                    true => Signal::SIGKILL,
                    false => Signal::SIGTERM,
                };
                component.stop(&config()?, signal)?;
            }
            Self::Start { component } => drop(component.start(&config()?)?),
            Self::Create => lifecycle::create(&config()?)?,
            Self::First => namespaces::first(&config()?)?,
            Self::Boot => boot::boot(&config()?)?,
            Self::Smoke { filter } => smoke::run(&config()?, &filter.unwrap_or_default())?,
            Self::InCluster { kanister, filter } => {
                in_cluster::run(&config()?, &kanister, &filter.unwrap_or_default())?;
            }
            Self::Postgres { kanister, filter } => {
                postgres::run(&config()?, &kanister, &filter.unwrap_or_default())?;
            }
            Self::Faults {
                kanister,
                plugins,
                cache,
                filter,
            } => {
                let programs = Programs {
                    kanister,
                    plugins,
                    cache,
                };
                faults::run(&config()?, &programs, &filter.unwrap_or_default())?;
            }
            Self::Logs { folder } => logs::collect(&config()?, &folder)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A static program that `cargo xtask NAME-static` has left.
fn made(folder: &Path, name: &str) -> Option<PathBuf> {
    let file = format!("{name}-linux-{}", images::architecture());
    let made = folder.parent()?.join(format!("{name}-static")).join(file);
    made.exists().then_some(made)
}

impl Up {
    /// What the controller's image is made of.
    fn kanister(&self, folder: &Path) -> Option<PathBuf> {
        self.kanister.clone().or_else(|| made(folder, "kanister"))
    }

    fn run(self, folder: &Path, state: &Path) -> anyhow::Result<Config> {
        packages::check()?;
        let built = folder.join("bin");
        let kanister = self.kanister(folder);
        let programs = match self.programs {
            Some(folder) => vec![std::path::absolute(folder)?],
            None => programs::build(&built)?,
        };
        // The whole binary is kando too, under that name.
        let made = made(folder, "kando").or(kanister.clone());
        let kando = self.kando.or(made);
        if kando.is_none() {
            println!(
                "without the image {}: there is no static kando; `cargo xtask kando-static` makes it",
                images::TOOLS
            );
        }
        let named = |pair: &String| {
            let (name, file) = pair.split_once('=').context("--program wants NAME=FILE")?;
            anyhow::Ok((name.to_owned(), PathBuf::from(file)))
        };
        let sources = Sources {
            kando,
            postgres: self.postgres,
            programs: kanister
                .into_iter()
                .map(|file| Ok(("kanister".to_owned(), file)))
                .chain(self.images.iter().map(named))
                .collect::<Result<_, _>>()?,
        };
        let made = images::make(&folder.join("images"), &sources)?;
        let further = self.archives.iter().map(std::path::absolute);
        let config = Config {
            state: state.to_owned(),
            programs,
            images: made
                .into_iter()
                .map(Ok)
                .chain(further)
                .collect::<Result<_, _>>()?,
            fsync: self.fsync,
        };
        lifecycle::up(&config)?;
        Ok(config)
    }
}

/// Runs a command, or suites: all of them also when one fails.
fn test(
    config: &Config,
    suites: &[Suite],
    kanister: Option<&Path>,
    command: Vec<String>,
    failed: &Path,
) -> anyhow::Result<()> {
    if suites.is_empty() && !command.is_empty() {
        return suites::run(config, &command, failed);
    }
    let further = command;
    let suites = if suites.is_empty() {
        &Suite::DEFAULT
    } else {
        suites
    };
    let mut errors = Vec::new();
    for suite in suites {
        println!("== {suite:?}");
        let mut command = suite.command(&config.state, kanister)?;
        command.extend_from_slice(&further);
        if let Err(error) = suites::run(config, &command, failed) {
            eprintln!("{error:#}");
            errors.push(format!("{suite:?}"));
        }
    }
    anyhow::ensure!(errors.is_empty(), "failed: {}", errors.join(", "));
    Ok(())
}

/// The command's own, or as a shell tells the signal that ended it.
fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
