//! Profiles of the stores, as JSON like those that Blueprints render.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanister_storage::Profile;

/// What a Profile says, before it is JSON.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The type of the location.
    pub kind: &'static str,
    /// The bucket.
    pub bucket: String,
    /// The URL of the store; empty for a folder.
    pub endpoint: String,
    /// The prefix.
    pub prefix: String,
    /// Id and secret.
    pub pair: (String, String),
}

impl Settings {
    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let Self {
            kind,
            bucket,
            endpoint,
            prefix,
            pair: (id, secret),
        } = self;
        serde_json::json!({
            "Location": {"type": kind, "bucket": bucket, "endpoint": endpoint, "prefix": prefix, "region": "us-east-1"},
            "Credential": {"Type": "keyPair", "KeyPair": {"ID": id, "Secret": secret}},
            "SkipSSLVerify": false,
        })
        .to_string()
    }

    /// As Profile.
    ///
    /// # Errors
    /// Never for settings of this module.
    pub fn profile(&self) -> anyhow::Result<Profile> {
        Ok(Profile::from_json(&self.json())?)
    }
}

/// A Profile whose credential is a Secret of the type `kind`.
#[must_use]
pub fn secret(at: &str, kind: &str, data: &[(&str, &str)]) -> String {
    let data: Vec<String> = data
        .iter()
        .map(|(key, value)| format!("{key:?}:{:?}", STANDARD.encode(value)))
        .collect();
    format!(
        r#"{{"Location":{at},"Credential":{{"Type":"secret","Secret":{{"metadata":{{"name":"s","namespace":"n"}},"type":"secrets.kanister.io/{kind}","data":{{{}}}}}}}}}"#,
        data.join(",")
    )
}

/// A location as JSON.
#[must_use]
pub fn at(kind: &str, bucket: &str, endpoint: &str) -> String {
    format!(
        r#"{{"type":{kind:?},"bucket":{bucket:?},"endpoint":{endpoint:?},"prefix":"base/dir","region":"us-east-1"}}"#
    )
}
