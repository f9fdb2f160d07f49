//! The tokens of one call.

use super::SecretBytes;
use crate::gate::Reveal;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use zeroize::Zeroizing;

/// What every token begins with: unlikely in any text, and plain enough to survive
/// quoting in a shell, a URL or JSON.
const PREFIX: &str = "KST_";

/// Hexadecimal digits after the prefix: 128 bits that no guest can guess.
const DIGITS: usize = 32;

/// A text that stands for a secret within one call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    /// The text, for a guest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The operating system gave no randomness, so no token can be made.
#[derive(Debug, thiserror::Error)]
#[error("no randomness for the token of a secret: {0}")]
pub struct NoRandomness(getrandom::Error);

/// What people see in the place of a secret.
pub const MASK: &str = "******";

#[derive(Default)]
struct Entries {
    by_token: HashMap<String, SecretBytes>,
    /// Longest first, so that a secret within another one does not hide it.
    by_length: Vec<Known>,
}

/// A secret, with what is looked for in texts.
struct Known {
    secret: SecretBytes,
    token: String,
    /// The ways in which the whole of it is written.
    forms: Vec<Zeroizing<String>>,
    /// Its lines, if it has several: logs show one at a time.
    lines: Vec<Zeroizing<String>>,
}

/// What the tokens of one call stand for. Clones share it.
#[derive(Clone, Default)]
pub struct Vault(Arc<RwLock<Entries>>);

impl Vault {
    /// A vault with no secret in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The token for a secret; the same one for the same bytes.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn deposit(&self, secret: SecretBytes) -> Result<Token, NoRandomness> {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = entries.by_length.iter().find(|it| it.secret == secret) {
            return Ok(Token(known.token.clone()));
        }
        let mut random = [0; DIGITS / 2];
        getrandom::fill(&mut random).map_err(NoRandomness)?;
        let mut token = PREFIX.to_owned();
        for byte in random {
            token.push_str(&format!("{byte:02x}"));
        }
        let longer = |known: &Known| known.secret.len() >= secret.len();
        let place = entries.by_length.partition_point(longer);
        let known = Known {
            secret: secret.clone(),
            token: token.clone(),
            forms: forms(&secret),
            lines: lines(&secret),
        };
        entries.by_length.insert(place, known);
        entries.by_token.insert(token.clone(), secret);
        Ok(Token(token))
    }

    /// The bytes behind a token of this call.
    #[must_use]
    pub fn bytes(&self, token: &str) -> Option<SecretBytes> {
        self.read().by_token.get(token).cloned()
    }

    /// The text with every secret and every token of this call replaced by [`MASK`], for people.
    /// Secrets shorter than four bytes are left, and lines of longer ones shorter than twelve: they
    /// occur in any text by chance.
    #[must_use]
    pub fn mask_text(&self, text: String) -> String {
        let entries = self.read();
        let mut masked = text;
        for known in &entries.by_length {
            for found in known.forms.iter().chain(&known.lines) {
                if masked.contains(found.as_str()) {
                    masked = masked.replace(found.as_str(), MASK);
                }
            }
        }
        // No token is a part of another one.
        if masked.contains(PREFIX) {
            for token in entries.by_token.keys() {
                masked = masked.replace(token.as_str(), MASK);
            }
        }
        masked
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reveal for Vault {
    fn is_empty(&self) -> bool {
        self.read().by_token.is_empty()
    }

    /// Secrets that are no UTF-8 stay tokens, since a text cannot hold them.
    fn reveal_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains(PREFIX) {
            return Cow::Borrowed(text);
        }
        let entries = self.read();
        let mut revealed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(PREFIX) {
            let (before, from_token) = rest.split_at(at);
            revealed.push_str(before);
            let secret = from_token
                .get(..PREFIX.len() + DIGITS)
                .and_then(|token| Some((token.len(), entries.by_token.get(token)?)))
                .and_then(|(len, secret)| Some((len, std::str::from_utf8(secret.expose()).ok()?)));
            let (taken, text) = secret.unwrap_or((PREFIX.len(), PREFIX));
            revealed.push_str(text);
            rest = from_token.get(taken..).unwrap_or_default();
        }
        revealed.push_str(rest);
        Cow::Owned(revealed)
    }

    /// Secrets shorter than four bytes are left: they occur in any text by chance.
    fn conceal_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let entries = self.read();
        let mut concealed = Cow::Borrowed(text);
        for known in &entries.by_length {
            for form in &known.forms {
                if concealed.contains(form.as_str()) {
                    concealed = Cow::Owned(concealed.replace(form.as_str(), &known.token));
                }
            }
        }
        concealed
    }
}

const SHORTEST_CONCEALED: usize = 4;

