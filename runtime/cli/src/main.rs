//! The `kanister` binary.

fn main() -> std::process::ExitCode {
    kanister_cli::main()
}
