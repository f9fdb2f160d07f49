//! What the embedded cluster starts beside each container of a test's pods.

use std::process::ExitCode;

fn main() -> ExitCode {
    kanister_devcluster::supervise()
}
