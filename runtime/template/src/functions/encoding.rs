//! Base 64 and base 32. Decoding what is not encoded gives the error as text, as upstream's library does.

use super::{Args, Function, Param, Rule};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const STR: &[Param] = &[Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("b64enc", STR, Rule::Whole, |context, args| {
        let text = Args(args).str(0)?;
        context.text(STANDARD.encode(text.bytes()))
    }),
    Function::fixed("b64dec", STR, Rule::Whole, |context, args| {
        let decoded = decode64(Args(args).str(0)?.bytes());
        context.text(decoded.unwrap_or_else(|at| illegal(64, at)))
    }),
    Function::fixed("b32enc", STR, Rule::Whole, |context, args| {
        let encoded = encode32(Args(args).str(0)?.bytes());
        context.text(encoded)
    }),
    Function::fixed("b32dec", STR, Rule::Whole, |context, args| {
        let decoded = decode32(Args(args).str(0)?.bytes());
        context.text(decoded.unwrap_or_else(|at| illegal(32, at)))
    }),
];

fn illegal(base: u32, at: usize) -> Vec<u8> {
    format!("illegal base{base} data at input byte {at}").into_bytes()
}

fn digit64(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Decodes as Go does: line breaks are skipped, and an error names the position that Go names.
pub(super) fn decode64(input: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(input.len() / 4 * 3);
    let mut solid = input
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'));
    loop {
        let mut bits = 0;
        let mut count = 0;
        let mut padding = false;
        while count < 4 {
            let Some((at, byte)) = solid.next() else {
                // A quantum cut short: Go points behind its digits.
                return if count == 0 {
                    Ok(out)
                } else {
                    Err(input.len() - count)
                };
            };
            match digit64(byte) {
                Some(digit) => bits = bits << 6 | digit,
                None if byte == b'=' && count >= 2 => {
                    padding = true;
                    break;
                }
                None => return Err(at),
            }
            count += 1;
        }
        if !padding {
            out.extend_from_slice(bits.to_be_bytes().get(1..).unwrap_or_default());
            continue;
        }
        if count == 2 {
            match solid.next() {
                Some((_, b'=')) => {}
                // Go names the byte before.
                Some((at, _)) => return Err(at - 1),
                None => return Err(input.len()),
            }
        }
        if let Some((after, _)) = solid.next() {
            return Err(after);
        }
        bits <<= 6 * (4 - count);
        out.extend_from_slice(bits.to_be_bytes().get(1..count).unwrap_or_default());
        return Ok(out);
    }
}

const ALPHABET32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn encode32(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len().div_ceil(5) * 8);
    for chunk in input.chunks(5) {
        let bits = chunk
            .iter()
            .chain([0; 5].iter())
            .take(5)
            .fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits = (chunk.len() * 8).div_ceil(5);
        for i in 0..8 {
            let digit = (bits >> (35 - 5 * i)) & 31;
            let letter = ALPHABET32.get(digit as usize).copied().unwrap_or(b'=');
            out.push(if i < digits { letter } else { b'=' });
        }
    }
    out
}

fn digit32(byte: u8) -> Option<u64> {
    ALPHABET32
        .iter()
        .position(|letter| *letter == byte)
        .map(|digit| digit as u64)
}

fn decode32(input: &[u8]) -> Result<Vec<u8>, usize> {
    let input: Vec<u8> = input
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    let mut out = Vec::with_capacity(input.len() / 8 * 5);
    let mut at = 0;
    while at < input.len() {
        let mut bits = 0u64;
        let mut digits = 0;
        while digits < 8 {
            let Some(byte) = input.get(at) else {
                return Err(input.len() - digits);
            };
            at += 1;
            let left = input.get(at..).unwrap_or_default();
            if *byte == b'=' && digits >= 2 && left.len() < 8 {
                check_padding(left, digits, at, input.len())?;
                at = input.len();
                break;
            }
            bits = bits << 5 | digit32(*byte).ok_or(at - 1)?;
            digits += 1;
        }
        bits <<= 5 * (8 - digits);
        out.extend_from_slice(
            bits.to_be_bytes()
                .get(3..3 + digits * 5 / 8)
                .unwrap_or_default(),
        );
    }
    Ok(out)
}

/// Checks what follows the first padding byte; `at` is behind that byte.
fn check_padding(left: &[u8], digits: usize, at: usize, length: usize) -> Result<(), usize> {
    let wanted = 7 - digits;
    if left.len() < wanted {
        return Err(length);
    }
    if let Some(odd) = left.iter().take(wanted).position(|byte| *byte != b'=') {
        return Err(at + odd - 1);
    }
    // These numbers of digits make no whole byte.
    if matches!(digits, 3 | 6) {
        Err(at - 1)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_can_be_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            prop_assert_eq!(decode32(&encode32(&bytes)), Ok(bytes.clone()));
            prop_assert_eq!(decode64(STANDARD.encode(&bytes).as_bytes()), Ok(bytes));
        }
    }
}
