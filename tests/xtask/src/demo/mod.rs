//! `cargo xtask demo`: an application is backed up, destroyed and restored, on this machine.

mod application;
mod files;
mod functions;
mod postgresql;
mod stage;
mod story;

use crate::{build, workspace};
use application::Application;
use std::time::Instant;

#[derive(clap::Args)]
pub struct Demo {
    /// Show how functions are made and what they may do, instead
    #[arg(long)]
    functions: bool,

    /// Use the application that needs nothing, even where PostgreSQL is installed
    #[arg(long)]
    files: bool,
}

impl Demo {
    pub fn run(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        announce();
        build::Build::default().run()?;
        if begun.elapsed().as_secs() > 5 {
            println!("Built in {} s.", begun.elapsed().as_secs());
        }
        if self.functions {
            return functions::run();
        }
        let application: Box<dyn Application> = match postgresql::find() {
            Some(programs) if !self.files => {
                println!(
                    "\nPostgreSQL's programs are on this machine ({}): the demo uses a real server.",
                    programs.display()
                );
                Box::new(postgresql::Postgresql::new(programs)?)
            }
            found => {
                if found.is_none() {
                    println!(
                        "\nPostgreSQL's server programs are not on this machine: the demo uses an \
                         application with files instead.\nWith PostgreSQL (on Debian and Ubuntu: \
                         apt install postgresql) it uses a real database."
                    );
                }
                Box::new(files::Files::default())
            }
        };
        story::tell(&*application)
    }
}

/// Says at once what will happen and how long it takes.
fn announce() {
    let built = workspace::target().join("release/kanister").exists();
    println!(
        "The demo backs up a real application, destroys its data, restores it and compares. It needs \
         no cluster.\nFirst the program is built; {}",
        if built {
            "it was built before, so this takes seconds unless much has changed."
        } else {
            "the first time this takes about 15 minutes on two cores, 5 on eight. Then the demo \
             itself takes half a minute."
        }
    );
}
