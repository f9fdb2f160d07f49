//! Checksums.

use super::{Args, Function, Param, Rule};
use sha1::Sha1;
use sha2::{Digest, Sha256};

const STR: &[Param] = &[Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("sha1sum", STR, Rule::Whole, |context, args| {
        context.text(hex(&Sha1::digest(Args(args).str(0)?.bytes())))
    }),
    Function::fixed("sha256sum", STR, Rule::Whole, |context, args| {
        context.text(hex(&Sha256::digest(Args(args).str(0)?.bytes())))
    }),
    Function::fixed("adler32sum", STR, Rule::Whole, |context, args| {
        context.text(adler32(Args(args).str(0)?.bytes()).to_string())
    }),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 1950, section 9.
fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1u32, 0u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % PRIME;
        (low, (high + low) % PRIME)
    });
    high << 16 | low
}
