//! What a guest sees of streams.

use super::source::FromBytes;
use super::{IoError, Reader, Source, Summary, Transfer, Writer, pipe};
use crate::bindings::kanister::io::types as wit;
use crate::call::CallState;
use wasmtime::component::Resource;

/// A read is at most this long: a guest that asks for more than it may copy in one call
/// gets less, as the contract allows.
const LONGEST_READ: usize = 1 << 20;

impl From<Summary> for wit::Summary {
    fn from(Summary { bytes, digest }: Summary) -> Self {
        Self {
            bytes,
            digest: digest.map(|digest| wit::Digest {
                algorithm: digest.algorithm.into_owned(),
                value: digest.value,
            }),
        }
    }
}

impl From<wit::Summary> for Summary {
    fn from(wit::Summary { bytes, digest }: wit::Summary) -> Self {
        Self {
            bytes,
            digest: digest.map(|digest| super::Digest {
                algorithm: digest.algorithm.into(),
                value: digest.value,
            }),
        }
    }
}

impl wit::Host for CallState {
    async fn pipe(&mut self) -> wasmtime::Result<(Resource<Writer>, Resource<Source>)> {
        let (writer, reader): (Writer, Reader) = pipe(&self.holdings);
        Ok((self.push(writer)?, self.push(Source::new(reader))?))
    }
}

impl wit::HostSource for CallState {
    async fn from_bytes(&mut self, bytes: Vec<u8>) -> wasmtime::Result<Resource<Source>> {
        let held = self.holdings.hold(bytes.len() as u64)?;
        self.push(Source::new(FromBytes {
            bytes: Some(bytes.into()),
            held,
        }))
    }

    async fn read(
        &mut self,
        source: Resource<Source>,
        max: u32,
    ) -> wasmtime::Result<Result<wit::Chunk, wit::Error>> {
        let max = usize::try_from(max)
            .unwrap_or(LONGEST_READ)
            .min(LONGEST_READ);
        let source = self.table.get_mut(&source)?;
        Ok(match source.read(max).await {
            Ok(Some(bytes)) => Ok(wit::Chunk::Data(bytes.into())),
            Ok(None) => match source.verdict() {
                Some(Ok(summary)) => Ok(wit::Chunk::End(summary.clone().into())),
                _ => Err(IoError::Truncated.into()),
            },
            Err(error) => Err(error.into()),
        })
    }

    async fn drop(&mut self, source: Resource<Source>) -> wasmtime::Result<()> {
        self.table.delete(source)?;
        Ok(())
    }
}

impl wit::HostWriter for CallState {
    async fn write(
        &mut self,
        writer: Resource<Writer>,
        bytes: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let written = self.table.get_mut(&writer)?.write(bytes).await?;
        Ok(written.map_err(Into::into))
    }

    async fn finish(
        &mut self,
        writer: Resource<Writer>,
    ) -> wasmtime::Result<Result<wit::Summary, wit::Error>> {
        let writer = self.table.delete(writer)?;
        Ok(writer.finish().await.map(Into::into).map_err(Into::into))
    }

    async fn drop(&mut self, writer: Resource<Writer>) -> wasmtime::Result<()> {
        self.table.delete(writer)?;
        Ok(())
    }
}

impl wit::HostTransfer for CallState {
    async fn wait(
        &mut self,
        transfer: Resource<Transfer>,
    ) -> wasmtime::Result<Result<wit::Summary, wit::Error>> {
        let moved = self.table.get_mut(&transfer)?.wait().await;
        Ok(moved.map(Into::into).map_err(Into::into))
    }

    async fn moved(&mut self, transfer: Resource<Transfer>) -> wasmtime::Result<u64> {
        Ok(self.table.get(&transfer)?.moved())
    }

    async fn drop(&mut self, transfer: Resource<Transfer>) -> wasmtime::Result<()> {
        self.table.delete(transfer)?;
        Ok(())
    }
}
