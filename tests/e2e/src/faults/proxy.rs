//! Stands between a controller and the API server, and cuts the connection over which most comes.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::config::API_PORT;

/// Bytes that are handed on at once.
const PIECE: usize = 64 << 10;

/// A proxy that lives as long as the process.
pub struct Proxy {
    pub port: u16,
    limit: Arc<AtomicU64>,
    cut: Arc<AtomicBool>,
}

impl Proxy {
    /// Listens at a port of its own; cuts nothing yet.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let proxy = Self {
            port: listener.local_addr()?.port(),
            limit: Arc::new(AtomicU64::new(u64::MAX)),
            cut: Arc::default(),
        };
        let (limit, cut) = (Arc::clone(&proxy.limit), Arc::clone(&proxy.cut));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", API_PORT)) {
                    connect(client, server, &limit, &cut);
                }
            }
        });
        Ok(proxy)
    }

    /// Cuts the first connection over which so many bytes have come from the API server, and no
    /// other one.
    pub fn cut_after(&self, bytes: u64) {
        self.cut.store(false, Ordering::SeqCst);
        self.limit.store(bytes, Ordering::SeqCst);
    }

    /// Whether that has happened.
    pub fn has_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst)
    }
}

fn connect(client: TcpStream, server: TcpStream, limit: &Arc<AtomicU64>, cut: &Arc<AtomicBool>) {
    let (Ok(from_client), Ok(to_client)) = (client.try_clone(), client.try_clone()) else {
        return;
    };
    let (Ok(from_server), Ok(to_server)) = (server.try_clone(), server.try_clone()) else {
        return;
    };
    std::thread::spawn(move || copy(from_client, to_server, |_| true));
    let (limit, cut) = (Arc::clone(limit), Arc::clone(cut));
    std::thread::spawn(move || {
        copy(from_server, to_client, |copied| {
            if copied < limit.load(Ordering::SeqCst) {
                return true;
            }
            limit.store(u64::MAX, Ordering::SeqCst);
            cut.store(true, Ordering::SeqCst);
            false
        });
    });
}

/// Hands bytes on as long as `go_on` says, and then ends both ways.
fn copy(mut from: TcpStream, mut to: TcpStream, mut go_on: impl FnMut(u64) -> bool) {
    let mut piece = vec![0; PIECE];
    let mut copied = 0_u64;
    while let Ok(count) = from.read(&mut piece) {
        copied += count as u64;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else {
            break;
        };
        if !go_on(copied) || to.write_all(read).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}
