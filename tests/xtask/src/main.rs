//! Developer tasks: `cargo xtask <task>`.

mod bench;
mod bindings;
mod build;
mod cli;
mod command;
mod component;
mod components;
mod demo;
mod dependencies;
mod e2e;
mod hello_python;
mod kando_static;
mod kanister_static;
mod layers;
mod lint;
mod merges;
mod runs;
mod templates;
mod test;
mod workspace;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer tasks of this repository")]
enum Task {
    /// Show what the product does, on this machine and without a cluster
    Demo(demo::Demo),
    /// Build the binary with its built-in functions
    Build(build::Build),
    /// Run every test, and say in one line how many passed
    Test(test::Test),
    /// Render cases recorded from upstream, and compare
    Templates(templates::Templates),
    /// Play recorded invocations of kanctl and kando against ours
    Cli(cli::Cli),
    /// Play recorded runs of upstream against our controller
    Runs(runs::Runs),
    /// Kill controllers in the middle of runs, and look what becomes of these
    Faults(runs::Faults),
    /// Make kando as one file without a dynamic linker, for amd64 and arm64, and try it
    KandoStatic(kando_static::KandoStatic),
    /// Make the whole binary as one file without a dynamic linker, for the controller's image
    KanisterStatic(kanister_static::KanisterStatic),
    /// Measure, on this machine as it is now
    Bench(bench::Bench),
    /// Start a real Kubernetes, run tests on it, and end it; see `cargo xtask e2e --help`
    #[command(disable_help_flag = true)]
    E2e(e2e::E2e),
    /// Check format, layers, bindings, dependencies and clippy
    Lint(lint::Lint),
    /// Generate the Rust bindings of the SDK from `wit/`
    Bindings(bindings::Bindings),
    /// Make a component of one crate, e.g. an example of the SDK
    Component(component::Component),
    /// Make the component of the example in Python, for tests
    HelloPython(hello_python::HelloPython),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Demo(task) => task.run(),
        Task::Templates(task) => task.run(),
        Task::Cli(task) => task.run(),
        Task::Runs(task) => task.run(),
        Task::Faults(task) => task.run(),
        Task::KandoStatic(task) => task.run(),
        Task::KanisterStatic(task) => task.run(),
        Task::Bench(task) => task.run(),
        Task::E2e(task) => task.run(),
        Task::Build(task) => task.run(),
        Task::Test(task) => task.run(),
        Task::Lint(task) => task.run(),
        Task::Bindings(task) => task.run(),
        Task::Component(task) => task.run(),
        Task::HelloPython(task) => task.run(),
    }
}
