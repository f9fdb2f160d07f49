//! From the errors of the store's library to ours.
//!
//! The library keeps the store's answer only as text, so the error code is taken out of that text.
//! Nothing else of the answer is passed on: it comes from outside and may repeat headers.

use std::error::Error as StdError;

use crate::error::{Error, Place};
use crate::transport::ConnectFailure;

/// Says what `error` means for the one who asked for `place`.
pub(crate) fn classify(error: object_store::Error, place: &Place) -> Error {
    let place = place.clone();
    if let Some(failure) = find::<ConnectFailure>(&error) {
        return Error::Unreachable {
            endpoint: place.endpoint,
            reason: failure.to_string(),
        };
    }
    let text = texts(&error);
    if let Some(known) = by_code(&text, &place) {
        return known;
    }
    match error {
        object_store::Error::NotFound { .. } => Error::NotFound(place),
        object_store::Error::AlreadyExists { .. } => Error::AlreadyExists(place),
        object_store::Error::Precondition { .. } => Error::Precondition(place),
        object_store::Error::PermissionDenied { .. } => Error::Denied { place, code: None },
        object_store::Error::Unauthenticated { .. } => {
            Error::WrongCredentials { place, code: None }
        }
        other => by_transport(&other, &text, place),
    }
}

/// The store's error code in the text of its answer: XML or JSON.
fn error_code(text: &str) -> Option<&str> {
    let xml = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    let json = || {
        let (_, rest) = text.split_once("\"error\"")?;
        rest.trim_start_matches([':', ' ', '"']).split_once('"')
    };
    let (code, _) = xml.or_else(json)?;
    let plausible = code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plausible && !code.is_empty()).then_some(code)
}

fn by_code(text: &str, place: &Place) -> Option<Error> {
    let place = place.clone();
    let found = error_code(text)?;
    let code = Some(found.to_owned());
    Some(match found {
        "NoSuchBucket" | "ContainerNotFound" | "ContainerBeingDeleted" | "ResourceNotFound" => {
            Error::NoBucket(place)
        }
        "NoSuchKey" | "BlobNotFound" => Error::NotFound(place),
        "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "AuthenticationFailed"
        | "InvalidToken"
        | "InvalidAuthenticationInfo"
        | "InvalidSecurity"
        | "NotSignedUp"
        | "invalid_grant"
        | "invalid_client"
        | "InvalidIdentityToken"
        | "InvalidClientTokenId" => Error::WrongCredentials { place, code },
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired" => {
            Error::ExpiredCredentials { place, code }
        }
        // The code also means a firewall's or a policy's refusal; only the text tells them apart.
        "AuthorizationFailure" if text.contains("failed to authenticate") => {
            Error::WrongCredentials { place, code }
        }
        "AccessDenied"
        | "AllAccessDisabled"
        | "AuthorizationFailure"
        | "AuthorizationPermissionMismatch"
        | "InsufficientAccountPermissions" => Error::Denied { place, code },
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException" => Error::WrongRegion {
            place,
            region: named_region(text),
        },
        "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "ServerBusy"
        | "TooManyRequests"
        | "RequestLimitExceeded" => Error::Throttled(place),
        "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "Md5Mismatch" => {
            Error::ChecksumMismatch {
                place,
                algorithm: "upload".into(),
            }
        }
        "RequestTimeTooSkewed" => Error::Other {
            place,
            reason: "the clock of this machine differs too much from the store's; set it".into(),
        },
        _ => return None,
    })
}

fn named_region(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<Region>")?;
    let (region, _) = rest.split_once("</Region>")?;
    is_region(region).then(|| region.to_owned())
}

/// Whether a store's word can be the name of a region. It is shown and signed with, and a store may
/// say anything there.
pub(crate) fn is_region(text: &str) -> bool {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=32).contains(&text.len()) && text.chars().all(known)
}

/// An unknown code for the message: words in letters. Anything else may be what the store was sent.
fn shown_code(text: &str) -> Option<&str> {
    error_code(text).filter(|code| {
        code.starts_with(|c: char| c.is_ascii_uppercase())
            && code.chars().all(|c| c.is_ascii_alphabetic())
    })
}

fn by_transport(error: &object_store::Error, text: &str, place: Place) -> Error {
    // A redirect without a target is how S3 answers for a bucket of another region.
    if text.contains("Received redirect") || text.contains("status code: 301") {
        return Error::WrongRegion {
            place,
            region: named_region(text),
        };
    }
    if text.contains("status code: 429") || text.contains("status code: 503") {
        return Error::Throttled(place);
    }
    if let Some((_, rest)) = text.split_once("non-2xx status code: ") {
        let status: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let code = shown_code(text).map(str::to_owned);
        // A proxy before the store, or a store that is spare of words.
        match status.as_str() {
            "401" => return Error::WrongCredentials { place, code },
            "403" => return Error::Denied { place, code },
            "404" => return Error::NotFound(place),
            _ => {}
        }
        let why = code.map_or_else(String::new, |c| format!(" ({c})"));
        let reason = format!("it answered with HTTP status {status}{why}");
        return match status.starts_with('5') {
            true => Error::Unavailable { place, reason },
            false => Error::Other { place, reason },
        };
    }
    if let Some(io) = find::<std::io::Error>(error) {
        // A full disk or a missing right of the file store; the library's text names our own paths.
        let reason = io.to_string();
        return match place.endpoint == crate::store::FILE_ENDPOINT {
            true => Error::Other { place, reason },
            false => Error::Unavailable { place, reason },
        };
    }
    if find::<object_store::client::HttpError>(error).is_some() {
        return Error::Unavailable {
            place,
            reason: "the connection broke".into(),
        };
    }
    Error::Other {
        place,
        reason: own_words(error),
    }
}

