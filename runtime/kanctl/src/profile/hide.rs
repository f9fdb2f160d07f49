//! Texts of others without the credentials that they were sent.

use k8s_openapi::ByteString;

use super::secret::Keys;

/// Shorter values are no secrets, and would be found everywhere.
const SHORTEST: usize = 4;

impl Keys {
    /// `text` without the secret values, as they are and in the forms that JSON and Kubernetes give
    /// them.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut forms: Vec<String> = Vec::new();
        for value in self.hidden() {
            let base64 = serde_json::to_string(&ByteString(value.clone().into_bytes()));
            let json = serde_json::to_string(&value);
            let quoted = [base64, json].into_iter().flatten();
            forms.extend(quoted.map(|form| form.trim_matches('"').to_owned()));
            forms.push(value);
        }
        forms.retain(|form| form.len() >= SHORTEST);
        // The longest first: a shorter one may be part of it.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let mut text = text.to_owned();
        for form in forms {
            text = text.replace(&form, "…");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn in_every_form() {
        let keys = Keys::S3 {
            id: "id".into(),
            secret: "can\"ary".into(),
            role: String::new(),
        };
        let text = r#"refused: {"data":{"k":"Y2FuImFyeQ=="},"stringData":{"k":"can\"ary"}} (can"ary)"#;
        let hidden = keys.hide(text);
        assert_eq!(
            hidden,
            r#"refused: {"data":{"k":"…"},"stringData":{"k":"…"}} (…)"#
        );
    }

    #[test]
    fn lines_of_a_private_key() {
        let keys = Keys::Gcp {
            project: "p".into(),
            key: r#"{"private_key":"-----BEGIN KEY-----\nCANARY1\nCANARY2\n-----END KEY-----\n"}"#.into(),
        };
        let hidden = keys.hide("no base64 at CANARY2, after CANARY1");
        assert_eq!(hidden, "no base64 at …, after …");
    }
}
