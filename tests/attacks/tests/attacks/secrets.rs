//! Attacks on secrets.

use crate::world::{CANARY, attack};
use kanister_host::gate::Reveal;
use kanister_host::secret::{MASK, Vault};
use serde_json::Value;

/// A call whose argument holds a secret, as an engine hands it over: a token.
fn vault() -> (Vault, String) {
    let vault = Vault::new();
    let token = vault.deposit(CANARY.to_owned().into()).unwrap();
    let argument = format!("mysql -p{token} --user root");
    (vault, argument)
}

#[tokio::test]
async fn a_guest_that_prints_returns_and_reports_its_arguments_reveals_tokens() {
    let (vault, argument) = vault();
    let case = attack("leak")
        .with("value", argument)
        .services(|services| services.vault = vault.clone());
    let end = case.run().await;
    let output = Value::Object(end.outcome.unwrap()).to_string();
    assert!(
        output.contains("KST_") && !output.contains(CANARY),
        "{output}"
    );
    let heard = case.heard.text();
    assert!(heard.contains(MASK) && !heard.contains(CANARY), "{heard}");
    // The test would not notice a token that stands for something else.
    assert!(vault.reveal_text(&output).contains(CANARY));
}

#[tokio::test]
async fn a_guest_that_fails_with_its_arguments_reveals_tokens() {
    let (vault, argument) = vault();
    let case = attack("fail")
        .with("value", argument)
        .services(|services| services.vault = vault);
    let error = case.error().await;
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(CANARY), "{text}");
        assert!(text.contains("KST_"), "{text}");
    }
}

#[tokio::test]
async fn to_see_the_bytes_takes_a_grant_of_its_own() {
    let (vault, argument) = vault();
    let case = attack("reveal")
        .with("value", argument.clone())
        .granting("    secrets:\n    - {slot: token, use: [inject]}\n")
        .services(|services| services.vault = vault.clone());
    let output = case.output().await.to_string();
    assert!(output.contains("Denied"), "{output}");
    assert!(!output.contains(CANARY));
    assert!(case.heard.text().contains("reveal slot"));
}

#[tokio::test]
async fn a_slot_is_used_without_being_seen() {
    let inject = attack("slot")
        .with("value", "token")
        .granting("    secrets:\n    - {slot: token, use: [inject]}\n");
    let output = inject.output().await;
    assert!(output["token"].as_str().unwrap().starts_with("KST_"));
    assert!(output["revealed"].as_str().unwrap().contains("Denied"));
    assert!(!output.to_string().contains(CANARY));

    let reveal = attack("slot")
        .with("value", "token")
        .granting("    secrets:\n    - {slot: token, use: [inject, reveal]}\n");
    assert_eq!(reveal.output().await["revealed"], CANARY);

    let none = attack("slot").with("value", "token");
    let output = none.output().await.to_string();
    assert!(
        output.contains("Denied") && output.contains("secrets"),
        "{output}"
    );

    // A slot that the author's manifest does not name, whatever the grant says.
    let foreign = attack("slot")
        .with("value", "other")
        .granting("    secrets:\n    - {slot: other, use: [inject, reveal]}\n");
    let output = foreign.output().await.to_string();
    assert!(
        output.contains("Denied") && !output.contains(CANARY),
        "{output}"
    );
}
