//! The argument `artifact`: what may be deleted.

use kanister_sdk::prelude::*;

/// The path below the Profile's prefix, cleaned as users know it: without the bucket in
/// front, empty elements and slashes at the ends. It is never empty and never leaves the
/// prefix.
pub fn path(artifact: &str, params: &Value) -> Result<String, Invalid> {
    let invalid = |message: &str| Err(Invalid::new("artifact", message));
    let Some(location) = params.pointer("/Profile/Location") else {
        return Err(Invalid::new(
            "",
            "Profile must be non-nil: the action names no Profile, whose store this would be",
        ));
    };
    let text = |name: &str| -> Option<&str> {
        // Upstream writes these names in lower case where a Profile is JSON.
        let mut fields = location.as_object()?.iter();
        let (_, value) = fields.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.as_str()
    };
    if text("type") == Some("kopia") {
        return Err(Invalid::new("", "Unsupported Location type: kopia"));
    }
    let mut elements: Vec<&str> = artifact
        .split('/')
        .filter(|element| !matches!(*element, "" | "."))
        .collect();
    if elements.contains(&"..") {
        return invalid("a path with .. may leave the Profile's prefix; write it without");
    }
    if elements
        .first()
        .is_some_and(|first| text("bucket") == Some(*first))
    {
        elements.remove(0);
    }
    if elements.is_empty() {
        return invalid(
            "it names the whole bucket or prefix, which is never emptied; name a path below it",
        );
    }
    Ok(elements.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(artifact: &str) -> Result<String, String> {
        let params = json!({"Profile": {"Location": {"type": "s3Compliant", "bucket": "data"}}});
        path(artifact, &params).map_err(|Invalid(errors)| errors[0].message.clone())
    }

    #[test]
    fn the_bucket_in_front_and_spare_slashes_do_not_count() {
        for artifact in [
            "app/one",
            "app/one/",
            "/app/one",
            "app//./one",
            "data/app/one",
            "/data/app/one/",
        ] {
            assert_eq!(read(artifact), Ok("app/one".to_owned()), "{artifact}");
        }
        // Only a whole element is the bucket, and only the first.
        assert_eq!(read("database/x"), Ok("database/x".to_owned()));
        assert_eq!(read("data/data/x"), Ok("data/x".to_owned()));
    }

    #[test]
    fn a_whole_bucket_is_never_named() {
        for artifact in ["", "/", ".", "data", "data/", "/data//", "app/../.."] {
            assert!(read(artifact).is_err(), "{artifact}");
        }
    }

    #[test]
    fn what_is_no_object_store_is_refused_in_the_words_users_know() {
        let params = json!({"Profile": {"Location": {"Type": "kopia"}}});
        let Invalid(errors) = path("x", &params).unwrap_err();
        assert_eq!(errors[0].message, "Unsupported Location type: kopia");
    }
}
