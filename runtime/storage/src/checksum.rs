//! Checksums: those that stores announce, and those of the bytes that pass.
//!
//! Objects carry no metadata of ours. What is compared is what the store itself keeps: S3 its
//! CRC64NVME, CRC32C or SHA-256 of the whole object, or an ETag that is an MD5; Google Cloud Storage
//! its CRC32C and MD5; Azure its Content-MD5. Checksums of checksums (multipart uploads without a
//! checksum of the whole) cannot be compared, since the sizes of the parts are not known.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm::{Crc32Iscsi, Crc64Nvme};
use http::HeaderMap;
use md5::Digest as _;

/// A digest over some bytes; stores call it a checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// `sha-256`, `md5`, `crc32c`, `crc64nvme`, … in lower case.
    pub algorithm: Cow<'static, str>,
    /// The value, most significant byte first.
    pub value: Vec<u8>,
}

/// What a store says of an object's content, if anything; the strongest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announced(Option<Digest>);

impl Announced {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        Self(
            amazon(headers)
                .or_else(|| google(headers))
                .or_else(|| content_md5(headers))
                .or_else(|| etag(headers)),
        )
    }

    pub(crate) fn digest(&self) -> Option<&Digest> {
        self.0.as_ref()
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn digest(algorithm: &'static str, base64: &str) -> Option<Digest> {
    let length = match algorithm {
        "sha-256" => 32,
        "md5" => 16,
        "crc64nvme" => 8,
        _ => 4,
    };
    let value = STANDARD.decode(base64).ok().filter(|v| v.len() == length)?;
    Some(Digest {
        algorithm: algorithm.into(),
        value,
    })
}

fn amazon(headers: &HeaderMap) -> Option<Digest> {
    // A checksum of checksums says COMPOSITE here, and ends in a dash and the number of parts. Of an
    // object with parts, whose ETag ends so, only what is said to be of the whole counts: some stores
    // still announce the checksum of the object that it has replaced.
    let kind = text(headers, "x-amz-checksum-type");
    let in_parts = text(headers, "etag").is_some_and(|tag| tag.contains('-'));
    if kind == Some("COMPOSITE") || (in_parts && kind != Some("FULL_OBJECT")) {
        return None;
    }
    [
        ("sha-256", "x-amz-checksum-sha256"),
        ("crc64nvme", "x-amz-checksum-crc64nvme"),
        ("crc32c", "x-amz-checksum-crc32c"),
    ]
    .into_iter()
    .find_map(|(algorithm, name)| digest(algorithm, text(headers, name)?))
}

fn google(headers: &HeaderMap) -> Option<Digest> {
    // Decompressed on the way: the checksum is that of the stored form.
    if headers.contains_key("x-goog-stored-content-encoding")
        && text(headers, "x-goog-stored-content-encoding") != Some("identity")
    {
        return None;
    }
    headers
        .get_all("x-goog-hash")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .find_map(|v| digest("crc32c", v.trim().strip_prefix("crc32c=")?))
}

fn content_md5(headers: &HeaderMap) -> Option<Digest> {
    // Of a range it would be the range's, which whole reads never ask for.
    digest("md5", text(headers, "content-md5")?)
}

/// An S3 ETag is the MD5 of the content if it looks like one and the object is not encrypted with
/// keys of its own.
fn etag(headers: &HeaderMap) -> Option<Digest> {
    let amazon =
        headers.contains_key("x-amz-request-id") || headers.contains_key("x-amzn-requestid");
    let encryption = text(headers, "x-amz-server-side-encryption");
    let own_keys = headers.contains_key("x-amz-server-side-encryption-customer-algorithm");
    if !amazon || own_keys || !matches!(encryption, None | Some("AES256")) {
        return None;
    }
    let hex = text(headers, "etag")?.trim_matches('"');
    if hex.len() != 32 {
        return None;
    }
    let byte = |i: usize| u8::from_str_radix(hex.get(i..i + 2)?, 16).ok();
    let value = (0..32).step_by(2).map(byte).collect::<Option<Vec<u8>>>()?;
    Some(Digest {
        algorithm: "md5".into(),
        value,
    })
}

/// Computes one checksum over the bytes that pass.
pub(crate) enum Hasher {
    /// CRC32C or CRC64NVME with its number of bytes.
    Crc(Box<crc_fast::Digest>, &'static str, usize),
    /// MD5.
    Md5(md5::Md5),
    /// SHA-256.
    Sha256(sha2::Sha256),
}

impl Hasher {
    /// The hasher for `algorithm`; None for a foreign name.
    pub(crate) fn new(algorithm: &str) -> Option<Self> {
        Some(match algorithm {
            "crc64nvme" => Self::Crc(Box::new(crc_fast::Digest::new(Crc64Nvme)), "crc64nvme", 8),
            "crc32c" => Self::Crc(Box::new(crc_fast::Digest::new(Crc32Iscsi)), "crc32c", 4),
            "md5" => Self::Md5(md5::Md5::new()),
            "sha-256" => Self::Sha256(sha2::Digest::new()),
            _ => return None,
        })
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc(digest, ..) => digest.update(bytes),
            Self::Md5(digest) => digest.update(bytes),
            Self::Sha256(digest) => sha2::Digest::update(digest, bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Self::Crc(digest, algorithm, size) => {
                let value = digest.finalize().to_be_bytes();
                Digest {
                    algorithm: algorithm.into(),
                    value: value.iter().skip(8 - size).copied().collect(),
                }
            }
            Self::Md5(digest) => Digest {
                algorithm: "md5".into(),
                value: digest.finalize().to_vec(),
            },
            Self::Sha256(digest) => Digest {
                algorithm: "sha-256".into(),
                value: sha2::Digest::finalize(digest).to_vec(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Announced, Hasher};
    use http::HeaderMap;

    fn of(algorithm: &str, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(algorithm).unwrap();
        bytes.chunks(3).for_each(|b| hasher.update(b));
        hasher.finish().value
    }

    // The check values of the CRC catalogue, and those of RFC 1321 and FIPS 180.
    #[test]
    fn known_values() {
        let text = b"123456789";
        assert_eq!(of("crc32c", text), 0xe306_9283_u32.to_be_bytes());
        assert_eq!(
            of("crc64nvme", text),
            0xae8b_1486_0a79_9888_u64.to_be_bytes()
        );
        assert_eq!(of("md5", b"")[..4], [0xd4, 0x1d, 0x8c, 0xd9]);
        assert_eq!(of("sha-256", b"abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> Announced {
        let map: HeaderMap = pairs
            .iter()
            .map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap()))
            .collect();
        Announced::from_headers(&map)
    }

    #[test]
    fn an_etag_counts_only_where_it_is_an_md5() {
        let md5 = ("etag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
        let s3 = ("x-amz-request-id", "1");
        assert!(headers(&[md5, s3]).digest().is_some());
        assert!(headers(&[md5]).digest().is_none());
        let kms = ("x-amz-server-side-encryption", "aws:kms");
        assert!(headers(&[md5, s3, kms]).digest().is_none());
        let parts = ("etag", "\"d41d8cd98f00b204e9800998ecf8427e-2\"");
        assert!(headers(&[parts, s3]).digest().is_none());
    }

    #[test]
    fn a_checksum_of_checksums_is_ignored() {
        let value = ("x-amz-checksum-crc32c", "4waSgw==");
        assert_eq!(headers(&[value]).digest().unwrap().algorithm, "crc32c");
        let composite = ("x-amz-checksum-type", "COMPOSITE");
        assert!(headers(&[value, composite]).digest().is_none());
        assert!(
            headers(&[("x-amz-checksum-sha256", "4waSgw==-3")])
                .digest()
                .is_none()
        );
    }
}
