//! Roles of AWS: temporary credentials from the Security Token Service (`AssumeRole`, API version
//! 2011-06-15).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use object_store::CredentialProvider;
use object_store::aws::{AwsAuthorizer, AwsCredential, AwsCredentialProvider};
use object_store::client::HttpClient;
use serde::Deserialize;
use tokio::sync::Mutex;

/// How long before their end credentials are renewed.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// Assumes a role and renews its credentials.
#[derive(Debug)]
pub(super) struct AssumeRole {
    base: AwsCredentialProvider,
    role: String,
    region: String,
    url: String,
    client: HttpClient,
    current: Mutex<Option<(Arc<AwsCredential>, Timestamp)>>,
}

/// Why a role was not assumed. The text holds the error code that [`crate::classify`] looks for.
#[derive(Debug, thiserror::Error)]
enum RoleError {
    #[error("the role was not assumed: non-2xx status code: {status}: <Code>{code}</Code>")]
    Refused { status: u16, code: String },
    #[error("the role was not assumed: the answer was not understood")]
    Answer,
    #[error("the role was not assumed")]
    Http(#[from] object_store::client::HttpError),
    #[error("the request for the role could not be made")]
    Request(#[from] http::Error),
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "AssumeRoleResult")]
    result: AnswerResult,
}

#[derive(Deserialize)]
struct AnswerResult {
    #[serde(rename = "Credentials")]
    credentials: AnswerCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AnswerCredentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: Timestamp,
}

/// Where the service is.
pub(super) fn service_url(region: &str) -> String {
    let domain = match region.starts_with("cn-") {
        true => "amazonaws.com.cn",
        false => "amazonaws.com",
    };
    // The variable is that of the AWS command line.
    let url = std::env::var("AWS_ENDPOINT_URL_STS");
    let url = url.unwrap_or_else(|_| format!("https://sts.{region}.{domain}"));
    url.trim_end_matches('/').to_owned()
}

impl AssumeRole {
    pub(super) fn new(
        base: AwsCredentialProvider,
        role: String,
        region: &str,
        client: HttpClient,
    ) -> Self {
        Self {
            base,
            role,
            region: region.into(),
            url: service_url(region),
            client,
            current: Mutex::new(None),
        }
    }

    async fn request(&self, base: &AwsCredential) -> Result<AnswerCredentials, RoleError> {
        let role: String = self.role.chars().flat_map(encoded).collect();
        let body = format!(
            "Action=AssumeRole&Version=2011-06-15&DurationSeconds=3600&RoleSessionName=kanister&RoleArn={role}"
        );
        let url = format!("{}/", self.url);
        let host = url.split("://").nth(1).unwrap_or_default();
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&url)
            .header(HOST, host.trim_end_matches('/'))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into())?;
        AwsAuthorizer::new(base, "sts", &self.region)
            .try_authorize(&mut request, None)
            .map_err(|_| RoleError::Answer)?;
        let response = self.client.execute(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let text = String::from_utf8_lossy(&body);
        if !status.is_success() {
            let code = text
                .split_once("<Code>")
                .and_then(|(_, r)| r.split_once("</Code>"));
            return Err(RoleError::Refused {
                status: status.as_u16(),
                code: code.map_or("", |(c, _)| c).into(),
            });
        }
        let answer: Answer = quick_xml::de::from_str(&text).map_err(|_| RoleError::Answer)?;
        Ok(answer.result.credentials)
    }
}

/// Percent-encodes what a form's value cannot hold; an ARN holds no more than these.
fn encoded(c: char) -> Vec<char> {
    match c.is_ascii_alphanumeric() || "-_.~".contains(c) {
        true => vec![c],
        false => {
            let mut buffer = [0; 4];
            let bytes = c.encode_utf8(&mut buffer).bytes();
            bytes
                .flat_map(|b| format!("%{b:02X}").chars().collect::<Vec<_>>())
                .collect()
        }
    }
}

#[async_trait]
impl CredentialProvider for AssumeRole {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let mut current = self.current.lock().await;
        if let Some((credential, until)) = current.as_ref()
            && Timestamp::now() + MARGIN < *until
        {
            return Ok(Arc::clone(credential));
        }
        let base = self.base.get_credential().await?;
        let fresh = self
            .request(&base)
            .await
            .map_err(|e| object_store::Error::Generic {
                store: "STS",
                source: Box::new(e),
            })?;
        let credential = Arc::new(AwsCredential {
            key_id: fresh.access_key_id,
            secret_key: fresh.secret_access_key,
            token: Some(fresh.session_token),
        });
        *current = Some((Arc::clone(&credential), fresh.expiration));
        Ok(credential)
    }
}
