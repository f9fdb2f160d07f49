//! A Profile, held against the Secret beside it.

use crate::reporter::{Reporter, Trail, hint};
use crate::rule::{Level, Rule};
use crate::structure::NAMELESS;
use crate::text::Read;
use kanister_api::{CredentialType, KeyPair, LocationType, ObjectReference, Profile, secret_type};
use serde_json::Value;

const LOCATION: Rule = Rule {
    id: "location-incomplete",
    level: Level::Error,
    reason: "The store cannot be found without it.",
    remedy: "Write location.type (s3Compliant, gcs, azure, filestore) and location.bucket.",
};
const REGION: Rule = Rule {
    id: "region-missing",
    level: Level::Warning,
    reason: "Amazon's S3 needs the region of the bucket; `kanctl validate profile` refuses a Profile without.",
    remedy: "Write location.region.",
};
const CREDENTIAL: Rule = Rule {
    id: "credential-incomplete",
    level: Level::Error,
    reason: "The credentials cannot be found without it.",
    remedy: "Write credential.type and the part of that name, with the Secret's name and namespace.",
};
const SECRET: Rule = Rule {
    id: "secret-lacks-key",
    level: Level::Error,
    reason: "The Profile names a key that the Secret beside it does not have.",
    remedy: "Add the key to the Secret, or correct its name.",
};
const TYPE: Rule = Rule {
    id: "secret-type",
    level: Level::Error,
    reason: "A whole Secret is accepted as credential only if its type says how to read it.",
    remedy: "Give the Secret the type secrets.kanister.io/aws, …/azure, …/gcp or …/filestore.",
};

pub(crate) const RULES: &[&Rule] = &[&LOCATION, &REGION, &CREDENTIAL, &SECRET, &TYPE];

pub(crate) fn check(profile: &Profile, read: &[Read<'_>], reporter: &mut Reporter<'_>) {
    if profile.metadata.name.is_none() && profile.metadata.generate_name.is_none() {
        let message = "the Profile has no name".to_owned();
        reporter.field(&NAMELESS, &Trail::default().key("metadata"), message);
    }
    location(profile, reporter);
    credential(profile, read, reporter);
}

fn location(profile: &Profile, reporter: &mut Reporter<'_>) {
    let trail = Trail::default().key("location");
    let location = &profile.location;
    let kind = &location.location_type;
    if !kind.is_known() {
        let known = LocationType::ALL.iter().map(LocationType::as_str);
        let message = match kind.as_str() {
            "" => "the location has no type".to_owned(),
            other => format!("there is no location type {other}{}", hint(other, known)),
        };
        reporter.value(&LOCATION, &trail.key("type"), message);
    }
    if location.bucket.is_empty() && *kind != LocationType::Kopia {
        let message = "the location has no bucket".to_owned();
        reporter.field(&LOCATION, &trail, message);
    }
    let amazon = *kind == LocationType::S3Compliant && location.endpoint.is_empty();
    if amazon && location.region.is_empty() {
        reporter.field(&REGION, &trail, "the location has no region".to_owned());
    }
}

fn credential(profile: &Profile, read: &[Read<'_>], reporter: &mut Reporter<'_>) {
    let trail = Trail::default().key("credential");
    let credential = &profile.credential;
    let none = profile.location.location_type == LocationType::Filestore;
    match &credential.credential_type {
        CredentialType::Unset if none => {}
        CredentialType::Unset => {
            reporter.field(&CREDENTIAL, &trail, "the credential has no type".to_owned());
        }
        CredentialType::Other(other) => {
            let known = CredentialType::ALL.iter().map(CredentialType::as_str);
            let message = format!("there is no credential type {other}{}", hint(other, known));
            reporter.value(&CREDENTIAL, &trail.key("type"), message);
        }
        CredentialType::KeyPair => match &credential.key_pair {
            Some(pair) => key_pair(pair, profile, read, &trail.key("keyPair"), reporter),
            None => lacks("keyPair", &trail, reporter),
        },
        CredentialType::Secret => match &credential.secret {
            Some(reference) => whole(reference, profile, read, &trail.key("secret"), reporter),
            None => lacks("secret", &trail, reporter),
        },
        CredentialType::Kopia if credential.kopia_server_secret.is_none() => {
            lacks("kopiaServerSecret", &trail, reporter);
        }
        CredentialType::Kopia => {}
    }
}

fn lacks(field: &str, trail: &Trail<'_>, reporter: &mut Reporter<'_>) {
    reporter.field(&CREDENTIAL, trail, format!("the credential has no {field}"));
}

fn key_pair(
    pair: &KeyPair,
    profile: &Profile,
    read: &[Read<'_>],
    trail: &Trail<'_>,
    reporter: &mut Reporter<'_>,
) {
    let named = [
        ("idField", &pair.id_field),
        ("secretField", &pair.secret_field),
        ("secret.name", &pair.secret.name),
    ];
    for (field, _) in named.iter().filter(|(_, value)| value.is_empty()) {
        lacks(field, trail, reporter);
    }
    let Some(secret) = secret(&pair.secret, profile, read) else {
        return;
    };
    for (field, key) in [
        ("idField", &pair.id_field),
        ("secretField", &pair.secret_field),
    ] {
        let keys = keys(&secret);
        if !key.is_empty() && !keys.contains(key) {
            let keys = keys.iter().map(String::as_str);
            let name = &pair.secret.name;
            let message = format!("Secret {name} has no key {key}{}", hint(key, keys));
            reporter.value(&SECRET, &trail.key(field), message);
        }
    }
}

fn whole(
    reference: &ObjectReference,
    profile: &Profile,
    read: &[Read<'_>],
    trail: &Trail<'_>,
    reporter: &mut Reporter<'_>,
) {
    if reference.name.is_empty() {
        lacks("secret.name", trail, reporter);
    }
    let Some(secret) = secret(reference, profile, read) else {
        return;
    };
    let found = secret
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("Opaque");
    let known = [
        secret_type::AWS,
        secret_type::AZURE,
        secret_type::GCP,
        secret_type::FILESTORE,
    ];
    if !known.contains(&found) {
        let message = format!("Secret {} has the type {found}", reference.name);
        reporter.value(&TYPE, &trail.key("name"), message);
    }
}

/// The Secret that a Profile means, if it stands in one of the files.
fn secret(reference: &ObjectReference, profile: &Profile, read: &[Read<'_>]) -> Option<Value> {
    let wanted = match reference.namespace.as_str() {
        "" => profile.metadata.namespace.as_deref(),
        named => Some(named),
    };
    let secrets = read.iter().filter(|read| read.document.kind() == "Secret");
    let mut named = secrets.filter(|read| read.document.name() == Some(&reference.name));
    let json = named.next()?.document.to_json();
    let namespace = json.pointer("/metadata/namespace").and_then(Value::as_str);
    (namespace.is_none() || wanted.is_none() || namespace == wanted).then_some(json)
}

fn keys(secret: &Value) -> Vec<String> {
    let fields = ["data", "stringData"].into_iter();
    let maps = fields.filter_map(|field| secret.get(field)?.as_object());
    maps.flat_map(|map| map.keys().cloned()).collect()
}
