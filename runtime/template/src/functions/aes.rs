//! `encryptAES` and `decryptAES`: AES-256 in CBC mode, the password cut or padded with zeros to the key, a random
//! initialisation vector in front, base 64 around.

use super::encoding::decode64;
use super::{Args, Function, Param, Rule};
use crate::context::Fail;
use aes::Aes256;
use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const TWO: &[Param] = &[Param::Str, Param::Str];
const BLOCK: usize = 16;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("encryptAES", TWO, Rule::Whole, |context, args| {
        let (password, plain) = (Args(args).str(0)?, Args(args).str(1)?);
        if plain.is_empty() {
            return context.text("");
        }
        let mut vector = [0; BLOCK];
        context.options.world.fill_random(&mut vector);
        context.charge(plain.len())?;
        let cipher = cbc::Encryptor::<Aes256>::new(&key(password.bytes()).into(), &vector.into());
        let hidden = cipher.encrypt_padded_vec_mut::<Pkcs7>(plain.bytes());
        context.text(STANDARD.encode([&vector[..], &hidden].concat()))
    }),
    Function::fixed("decryptAES", TWO, Rule::Whole, |context, args| {
        let (password, hidden) = (Args(args).str(0)?, Args(args).str(1)?);
        if hidden.is_empty() {
            return context.text("");
        }
        let bytes = decode64(hidden.bytes())
            .map_err(|at| Fail::new(format!("illegal base64 data at input byte {at}")))?;
        let (vector, body) = bytes.split_first_chunk::<BLOCK>().ok_or_else(|| {
            Fail::new(format!(
                "runtime error: slice bounds out of range [:{BLOCK}] with length {}",
                bytes.len()
            ))
        })?;
        let cipher = cbc::Decryptor::<Aes256>::new(&key(password.bytes()).into(), vector.into());
        let mut plain = cipher
            .decrypt_padded_vec_mut::<NoPadding>(body)
            .map_err(|_| Fail::new("crypto/cipher: input not full blocks"))?;
        // The last byte tells how many were added; a wrong password makes it anything.
        let added = plain.last().copied().map(usize::from);
        let kept = added.and_then(|added| plain.len().checked_sub(added));
        plain.truncate(kept.ok_or_else(|| Fail::new("runtime error: slice bounds out of range"))?);
        context.text(plain)
    }),
];

fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    for (slot, byte) in key.iter_mut().zip(password) {
        *slot = *byte;
    }
    key
}
