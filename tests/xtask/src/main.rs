//! Developer tasks: `cargo xtask <task>`.

mod bindings;
mod component;
mod components;
mod workspace;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer tasks of this repository")]
enum Task {
    /// Generate the Rust bindings of the SDK from `wit/`
    Bindings(bindings::Bindings),
    /// Make a component of one crate, e.g. an example of the SDK
    Component(component::Component),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Bindings(task) => task.run(),
        Task::Component(task) => task.run(),
    }
}
