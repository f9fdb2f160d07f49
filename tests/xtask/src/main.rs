//! Developer tasks: `cargo xtask <task>`.

mod bindings;
mod build;
mod command;
mod component;
mod components;
mod hello_python;
mod layers;
mod lint;
mod test;
mod workspace;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer tasks of this repository")]
enum Task {
    /// Build the binary with its built-in functions
    Build(build::Build),
    /// Run every test, and say in one line how many passed
    Test(test::Test),
    /// Check format, layers, bindings, licences and clippy
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
        Task::Build(task) => task.run(),
        Task::Test(task) => task.run(),
        Task::Lint(task) => task.run(),
        Task::Bindings(task) => task.run(),
        Task::Component(task) => task.run(),
        Task::HelloPython(task) => task.run(),
    }
}
