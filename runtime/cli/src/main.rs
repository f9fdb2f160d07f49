//! The `kanister` binary.

fn main() {}