/// Shorter lines, such as `}`, tell nothing of their secret.
const SHORTEST_LINE: usize = 12;

/// The ways in which a secret stands in what Kubernetes answers: as it is, in base64 (the
/// `data` of a Secret), and in JSON's escapes.
fn forms(secret: &SecretBytes) -> Vec<Zeroizing<String>> {
    use base64::Engine as _;
    let mut forms = Vec::new();
    if secret.len() < SHORTEST_CONCEALED {
        return forms;
    }
    if let Ok(text) = std::str::from_utf8(secret.expose()) {
        forms.push(Zeroizing::new(text.to_owned()));
        if let Ok(json) = serde_json::to_string(text) {
            let json = Zeroizing::new(json);
            let inner = json
                .get(1..json.len().saturating_sub(1))
                .unwrap_or_default();
            if inner != text {
                forms.push(Zeroizing::new(inner.to_owned()));
            }
        }
    }
    forms.push(Zeroizing::new(
        base64::engine::general_purpose::STANDARD.encode(secret.expose()),
    ));
    forms
}

/// The lines of a secret that has several, such as a key in PEM.
fn lines(secret: &SecretBytes) -> Vec<Zeroizing<String>> {
    let text = std::str::from_utf8(secret.expose()).unwrap_or_default();
    if !text.trim_end().contains('\n') {
        return Vec::new();
    }
    text.lines()
        .map(str::trim)
        .filter(|line| line.len() >= SHORTEST_LINE)
        .map(|line| Zeroizing::new(line.to_owned()))
        .collect()
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} secrets)", self.read().by_token.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vault(secrets: &[&str]) -> (Vault, Vec<Token>) {
        let vault = Vault::new();
        let tokens = secrets
            .iter()
            .map(|secret| vault.deposit((*secret).to_owned().into()).unwrap())
            .collect();
        (vault, tokens)
    }

    #[test]
    fn the_same_bytes_have_one_token() {
        let (_, tokens) = vault(&["s3cret", "s3cret", "other"]);
        assert_eq!(tokens[0], tokens[1]);
        assert_ne!(tokens[0], tokens[2]);
    }

    #[test]
    fn a_token_of_another_call_means_nothing() {
        let (_, theirs) = vault(&["theirs"]);
        let (ours, _) = vault(&["ours"]);
        let text = format!("x {} y", theirs[0]);
        assert_eq!(ours.reveal_text(&text), text);
    }

    #[test]
    fn what_comes_back_in_base64_or_json_is_concealed() {
        let (vault, tokens) = vault(&["pa\"ss\nword"]);
        let answer = r#"{"a":"pa\"ss\nword","b":"cGEic3MKd29yZA=="}"#;
        let concealed = vault.conceal_text(answer);
        assert_eq!(concealed, format!(r#"{{"a":"{0}","b":"{0}"}}"#, tokens[0]));
    }

    #[test]
    fn a_secret_within_a_secret_does_not_hide_the_longer_one() {
        let (vault, _) = vault(&["pass", "password"]);
        assert!(!vault.conceal_text("the password").contains("word"));
    }

    #[test]
    fn people_see_neither_secrets_nor_tokens_nor_a_line_of_a_key() {
        let key = "-----BEGIN KEY-----\n{\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----\n";
        let (vault, tokens) = vault(&["s3cret", key]);
        let mask = |text: &str| vault.mask_text(text.to_owned());
        assert_eq!(mask(&format!("a s3cret {}", tokens[1])), "a ****** ******");
        assert_eq!(mask("  MIIEvQIBADANBgkqhkiG,"), "  ******,");
        assert_eq!(mask(key), MASK);
        assert_eq!(mask("{ KST_ }"), "{ KST_ }");
    }

    proptest! {
        #[test]
        fn conceal_and_reveal_undo_each_other(
            secret in "[a-z]{6,20}", before in "[A-Z ]{0,10}", after in "[A-Z ]{0,10}",
        ) {
            let (vault, tokens) = vault(&[&secret]);
            let open = format!("{before}{secret}{after}");
            let concealed = vault.conceal_text(&open).into_owned();
            prop_assert!(!concealed.contains(&secret));
            prop_assert!(concealed.contains(tokens[0].as_str()));
            prop_assert_eq!(vault.reveal_text(&concealed).into_owned(), open);
        }

        #[test]
        fn any_text_can_be_revealed(text in ".*") {
            let (vault, tokens) = vault(&["secret"]);
            let _ = vault.reveal_text(&text);
            let cut = format!("{text}{}", &tokens[0].as_str()[..10]);
            prop_assert!(!vault.reveal_text(&cut).contains("secret") || text.contains("secret"));
        }
    }
}
