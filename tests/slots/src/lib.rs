//! A host with a function that only moves bytes (`tests/route`), and stores behind its slots.

mod pod;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use kanister_api::function::GrantFile;
use kanister_host::authority::Context;
use kanister_host::call::{CallEnd, Invocation, Services};
use kanister_host::capability::io::IoError;
use kanister_host::capability::kube::Cluster;
use kanister_host::capability::storage::{ProfileSource, SlotStores};
use kanister_host::host::{Host, HostOptions, Prepared, Request};
use kanister_storage::{
    Chunk, FileRoots, Location, Profile, ReadRange, StoreOptions, WriteOptions,
};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;

pub use pod::{Machine, POD};

/// Grants the function everything, with so little memory and so few bytes in one call of the host
/// that no object of more than some kilobytes could pass through it.
pub const TIGHT: &str = "
apiVersion: functions.kanister.io/v1alpha1
kind: ClusterFunctionGrant
metadata: {name: route}
spec:
  functions: [{name: Route}]
  allow: [storage, exec]
  limits: {memory: 2Mi, copies: 16Ki, cpu: 1s}
  slots:
    other: {profile: {name: other, namespace: shop}, prefix: from/}
";

/// The largest memory that [`TIGHT`] allows, in bytes.
pub const MEMORY: u64 = 2 << 20;

/// One Profile for every name.
struct Same(Profile);

#[async_trait]
impl ProfileSource for Same {
    async fn get(&self, _: &str, _: &str) -> Result<Profile, IoError> {
        Ok(self.0.clone())
    }
}

/// A host with the function.
pub struct World {
    host: Host,
    grants: GrantFile,
    /// The cluster of `exec`, if there is one.
    pub cluster: Option<Cluster>,
}

impl World {
    /// # Errors
    /// The component is not made, or the grants are none.
    pub async fn new(grants: &str) -> anyhow::Result<Self> {
        let component = tokio::task::spawn_blocking(test_guests::route).await??;
        let host = Host::start(&HostOptions::default())?;
        host.install("route", component).await?;
        Ok(Self {
            host,
            grants: GrantFile::from_yaml("test", grants)?,
            cluster: None,
        })
    }

    /// Runs the function with these Profiles behind the slots `profile` and `other`.
    ///
    /// # Errors
    /// It cannot be called.
    pub async fn run(
        &self,
        profile: Option<&Profile>,
        other: &Profile,
        args: Value,
    ) -> anyhow::Result<CallEnd> {
        let prepared = self.prepare(args).await?;
        let source: Arc<dyn ProfileSource> = Arc::new(Same(other.clone()));
        let stores = SlotStores::new(options()).with_bound(&prepared.granted().slots, &source);
        let stores = match profile {
            Some(profile) => stores.with_profile(profile.clone()),
            None => stores,
        };
        let services = Services {
            storage: Some(Arc::new(stores)),
            cluster: self.cluster.clone(),
            ..Services::detached("route")
        };
        let invocation = Invocation {
            id: "route".to_owned(),
            question: prepared.question().clone(),
            action_set: "shop/backup".to_owned(),
            action: "backup".to_owned(),
            phase: "phase".to_owned(),
            attempt: 1,
            deadline: None,
        };
        Ok(self.host.run(&prepared, &invocation, services).await)
    }

    async fn prepare(&self, args: Value) -> anyhow::Result<Prepared> {
        let Value::Object(mut args) = args else {
            anyhow::bail!("the arguments are no object");
        };
        args.entry("key").or_insert_with(|| "".into());
        let function = self.host.registry().find("Route", "")?.function;
        let context = Context {
            subject_namespace: Some("shop".to_owned()),
            controller_namespace: Some("kanister".to_owned()),
            helper_service_account: None,
        };
        Ok(self
            .host
            .prepare(Request {
                function: &function,
                args,
                params: json!({}),
                grants: &self.grants,
                context: &context,
                cluster: self.cluster.as_ref(),
            })
            .await?)
    }
}

/// The output of a call that must succeed.
///
/// # Errors
/// It did not.
pub fn output(end: CallEnd) -> anyhow::Result<Map<String, Value>> {
    end.outcome.context("the call failed")
}

/// Opens the location of a Profile as the tests themselves see it.
///
/// # Errors
/// It cannot be opened.
pub fn location(profile: &Profile) -> anyhow::Result<Location> {
    Ok(Location::open(profile, &options())?)
}

/// Writes an object.
///
/// # Errors
/// The store's.
pub async fn put(location: &Location, key: &str, bytes: Bytes) -> anyhow::Result<()> {
    let mut upload = location.write(key, WriteOptions::default())?;
    upload.append(bytes).await?;
    upload.commit(None).await?;
    Ok(())
}

/// Reads an object.
///
/// # Errors
/// The store's.
pub async fn get(location: &Location, key: &str) -> anyhow::Result<Vec<u8>> {
    let mut download = location.read(key, ReadRange::default()).await?;
    let mut all = Vec::new();
    while let Chunk::Data(bytes) = download.chunk().await? {
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

/// The keys of all objects.
///
/// # Errors
/// The store's.
pub async fn keys(location: &Location) -> anyhow::Result<Vec<String>> {
    let page = location.list("", None).await?;
    let mut keys: Vec<_> = page.items.into_iter().map(|item| item.key).collect();
    keys.sort();
    Ok(keys)
}

/// How many files there are below a folder, of whatever name.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: impl AsRef<Path>) -> std::io::Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        count += match path.is_dir() {
            true => files(path)?,
            false => 1,
        };
    }
    Ok(count)
}

/// Options that allow any folder.
fn options() -> StoreOptions {
    StoreOptions {
        file_roots: FileRoots::Any,
        ..StoreOptions::default()
    }
}
