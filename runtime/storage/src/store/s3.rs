//! S3 and stores with its interface.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use object_store::ClientOptions;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, Checksum};

use super::role::{self, AssumeRole};
use super::{Store, StoreOptions, endpoint_url, retry, settings};
use crate::classify::is_region;
use crate::error::Error;
use crate::profile::Profile;
use crate::transport::Transport;

const MISSING: &str = "Missing AWS credentials: give access keys in the profile's credential, or a web identity (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN)";

/// The region if nothing names one.
const DEFAULT_REGION: &str = "us-east-1";

/// Opens the bucket; `region`, if given, is the one that the store has named.
pub(super) fn open(
    profile: &Profile,
    transport: &Transport,
    region: Option<&str>,
) -> Result<Store, Error> {
    let location = &profile.location;
    let region = region
        .map(str::to_owned)
        .or_else(|| some(&location.region))
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .unwrap_or_else(|| DEFAULT_REGION.into());
    let endpoint = endpoint_url(&location.endpoint);
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&location.bucket)
        .with_region(&region)
        // TLS protects what is sent, and the checksum is compared: hashing it once more for the
        // signature would be the slowest part of an upload.
        .with_unsigned_payload(endpoint.as_ref().is_none_or(|e| e.starts_with("https:")))
        .with_retry(retry())
        .with_http_connector(transport.clone());
    if let Some(endpoint) = &endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let builder = authenticate(builder, profile, transport, &region)?;
    let build = |b: AmazonS3Builder| {
        b.build()
            .map_err(|_| settings("the settings of S3 are not accepted"))
    };
    let plain = Arc::new(build(builder.clone())?);
    let writer = build(builder.clone().with_checksum_algorithm(Checksum::CRC64NVME))?;
    // Asks the store to announce its checksums; the header is signed with the others.
    let reader = build(
        builder.with_client_options(ClientOptions::new().with_default_headers(
            HeaderMap::from_iter([(
                HeaderName::from_static("x-amz-checksum-mode"),
                HeaderValue::from_static("ENABLED"),
            )]),
        )),
    )?;
    let reader: Arc<AmazonS3> = Arc::new(reader);
    Ok(Store {
        reader: reader.clone(),
        writer: Arc::new(writer),
        plain: Some(plain),
        pages: Some(reader),
        bucket: location.bucket.clone(),
        endpoint: endpoint.unwrap_or_else(|| format!("S3 in {region}")),
    })
}

fn authenticate(
    mut builder: AmazonS3Builder,
    profile: &Profile,
    transport: &Transport,
    region: &str,
) -> Result<AmazonS3Builder, Error> {
    let aws = profile.credential.aws()?;
    let mut assumed = None;
    match &aws.keys {
        Some((id, secret)) => {
            builder = builder
                .with_access_key_id(id)
                .with_secret_access_key(secret.expose_text());
            if let Some(token) = &aws.token {
                builder = builder.with_token(token.expose_text());
            }
        }
        None => {
            let file = variable("AWS_WEB_IDENTITY_TOKEN_FILE");
            let (Some(file), Some(arn)) = (file, variable("AWS_ROLE_ARN")) else {
                return Err(Error::Profile(MISSING.into()));
            };
            // The library's own words for it do not reach the user.
            std::fs::metadata(&file).map_err(|e| {
                Error::Profile(format!(
                    "the web identity token in {file} (AWS_WEB_IDENTITY_TOKEN_FILE) cannot be read: {e}"
                ))
            })?;
            builder = builder
                .with_config(AmazonS3ConfigKey::WebIdentityTokenFile, file)
                .with_config(AmazonS3ConfigKey::RoleArn, arn.clone())
                .with_config(AmazonS3ConfigKey::StsEndpoint, role::service_url(region))
                .with_config(AmazonS3ConfigKey::RoleSessionName, "kanister");
            assumed = Some(arn);
        }
    }
    match aws.role {
        Some(role) if assumed.as_ref() != Some(&role) => {
            let base = builder
                .clone()
                .build()
                .map_err(|_| settings("the settings of S3 are not accepted"))?;
            let client = transport
                .client()
                .map_err(|e| Error::Profile(e.to_string()))?;
            let provider = AssumeRole::new(base.credentials().clone(), role, region, client);
            Ok(builder.with_credentials(Arc::new(provider)))
        }
        _ => Ok(builder),
    }
}

/// The region of the bucket as S3 itself names it, also to strangers: its answers carry it in a header.
pub(crate) async fn bucket_region(profile: &Profile, options: &StoreOptions) -> Option<String> {
    let location = &profile.location;
    let endpoint =
        endpoint_url(&location.endpoint).unwrap_or_else(|| "https://s3.amazonaws.com".into());
    let client = Transport::new(profile, options).client().ok()?;
    let request = http::Request::head(format!("{endpoint}/{}", location.bucket));
    let response = client
        .execute(request.body(Vec::new().into()).ok()?)
        .await
        .ok()?;
    let region = response
        .headers()
        .get("x-amz-bucket-region")?
        .to_str()
        .ok()?;
    is_region(region).then(|| region.to_owned())
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}
