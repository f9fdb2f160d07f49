//! What `cargo xtask` starts. It depends on nothing, so in a new clone it says at once what comes and
//! how long that takes, while the tasks themselves take minutes to compile; then it becomes them.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let built = std::env::current_exe().is_ok_and(|own| own.with_file_name("xtask").exists());
    let mut cargo = Command::new("cargo");
    cargo.arg("run");
    if built {
        cargo.arg("--quiet");
    } else {
        eprintln!(
            "This clone is new: first the tasks themselves are built, then what they need. Together that \
             takes about 15 minutes on two cores, 5 on eight; later, seconds."
        );
    }
    // This way, and not by its package: so its dependencies have the features that the whole workspace
    // gives them, and are compiled once.
    cargo.args(["--release", "--bin", "xtask", "--manifest-path"]);
    cargo
        .arg(manifest)
        .arg("--")
        .args(std::env::args_os().skip(1));
    announce::as_by_hand(&mut cargo);
    let error = cargo.exec();
    eprintln!("error: cargo cannot be started: {error}");
    ExitCode::FAILURE
}
