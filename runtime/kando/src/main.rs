//! The program `kando`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kando::main(std::env::args_os().collect())
}
