//! Text that must not be printed.

use secrecy::{ExposeSecret, SecretString};

/// A secret text: it has no `Display`, its `Debug` shows nothing of it, and its memory is wiped when
/// it is dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// True if there is no secret at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }

    /// The text itself, for the one place where it leaves for the store.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_nothing_of_it() {
        let secret = Secret::from("canary-7f3a");
        assert!(!format!("{secret:?} {secret:#?}").contains("canary"));
    }
}
