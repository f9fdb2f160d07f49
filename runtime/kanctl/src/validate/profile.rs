//! `kanctl validate profile`.

use kanister_api::{Profile, document};
use serde_json::Value;

use super::{failed, passed, read, skipped};
use crate::cli::Validate;
use crate::cluster::Cluster;
use crate::error::Error;
use crate::print;
use crate::profile::store;

const SCHEMA: &str = "Validate Profile schema";

pub(super) async fn run(args: Validate, namespace: Option<String>) -> Result<(), Error> {
    let Validate {
        name,
        filename,
        resource_namespace,
        schema_validation_only,
        function_version: _,
        resource: _,
    } = args;
    let from_file = name.is_empty();
    if from_file && filename.is_empty() {
        return Err(Error::Argument(
            "neither name nor filename specified; give --name or --filename".into(),
        ));
    }
    // A file whose form alone is looked at needs no cluster.
    let cluster = match from_file && schema_validation_only.0 {
        true => None,
        false => Some(Cluster::from_kubeconfig().await?),
    };
    let profile = match &cluster {
        Some(cluster) if !from_file => {
            let home = resource_namespace.or(namespace);
            let home = home.unwrap_or_else(|| cluster.namespace().to_owned());
            cluster.get("profile", &home, &name).await?
        }
        _ => parse(&filename, &read(&filename)?)?,
    };
    if let Err(e) = store::check_schema(&profile) {
        failed(SCHEMA)?;
        return Err(e);
    }
    passed(SCHEMA)?;
    match cluster {
        Some(cluster) if !schema_validation_only.0 => access(&profile, &cluster).await?,
        _ => store::CHECKS.into_iter().try_for_each(skipped)?,
    }
    print::out("All checks passed.. ✅\n")
}

async fn access(profile: &Profile, cluster: &Cluster) -> Result<(), Error> {
    let mut done = 0;
    let mut tell = |check: &str| {
        done += 1;
        passed(check)
    };
    let result = match store::open(profile, cluster).await {
        Ok(opened) => store::check_access(profile, &opened, &mut tell).await,
        Err(e) => Err(e),
    };
    if result.is_err()
        && let Some(check) = store::CHECKS.get(done)
    {
        failed(check)?;
    }
    result
}

fn parse(path: &str, text: &str) -> Result<Profile, Error> {
    let manifest = |reason: String| Error::Manifest {
        path: path.into(),
        reason,
    };
    let values = document::parse_values(text).map_err(|e| manifest(e.to_string()))?;
    let [value] = <[_; 1]>::try_from(values).map_err(|values| {
        manifest(format!(
            "it holds {} documents, one is expected",
            values.len()
        ))
    })?;
    let value = texts(value, &["location", "credential"]);
    serde_json::from_value(value).map_err(|e| manifest(e.to_string()))
}

/// Below these keys every value is a text: `n`, `yes` and `123` too, which YAML takes for others.
fn texts(value: Value, below: &[&str]) -> Value {
    let Value::Object(map) = value else {
        return value;
    };
    let inside = |(key, value): (String, Value)| {
        let value = match below.contains(&key.as_str()) {
            true => as_text(value),
            false => value,
        };
        (key, value)
    };
    Value::Object(map.into_iter().map(inside).collect())
}

fn as_text(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| (k, as_text(v))).collect())
        }
        Value::Bool(flag) => flag.to_string().into(),
        Value::Number(number) => number.to_string().into(),
        other => other,
    }
}