/// The library's own errors about arguments, which quote nothing but keys and settings.
fn own_words(error: &object_store::Error) -> String {
    match error {
        object_store::Error::InvalidPath { source } => format!("the key cannot be used: {source}"),
        object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => {
            "the store cannot do this".into()
        }
        _ => "the store's answer was not understood".into(),
    }
}

/// The first `T` in the chain of causes, looking into I/O errors too, which hide theirs.
pub(crate) fn find<'e, T: StdError + 'static>(
    error: &'e (dyn StdError + 'static),
) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(e) = next {
        if let Some(found) = e.downcast_ref::<T>() {
            return Some(found);
        }
        if let Some(inner) = e
            .downcast_ref::<std::io::Error>()
            .and_then(|io| io.get_ref())
            && let Some(found) = find::<T>(inner)
        {
            return Some(found);
        }
        next = e.source();
    }
    None
}

fn texts(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(e) = next {
        text.push_str(&e.to_string());
        text.push('\n');
        next = e.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{classify, error_code};
    use crate::error::{Error, Place};

    fn place() -> Place {
        Place {
            bucket: "b".into(),
            key: "k".into(),
            endpoint: "http://store".into(),
        }
    }

    fn answered(body: &str) -> Error {
        answered_with("400 Bad Request", body)
    }

    fn answered_with(status: &str, body: &str) -> Error {
        let source = format!("Server returned non-2xx status code: {status}: {body}").into();
        classify(
            object_store::Error::Generic {
                store: "S3",
                source,
            },
            &place(),
        )
    }

    #[test]
    fn codes_decide() {
        let xml = |code: &str| answered(&format!("<Error><Code>{code}</Code></Error>"));
        assert!(matches!(xml("NoSuchBucket"), Error::NoBucket(_)));
        assert!(matches!(
            xml("ExpiredToken"),
            Error::ExpiredCredentials { .. }
        ));
        assert!(matches!(xml("AccessDenied"), Error::Denied { .. }));
        assert!(matches!(
            xml("SignatureDoesNotMatch"),
            Error::WrongCredentials { .. }
        ));
        assert!(matches!(xml("SlowDown"), Error::Throttled(_)));
        assert!(matches!(xml("SomethingNew"), Error::Other { .. }));
        assert!(matches!(
            answered(r#"{"error":"invalid_grant"}"#),
            Error::WrongCredentials { .. }
        ));
    }

    #[test]
    fn without_a_code_the_status_decides() {
        let denied = answered_with("403 Forbidden", "<html>");
        assert!(matches!(denied, Error::Denied { code: None, .. }));
        let unknown = answered_with("401 Unauthorized", "");
        assert!(matches!(unknown, Error::WrongCredentials { .. }));
        assert!(matches!(
            answered_with("404 Not Found", ""),
            Error::NotFound(_)
        ));
        // The code is more exact.
        let expired = answered_with("403 Forbidden", "<Code>ExpiredToken</Code>");
        assert!(matches!(expired, Error::ExpiredCredentials { .. }));
    }

    #[test]
    fn the_region_is_named() {
        let error = answered(
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
        );
        assert!(error.to_string().contains("eu-west-1"), "{error}");
    }

    #[test]
    fn what_is_no_region_is_not_shown() {
        for odd in ["canarySECRET", "canary/5+=", ""] {
            let error = answered(&format!(
                "<Error><Code>AuthorizationHeaderMalformed</Code><Region>{odd}</Region></Error>"
            ));
            assert!(
                matches!(error, Error::WrongRegion { region: None, .. }),
                "{error:?}"
            );
        }
    }

    #[test]
    fn an_unknown_code_is_shown_if_it_is_words() {
        let error = |code| answered(&format!("<Error><Code>{code}</Code></Error>")).to_string();
        assert!(error("SomethingNew").contains("SomethingNew"));
        assert!(!error("canary4c1d").contains("canary"));
        assert!(!error("CANARY4C1D").contains("CANARY"));
    }

    #[test]
    fn an_answer_is_not_repeated() {
        let error = answered("<Error><Code>Odd</Code><Message>canary-5</Message></Error>");
        assert!(!format!("{error} {error:?}").contains("canary-5"));
        assert_eq!(error_code("<Code><b>canary</b></Code>"), None);
    }
}
