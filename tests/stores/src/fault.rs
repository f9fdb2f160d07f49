//! A proxy between client and store that breaks things.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every second connection is cut after so many bytes from the client.
    CutUp(usize),
    /// Every second connection is cut after so many bytes from the store.
    CutDown(usize),
    /// Connections are cut before a request with the method POST is passed on, so many times.
    CutPosts(usize),
    /// The first connections are answered with 503 and a pause of one second.
    Throttle(usize),
    /// In each connection one byte from the store is changed, so many bytes from its beginning.
    Flip(usize),
}

/// A proxy between client and store that breaks things.
#[derive(Debug)]
pub struct Proxy {
    /// Its address.
    pub address: SocketAddr,
    broken: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Starts it in front of `store`.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(store: SocketAddr, fault: Fault) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let broken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&broken);
        let task = tokio::spawn(async move {
            let mut index = 0;
            while let Ok((client, _)) = listener.accept().await {
                index += 1;
                // A broken connection is what this is for.
                tokio::spawn(serve(client, store, fault, index, Arc::clone(&count)));
            }
        });
        Ok(Self {
            address,
            broken,
            task,
        })
    }

    /// How often something was broken.
    #[must_use]
    pub fn broken(&self) -> usize {
        self.broken.load(Ordering::SeqCst)
    }
}

/// Where a direction of a connection breaks, and how.
#[derive(Clone, Copy)]
enum Break {
    Never,
    Cut(usize),
    Posts(usize),
    Flip(usize),
}

async fn serve(
    client: TcpStream,
    store: SocketAddr,
    fault: Fault,
    index: usize,
    count: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    if let Fault::Throttle(first) = fault
        && index <= first
    {
        count.fetch_add(1, Ordering::SeqCst);
        return throttle(client).await;
    }
    let server = TcpStream::connect(store).await?;
    let (up, down) = match fault {
        Fault::CutUp(after) if index.is_multiple_of(2) => (Break::Cut(after), Break::Never),
        Fault::CutPosts(times) => (Break::Posts(times), Break::Never),
        Fault::CutDown(after) if index.is_multiple_of(2) => (Break::Never, Break::Cut(after)),
        Fault::Flip(at) => (Break::Never, Break::Flip(at)),
        _ => (Break::Never, Break::Never),
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        result = pump(from_client, to_server, up, &count) => result,
        result = pump(from_server, to_client, down, &count) => result,
    }
}

async fn throttle(mut client: TcpStream) -> std::io::Result<()> {
    let mut buffer = vec![0; 65536];
    let _ = client.read(&mut buffer).await?;
    let answer = "HTTP/1.1 503 Slow Down\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await?;
    // Read on, so that the answer is not lost to a reset.
    while client.read(&mut buffer).await? > 0 {}
    Ok(())
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut fault: Break,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 65536];
    let mut passed = 0;
    loop {
        let n = from.read(&mut buffer).await?;
        if n == 0 {
            // Only one direction has ended.
            to.shutdown().await?;
            return std::future::pending().await;
        }
        let Some(bytes) = buffer.get_mut(..n) else {
            return Ok(());
        };
        match fault {
            Break::Cut(after) if passed + n > after => {
                count.fetch_add(1, Ordering::SeqCst);
                let head = bytes.get(..after - passed).unwrap_or_default();
                to.write_all(head).await?;
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
            Break::Posts(times)
                if bytes.starts_with(b"POST ") && count.load(Ordering::SeqCst) < times =>
            {
                count.fetch_add(1, Ordering::SeqCst);
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
            Break::Flip(at) if passed + n > at => {
                if let Some(byte) = bytes.get_mut(at - passed) {
                    *byte ^= 1;
                }
                count.fetch_add(1, Ordering::SeqCst);
                fault = Break::Never;
            }
            _ => {}
        }
        passed += n;
        to.write_all(bytes).await?;
    }
}
