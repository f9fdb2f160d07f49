//! Words of a command line in messages: what may hold a credential is not repeated.

use std::ffi::OsStr;

/// A word of the command line for a message. What may be a whole Profile is not shown.
pub(crate) fn shown(word: &str) -> String {
    match word.len() > 64 || word.contains(['{', '"']) {
        true => "…".into(),
        false => word.into(),
    }
}

/// The longest name that a file may have.
const LONGEST_NAME: usize = 255;

/// A path of the command line for a message. What can only be a mistake is not shown: given in place
/// of the name of its file, the JSON of a Profile or of a key holds credentials.
#[must_use]
pub fn shown_path(path: impl AsRef<OsStr>) -> String {
    let text = path.as_ref().to_string_lossy();
    let is_content = text.contains(['{', '"', '\n', '\r'])
        || text.split('/').any(|name| name.len() > LONGEST_NAME);
    match is_content {
        true => "a text that is no path (it is not repeated; give the name of a file)".into(),
        false => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown_path;

    #[test]
    fn a_path_is_shown_and_a_content_is_not() {
        assert_eq!(shown_path("/a b/käse.json"), "/a b/käse.json");
        for content in [
            r#"{"Secret":"canary"}"#,
            "canary\nkey",
            &"canary".repeat(50),
        ] {
            assert!(!shown_path(content).contains("canary"), "{content}");
        }
    }
}
