//! What this tool was given and never shows, not even where others repeat it: API servers, their
//! webhooks and proxies may quote what they refuse.

use std::sync::{Mutex, PoisonError};

use k8s_openapi::ByteString;

/// Shorter values are no secrets, and would be found everywhere.
const SHORTEST: usize = 4;

/// The forms of all secrets, the longest first: a shorter one may be part of it.
static FORMS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on `secret` is taken out of what is printed, as it is and in the forms that JSON and
/// Kubernetes give it.
pub(crate) fn remember(secret: &str) {
    let mut all = FORMS.lock().unwrap_or_else(PoisonError::into_inner);
    all.extend(forms(secret));
    all.sort_by_key(|form| std::cmp::Reverse(form.len()));
}

/// `text` without what is remembered.
pub(crate) fn hide(text: &str) -> String {
    let all = FORMS.lock().unwrap_or_else(PoisonError::into_inner);
    without(text, &all)
}

fn forms(secret: &str) -> Vec<String> {
    let base64 = serde_json::to_string(&ByteString(secret.as_bytes().to_vec()));
    let json = serde_json::to_string(secret);
    let quoted = [base64, json].into_iter().flatten();
    let mut forms: Vec<String> = quoted
        .map(|form| form.trim_matches('"').to_owned())
        .collect();
    forms.push(secret.to_owned());
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

fn without(text: &str, forms: &[String]) -> String {
    forms
        .iter()
        .fold(text.to_owned(), |text, form| text.replace(form, "…"))
}

#[cfg(test)]
mod tests {
    use super::{forms, without};

    #[test]
    fn in_every_form() {
        let text =
            r#"refused: {"data":{"k":"Y2FuImFyeQ=="},"stringData":{"k":"can\"ary"}} (can"ary)"#;
        let hidden = without(text, &forms("can\"ary"));
        assert_eq!(
            hidden,
            r#"refused: {"data":{"k":"…"},"stringData":{"k":"…"}} (…)"#
        );
    }

    #[test]
    fn what_is_empty_or_short_stays() {
        assert_eq!(without("an example", &forms("")), "an example");
        assert_eq!(without("an example", &forms("a")), "an example");
    }
}
