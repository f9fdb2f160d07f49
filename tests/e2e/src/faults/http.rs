//! One request over a connection that nothing protects: to etcd, and to a controller's metrics.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs};

use anyhow::{Context as _, ensure};

/// What is answered to a request.
///
/// # Errors
/// If nobody answers, or not with 200.
pub fn ask(
    address: impl ToSocketAddrs,
    method: &str,
    path: &str,
    body: &str,
) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: e2e\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    ensure!(head.contains(" 200 "), "{method} {path}: {head}: {body}");
    Ok(body.to_owned())
}
