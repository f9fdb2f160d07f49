use super::*;

fn status(code: u16, reason: &str) -> Status {
    Status::failure("pods \"db\" is odd", reason).with_code(code)
}

#[test]
fn each_answer_of_a_server_has_its_case() {
    let of = |code, reason| KubeError::of_status(&status(code, reason), None);
    let text = "pods \"db\" is odd".to_owned();
    assert_eq!(of(404, "NotFound"), KubeError::NotFound(text.clone()));
    assert_eq!(of(409, "Conflict"), KubeError::Conflict(text.clone()));
    assert_eq!(
        of(409, "AlreadyExists"),
        KubeError::AlreadyExists(text.clone())
    );
    assert_eq!(of(403, "Forbidden"), KubeError::Forbidden(text.clone()));
    assert_eq!(of(422, "Invalid"), KubeError::Invalid(text.clone()));
    assert_eq!(of(400, "BadRequest"), KubeError::Invalid(text.clone()));
    assert_eq!(of(503, ""), KubeError::Unavailable(text));
    assert_eq!(of(429, ""), KubeError::Throttled(None));
}

#[test]
fn the_server_says_how_long_to_wait() {
    let after = Duration::from_secs(7);
    assert_eq!(
        KubeError::of_status(&status(429, ""), Some(after)),
        KubeError::Throttled(Some(after))
    );
    let mut detailed = status(429, "TooManyRequests");
    detailed.details = serde_json::from_value(serde_json::json!({"retryAfterSeconds": 3})).ok();
    assert_eq!(
        KubeError::of_status(&detailed, None),
        KubeError::Throttled(Some(Duration::from_secs(3)))
    );
    assert_eq!(
        wit::Error::from(KubeError::Throttled(Some(after))),
        wit::Error::Throttled(Some(7000))
    );
}

#[test]
fn a_long_or_dirty_message_is_cut_and_cleaned() {
    let message = brief(&format!("a\u{1b}[31m\nb{}", "x".repeat(10_000)));
    assert!(message.starts_with("a [31m b"));
    assert!(message.len() < LONGEST_MESSAGE + 8);
}
