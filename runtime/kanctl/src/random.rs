//! Endings of names.

use crate::error::Error;

/// Letters and digits that cannot make words, as Kubernetes itself uses for generated names.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// `length` random characters that names may hold.
///
/// # Errors
/// The system has no random numbers.
pub(crate) fn suffix(length: usize) -> Result<String, Error> {
    let mut out = String::new();
    while out.len() < length {
        let mut byte = [0];
        getrandom::fill(&mut byte).map_err(Error::Random)?;
        // Larger ones are left out, so that all characters are as likely.
        let character = ALPHABET.get(usize::from(byte[0] & 31));
        out.extend(character.map(|c| char::from(*c)));
    }
    Ok(out)
}
