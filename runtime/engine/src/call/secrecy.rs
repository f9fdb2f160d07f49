//! Secrets on their way into a call and out of it.

use kanister_host::gate::Reveal;
use kanister_host::secret::{NoRandomness, SecretBytes, Vault};
use kanister_template::RenderedArguments;
use serde_json::{Map, Value};

/// The arguments with a token in the place of each secret.
pub(crate) fn tokens(
    rendered: &RenderedArguments,
    vault: &Vault,
) -> Result<Map<String, Value>, NoRandomness> {
    let mut failed = None;
    let args = rendered.redact(
        |secret| match vault.deposit(SecretBytes::new(secret.to_vec())) {
            Ok(token) => token.as_str().to_owned(),
            Err(error) => {
                failed = Some(error);
                String::new()
            }
        },
    );
    match (failed, args) {
        (Some(error), _) => Err(error),
        (None, Value::Object(args)) => Ok(args),
        (None, _) => Ok(Map::new()),
    }
}

/// The outputs of a function with the bytes behind each token: what a Blueprint has its function
/// return is its author's act, and is recorded as upstream records it.
pub(crate) fn revealed(output: Map<String, Value>, vault: &Vault) -> Map<String, Value> {
    if vault.is_empty() {
        return output;
    }
    output
        .into_iter()
        .map(|(name, value)| (name, reveal(value, vault)))
        .collect()
}

fn reveal(value: Value, vault: &Vault) -> Value {
    match value {
        Value::String(text) => Value::String(vault.reveal_text(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(|item| reveal(item, vault)).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, item)| (key, reveal(item, vault)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_neither_secrets_nor_tokens() {
        let vault = Vault::new();
        let token = vault
            .deposit(SecretBytes::from("canary-42".to_owned()))
            .unwrap();
        let message = format!("a {token} b canary-42 c");
        assert_eq!(vault.mask_text(message), "a ****** b ****** c");
    }

    #[test]
    fn outputs_are_what_the_author_printed() {
        let vault = Vault::new();
        let token = vault.deposit(SecretBytes::from("open".to_owned())).unwrap();
        let output = Map::from_iter([(
            "a".to_owned(),
            serde_json::json!([{"b": format!("x{token}")}, 1]),
        )]);
        let revealed = revealed(output, &vault);
        assert_eq!(
            Value::Object(revealed),
            serde_json::json!({"a": [{"b": "xopen"}, 1]})
        );
    }
}
