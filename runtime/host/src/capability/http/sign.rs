//! Credentials of requests: the host puts them in, the guest names a slot.

use crate::bindings::kanister::http::client as wit;
use crate::secret::SecretBytes;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use std::time::SystemTime;

/// What the slot of an AWS credential holds, as JSON: the keys that the Secrets of AWS
/// credentials have.
#[derive(Deserialize)]
struct AwsCredential {
    aws_access_key_id: String,
    aws_secret_access_key: String,
    #[serde(default)]
    aws_session_token: Option<String>,
}

/// The slot that a request's credential is in.
pub(super) fn slot(auth: &wit::Auth) -> &str {
    match auth {
        wit::Auth::AwsSigv4(wit::Sigv4 { slot, .. })
        | wit::Auth::Bearer(slot)
        | wit::Auth::Basic(slot) => slot,
    }
}

/// Puts the credential into a request that is complete otherwise.
pub(super) fn authorise(
    request: &mut reqwest::Request,
    auth: &wit::Auth,
    secret: &SecretBytes,
    now: SystemTime,
) -> Result<(), wit::Error> {
    match auth {
        wit::Auth::Bearer(slot) => header(request, slot, b"Bearer ", secret.expose()),
        wit::Auth::Basic(slot) => {
            let encoded = base64::engine::general_purpose::STANDARD.encode(secret.expose());
            header(request, slot, b"Basic ", encoded.as_bytes())
        }
        wit::Auth::AwsSigv4(about) => sigv4(request, about, secret, now),
    }
}

fn header(
    request: &mut reqwest::Request,
    slot: &str,
    scheme: &[u8],
    secret: &[u8],
) -> Result<(), wit::Error> {
    let trimmed = secret.trim_ascii_end();
    let mut value = HeaderValue::from_bytes(&[scheme, trimmed].concat()).map_err(|_| {
        wit::Error::Invalid(format!(
            "the secret of slot {slot} has characters that no header can hold"
        ))
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

fn sigv4(
    request: &mut reqwest::Request,
    about: &wit::Sigv4,
    secret: &SecretBytes,
    now: SystemTime,
) -> Result<(), wit::Error> {
    let wit::Sigv4 {
        slot,
        service,
        region,
    } = about;
    // serde_json's error would quote the text, and the text is secret.
    let credential: AwsCredential = serde_json::from_slice(secret.expose()).map_err(|_| {
        wit::Error::Invalid(format!(
            "the secret of slot {slot} is no AWS credential; it is JSON with aws_access_key_id, \
             aws_secret_access_key and, if temporary, aws_session_token"
        ))
    })?;
    let identity = Credentials::new(
        credential.aws_access_key_id,
        credential.aws_secret_access_key,
        credential.aws_session_token,
        None,
        "slot",
    )
    .into();
    let failed = || wit::Error::Invalid("the request cannot be signed".to_owned());
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| failed())?;
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = value.to_str().map_err(|_| failed())?;
            Ok((name.to_string(), value.to_owned()))
        })
        .collect::<Result<_, wit::Error>>()?;
    let body = request
        .body()
        .and_then(reqwest::Body::as_bytes)
        .unwrap_or_default();
    let signable = SignableRequest::new(
        request.method().as_str(),
        request.url().as_str(),
        headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
        SignableBody::Bytes(body),
    )
    .map_err(|_| failed())?;
    let (instructions, _) = sign(signable, &params.into())
        .map_err(|_| failed())?
        .into_parts();
    let (signed, _) = instructions.into_parts();
    for signed in signed {
        let mut value = HeaderValue::from_str(signed.value()).map_err(|_| failed())?;
        value.set_sensitive(true);
        request.headers_mut().insert(signed.name(), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn request() -> reqwest::Request {
        let url = "https://rds.eu-central-1.amazonaws.com/?Action=DescribeDBInstances";
        reqwest::Request::new(reqwest::Method::GET, url.parse().unwrap())
    }

    fn header_of(request: &reqwest::Request, name: &str) -> String {
        let value = request.headers().get(name).unwrap();
        assert!(value.is_sensitive());
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn bearer_and_basic() {
        let mut signed = request();
        let secret = SecretBytes::from("t0ken\n".to_owned());
        let auth = wit::Auth::Bearer("api".to_owned());
        authorise(&mut signed, &auth, &secret, SystemTime::now()).unwrap();
        assert_eq!(header_of(&signed, "authorization"), "Bearer t0ken");

        let secret = SecretBytes::from("user:pass".to_owned());
        let auth = wit::Auth::Basic("api".to_owned());
        authorise(&mut signed, &auth, &secret, SystemTime::now()).unwrap();
        assert_eq!(header_of(&signed, "authorization"), "Basic dXNlcjpwYXNz");
    }

    #[test]
    fn aws_signature_version_4() {
        let secret = r#"{"aws_access_key_id":"AKIDEXAMPLE","aws_secret_access_key":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}"#;
        let auth = wit::Auth::AwsSigv4(wit::Sigv4 {
            slot: "aws".to_owned(),
            service: "rds".to_owned(),
            region: "eu-central-1".to_owned(),
        });
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        let mut signed = request();
        authorise(&mut signed, &auth, &secret.to_owned().into(), now).unwrap();
        let value = header_of(&signed, "authorization");
        let scope = "Credential=AKIDEXAMPLE/20150830/eu-central-1/rds/aws4_request";
        assert!(
            value.starts_with("AWS4-HMAC-SHA256 ") && value.contains(scope),
            "{value}"
        );
        assert_eq!(header_of(&signed, "x-amz-date"), "20150830T123600Z");
        assert!(!value.contains("wJalr"));
    }

    #[test]
    fn a_secret_that_is_no_credential_is_not_shown() {
        let auth = wit::Auth::AwsSigv4(wit::Sigv4 {
            slot: "aws".to_owned(),
            service: "rds".to_owned(),
            region: "eu-central-1".to_owned(),
        });
        let secret = SecretBytes::from("canary".to_owned());
        let error = authorise(&mut request(), &auth, &secret, SystemTime::now()).unwrap_err();
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}
