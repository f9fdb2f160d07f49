//! `kanister:host/random`.

use crate::bindings::kanister::host::random as wit;
use crate::call::CallState;

const MOST: u32 = 65_536;

impl wit::Host for CallState {
    async fn bytes(&mut self, len: u32) -> wasmtime::Result<Vec<u8>> {
        let len = usize::try_from(len.min(MOST)).unwrap_or(0);
        let mut bytes = vec![0; len];
        getrandom::fill(&mut bytes).map_err(no_randomness)?;
        Ok(bytes)
    }

    async fn number(&mut self) -> wasmtime::Result<u64> {
        getrandom::u64().map_err(no_randomness)
    }
}

fn no_randomness(error: getrandom::Error) -> wasmtime::Error {
    wasmtime::Error::msg(format!("the operating system gives no randomness: {error}"))
}
