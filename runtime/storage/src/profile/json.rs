//! The JSON form of a Profile with its credentials.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanister_api::{Location, LocationType};
use serde_json::{Map, Value};

use super::Profile;
use super::credential::{Credential, SecretData};
use crate::secret::SecretBytes;

/// Why a text is no Profile. It names fields and positions only, since the text holds credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileJsonError {
    /// The text is no JSON.
    #[error("failed to unmarshal profile: no valid JSON at line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A field has the wrong type.
    #[error("failed to unmarshal profile: {field} must be {wanted}")]
    Type {
        /// The field.
        field: String,
        /// What it must be.
        wanted: &'static str,
    },
}

/// An object of the JSON, or nothing where it is absent or null.
struct Fields<'v> {
    path: String,
    map: Option<&'v Map<String, Value>>,
}

impl<'v> Fields<'v> {
    fn of(value: Option<&'v Value>, path: String) -> Result<Self, ProfileJsonError> {
        let map = match value {
            None | Some(Value::Null) => None,
            Some(Value::Object(map)) => Some(map),
            Some(_) => return Err(wrong(path, "an object")),
        };
        Ok(Self { path, map })
    }

    fn is_absent(&self) -> bool {
        self.map.is_none()
    }

    /// The value of `name`: the key written just so, else one that differs in case only.
    fn get(&self, name: &str) -> Option<&'v Value> {
        let map = self.map?;
        let other = || map.iter().find(|(k, _)| k.eq_ignore_ascii_case(name));
        map.get(name).or_else(|| other().map(|(_, v)| v))
    }

    fn sub(&self, name: &str) -> Result<Self, ProfileJsonError> {
        Self::of(self.get(name), self.join(name))
    }

    fn text(&self, name: &str) -> Result<&'v str, ProfileJsonError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(wrong(self.join(name), "a text")),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, ProfileJsonError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(wrong(self.join(name), "true or false")),
        }
    }

    fn join(&self, name: &str) -> String {
        match self.path.is_empty() {
            true => name.into(),
            false => format!("{}.{name}", self.path),
        }
    }
}

fn wrong(field: String, wanted: &'static str) -> ProfileJsonError {
    ProfileJsonError::Type { field, wanted }
}

pub(super) fn parse(text: &str) -> Result<Profile, ProfileJsonError> {
    let value: Value = serde_json::from_str(text).map_err(|e| ProfileJsonError::Syntax {
        line: e.line(),
        column: e.column(),
    })?;
    let profile = Fields::of(Some(&value), String::new())?;
    let at = profile.sub("Location")?;
    let location = Location {
        location_type: LocationType::from(at.text("type")?),
        bucket: at.text("bucket")?.into(),
        endpoint: at.text("endpoint")?.into(),
        prefix: at.text("prefix")?.into(),
        region: at.text("region")?.into(),
        unknown: kanister_api::UnknownFields::default(),
    };
    Ok(Profile {
        location,
        credential: credential(&profile.sub("Credential")?)?,
        skip_ssl_verify: profile.flag("SkipSSLVerify")?,
    })
}

fn credential(fields: &Fields<'_>) -> Result<Credential, ProfileJsonError> {
    Ok(match fields.text("Type")? {
        "keyPair" => {
            let pair = fields.sub("KeyPair")?;
            match pair.is_absent() {
                true => Credential::Missing("keyPair"),
                false => Credential::KeyPair {
                    id: pair.text("ID")?.into(),
                    secret: SecretBytes::from(pair.text("Secret")?),
                },
            }
        }
        "secret" => {
            let secret = fields.sub("Secret")?;
            match secret.is_absent() {
                true => Credential::Missing("secret"),
                false => Credential::Secret(secret_data(&secret)?),
            }
        }
        "kopia" => Credential::Kopia,
        "" => Credential::Absent,
        other => Credential::Unknown(other.into()),
    })
}

fn secret_data(secret: &Fields<'_>) -> Result<SecretData, ProfileJsonError> {
    let metadata = secret.sub("metadata")?;
    let data = secret.sub("data")?;
    let mut values = Vec::new();
    // Keys of a Secret's data are names: their case counts.
    for (key, value) in data.map.into_iter().flatten() {
        let bytes = match value {
            Value::Null => Vec::new(),
            Value::String(text) => STANDARD
                .decode(text)
                .map_err(|_| wrong(data.join(key), "base64"))?,
            _ => return Err(wrong(data.join(key), "base64")),
        };
        values.push((key.clone(), bytes));
    }
    Ok(SecretData::new(
        format!("{}/{}", metadata.text("namespace")?, metadata.text("name")?),
        secret.text("type")?.into(),
        values,
    ))
}

#[cfg(test)]
mod tests {
    use super::{Credential, ProfileJsonError, parse};
    use kanister_api::LocationType;

    #[test]
    fn keys_in_any_case() {
        let profile = parse(
            r#"{"LOCATION":{"Type":"gcs","BUCKET":"b"},"credential":{"type":"keyPair",
                "keypair":{"id":"i","secret":"s"}},"skipsslverify":true,"new":[1]}"#,
        )
        .unwrap();
        assert_eq!(profile.location.location_type, LocationType::Gcs);
        assert_eq!(profile.location.bucket, "b");
        assert!(profile.skip_ssl_verify);
        assert!(matches!(profile.credential, Credential::KeyPair { .. }));
    }

    #[test]
    fn errors_repeat_nothing() {
        for text in [
            r#"{"Credential":{"KeyPair":{"Secret":"canary"#,
            r#"{"Credential":{"Type":"keyPair","KeyPair":"canary"}}"#,
            r#"{"Credential":{"Type":"secret","Secret":{"data":{"k":"canary!"}}}}"#,
            r#"{"SkipSSLVerify":"canary"}"#,
            "canary",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
        assert_eq!(
            parse(r#"{"Location":{"type":5}}"#).unwrap_err(),
            ProfileJsonError::Type {
                field: "Location.type".into(),
                wanted: "a text"
            }
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let profile = parse(
            r#"{"Credential":{"Type":"secret","Secret":{"data":{"aws_secret_access_key":"Y2FuYXJ5"}}}}"#,
        )
        .unwrap();
        assert!(!format!("{profile:?}").contains("canary"));
    }
}
