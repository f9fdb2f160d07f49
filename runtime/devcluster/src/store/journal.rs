//! The write-ahead log: one record for each change, checked by a checksum.
//!
//! Record: length of the body (u32), CRC-32 of the body (u32), body; numbers are little-endian.
//! Body: version (u64), 1 for a put or 0 for a removal (u8), then collection, namespace and name,
//! each with its length (u32) before it, then the object as JSON (empty for a removal).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::entry::{Collection, Key};

/// Longest body that is believed when a log is read.
const LIMIT: usize = 64 << 20;

/// One change as it is in the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) version: u64,
    pub(super) key: Key,
    /// The object's JSON, or nothing for a removal.
    pub(super) json: Option<Vec<u8>>,
}

/// Appends a record to `buffer`.
pub(super) fn encode(buffer: &mut Vec<u8>, version: u64, key: &Key, json: Option<&[u8]>) {
    let mut body = Vec::with_capacity(64 + json.map_or(0, <[u8]>::len));
    body.extend_from_slice(&version.to_le_bytes());
    body.push(u8::from(json.is_some()));
    for part in [key.collection.as_str(), &key.namespace, &key.name] {
        body.extend_from_slice(&length(part.as_bytes()));
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(json.unwrap_or_default());
    buffer.extend_from_slice(&length(&body));
    buffer.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
    buffer.extend_from_slice(&body);
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// How the reading of a log ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At the end of the file.
    Clean,
    /// In a record that is incomplete or damaged; the file is good up to this many bytes.
    Torn(u64),
}

/// Hands every record of a log to `each`, in order.
pub(super) fn read(path: &Path, mut each: impl FnMut(Record)) -> io::Result<End> {
    let mut input = io::BufReader::new(File::open(path)?);
    let mut good = 0_u64;
    loop {
        let mut header = [0_u8; 8];
        match fill(&mut input, &mut header)? {
            0 => return Ok(End::Clean),
            8 => {}
            _ => return Ok(End::Torn(good)),
        }
        let [a, b, c, d, e, f, g, h] = header;
        let size = u32::from_le_bytes([a, b, c, d]) as usize;
        let sum = u32::from_le_bytes([e, f, g, h]);
        if size > LIMIT {
            return Ok(End::Torn(good));
        }
        let mut body = vec![0; size];
        if fill(&mut input, &mut body)? != size || crc32fast::hash(&body) != sum {
            return Ok(End::Torn(good));
        }
        let Some(record) = decode(&body) else {
            return Ok(End::Torn(good));
        };
        good += 8 + size as u64;
        each(record);
    }
}

/// Reads until `buffer` is full or the input ends, and says how much was read.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn decode(mut body: &[u8]) -> Option<Record> {
    let version = u64::from_le_bytes(take(&mut body, 8)?.try_into().ok()?);
    let put = take(&mut body, 1)? == [1];
    let mut parts = [const { String::new() }; 3];
    for part in &mut parts {
        let size = u32::from_le_bytes(take(&mut body, 4)?.try_into().ok()?) as usize;
        *part = String::from_utf8(take(&mut body, size)?.to_vec()).ok()?;
    }
    let [collection, namespace, name] = parts;
    Some(Record {
        version,
        key: Key::new(&Collection::from_text(&collection), &namespace, &name),
        json: put.then(|| body.to_vec()),
    })
}

fn take<'a>(body: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, rest) = body.split_at_checked(count)?;
    *body = rest;
    Some(head)
}

/// The log that is being written.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    size: u64,
    buffer: Vec<u8>,
}

impl Journal {
    /// Opens or makes the log and cuts it to `size` bytes, if given.
    pub(super) fn open(path: PathBuf, size: Option<u64>) -> io::Result<Self> {
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .read(true)
            .open(&path)?;
        if let Some(size) = size {
            file.set_len(size)?;
        }
        let size = file.seek(SeekFrom::End(0))?;
        Ok(Self {
            file,
            path,
            size,
            buffer: Vec::new(),
        })
    }

    /// Hands a record to the operating system, so that it outlives this process; on an error
    /// nothing of it remains.
    pub(super) fn append(
        &mut self,
        version: u64,
        key: &Key,
        json: Option<&[u8]>,
    ) -> io::Result<()> {
        self.buffer.clear();
        encode(&mut self.buffer, version, key, json);
        if let Err(error) = self.file.write_all(&self.buffer) {
            self.file.set_len(self.size)?;
            self.file.seek(SeekFrom::Start(self.size))?;
            return Err(error);
        }
        self.size += self.buffer.len() as u64;
        Ok(())
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A second handle to the same file, for syncing without holding up the writer.
    pub(super) fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_tail_is_found_at_every_length() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::new(&Collection::new("apps", "deployments"), "shop", "web");
        let mut bytes = Vec::new();
        encode(&mut bytes, 7, &key, Some(b"{}"));
        let first = bytes.len();
        encode(&mut bytes, 8, &key, None);
        for cut in 0..=bytes.len() {
            let path = folder.path().join("log");
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let mut versions = Vec::new();
            let end = read(&path, |record| versions.push((record.version, record.json))).unwrap();
            let whole = if cut == bytes.len() {
                2
            } else {
                usize::from(cut >= first)
            };
            assert_eq!(versions.len(), whole, "cut at {cut}");
            match end {
                End::Clean => assert!(cut == 0 || cut == first || cut == bytes.len()),
                End::Torn(good) => assert_eq!(good, if whole == 1 { first as u64 } else { 0 }),
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let key = Key::new(&Collection::new("", "pods"), "a", "b");
        let mut bytes = Vec::new();
        encode(&mut bytes, 1, &key, Some(b"{\"a\":1}"));
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bad).unwrap();
            let mut seen = 0;
            assert_eq!(
                read(&path, |_| seen += 1).unwrap(),
                End::Torn(0),
                "bit {bit}"
            );
            assert_eq!(seen, 0);
        }
    }
}
