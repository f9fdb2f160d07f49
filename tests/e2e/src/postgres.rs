//! A real PostgreSQL: backed up, destroyed and restored, in each of the ways that there are.
//!
//! Runs inside of the namespaces.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::cases::{Case, play};
use crate::client::Client;
use crate::config::{Config, NODE_ADDRESS};
use crate::images::POSTGRES;
use crate::product::{NAMESPACE, Product};
use crate::store::{KEY, PORT, Store};

/// The application's namespace.
const APPLICATION: &str = "shop";
/// The server's pod.
const POD: &str = "postgresql-0";
/// Nothing else holds this text.
const PASSWORD: &str = "password-that-nobody-prints-9313";

/// Tables with text, numbers, bytes, nothing, references and a sequence.
const FILL: &str = "
DROP TABLE IF EXISTS lines, goods;
CREATE TABLE goods (id serial PRIMARY KEY, name text NOT NULL, picture bytea, cents bigint);
CREATE TABLE lines (id int PRIMARY KEY, good int NOT NULL REFERENCES goods, note text);
INSERT INTO goods (name, picture, cents)
  SELECT 'Gut ' || n || ' – ' || md5(random()::text), decode(repeat(md5(n::text), 50), 'hex'), n * 199
  FROM generate_series(1, 2000) n;
INSERT INTO lines
  SELECT n, n % 2000 + 1, CASE WHEN n % 7 = 0 THEN NULL ELSE repeat('ä', n % 30) END
  FROM generate_series(1, 20000) n;
";
const DESTROY: &str = "DROP TABLE lines, goods";
const ROWS: &str = "COPY (SELECT * FROM goods ORDER BY id) TO STDOUT; \
                    COPY (SELECT * FROM lines ORDER BY id) TO STDOUT; \
                    SELECT last_value FROM goods_id_seq";

const CASES: [Case<Shop>; 7] = [
    ("KubeExec and kando, into S3", |shop| {
        shop.round("exec-s3", "inside", "s3", None)
    }),
    ("KubeExec and kando, into a folder", |shop| {
        shop.round("exec-folder", "inside", "folder", None)
    }),
    ("KubeTask and kando, into S3", |shop| {
        shop.round("task-s3", "postgresql", "s3", None)
    }),
    ("KubeTask and kando, into a folder", |shop| {
        let backups = shop.product.client.config().text("backups");
        let mounted = json!({
            "containers": [{
                "name": "container",
                "volumeMounts": [{"name": "backups", "mountPath": "/backups"}],
            }],
            "volumes": [{"name": "backups", "hostPath": {"path": backups}}],
        });
        shop.round("task-folder", "postgresql", "folder", Some(mounted))
    }),
    ("ScaleWorkload to 0 and back around a PrepareData", |shop| {
        shop.round("stopped-s3", "stopped", "s3", None)
    }),
    ("Wait and WaitV2", |shop| {
        let client = &shop.product.client;
        let uid = || {
            let words = format!("get pod {POD} --output=jsonpath={{.metadata.uid}}");
            client.kubectl(APPLICATION, &words)
        };
        let before = uid()?;
        let done = client.run(NAMESPACE, "waits", &shop.action("wait", "waits", "s3"))?;
        ensure!(uid()? != before, "the server was not started again");
        let set = client.object(APPLICATION, "statefulset/postgresql")?;
        let ready = set.pointer("/status/readyReplicas");
        ensure!(
            ready == Some(&json!(1)),
            "it is over before the server is ready"
        );
        let phases = done.pointer("/status/actions/0/phases");
        let phases = phases.and_then(Value::as_array).context("no phases")?;
        ensure!(phases.len() == 5, "{phases:?}");
        Ok(())
    }),
    (
        "the controller's log holds no password and no key",
        |shop| {
            let log = shop.product.log()?;
            ensure!(
                log.contains("task-s3-backup"),
                "the log does not tell of the backups"
            );
            for secret in [PASSWORD, KEY] {
                let line = log.lines().find(|line| line.contains(secret));
                ensure!(line.is_none(), "{line:?}");
            }
            Ok(())
        },
    ),
];

/// Runs the cases whose names contain the filter.
///
/// # Errors
/// If one fails.
pub fn run(config: &Config, kanister: &Path, filter: &str) -> anyhow::Result<()> {
    let store = Store::start(config)?;
    let folders = ["database", "backups"].map(|name| config.path(name));
    for folder in &folders {
        fs::create_dir_all(folder)?;
        // The server's user is one of its image.
        fs::set_permissions(folder, Permissions::from_mode(0o777))?;
    }
    let client = Client::new(config);
    client.namespace(APPLICATION)?;
    let server = include_str!("../manifests/postgres.yaml")
        .replace("VOLUME", &config.text("database"))
        .replace("BACKUPS", &config.text("backups"))
        .replace(": PASSWORD}", &format!(": {PASSWORD}}}"));
    client.apply(APPLICATION, &server)?;
    let product = Product::install(client, kanister)?;
    let profiles = include_str!("../manifests/profiles.yaml")
        .replace("ADDRESS", NODE_ADDRESS)
        .replace("PORT", &PORT.to_string())
        .replace("STOREKEY", KEY);
    product.client.apply(NAMESPACE, &profiles)?;
    product.blueprint(
        include_str!("../manifests/postgres-blueprint.yaml"),
        APPLICATION,
    )?;
    let published = include_str!("../../../blueprints/postgresql/blueprint.yaml");
    product.blueprint(published, APPLICATION)?;
    product
        .client
        .rolled_out(APPLICATION, "statefulset/postgresql")?;
    let shop = Shop { product, store };
    shop.psql("postgres", "CREATE DATABASE shop")?;
    play(&shop, &CASES, filter)
}

/// The database and where its backups go.
struct Shop {
    product: Product,
    store: Store,
}

impl Shop {
    /// Backs up, destroys, restores, compares, and deletes the backup.
    fn round(
        &self,
        name: &str,
        blueprint: &str,
        profile: &str,
        pod: Option<Value>,
    ) -> anyhow::Result<()> {
        self.psql("shop", FILL)?;
        let before = self.psql("shop", ROWS)?;
        ensure!(before.lines().count() > 22_000, "there is not much to lose");
        let mut backup = self.action("backup", blueprint, profile);
        if let Some(pod) = &pod {
            set(&mut backup, "podOverride", pod.clone());
        }
        let client = &self.product.client;
        let done = client.run(NAMESPACE, &format!("{name}-backup"), &backup)?;
        let artifacts = done.pointer("/status/actions/0/artifacts");
        let artifacts = artifacts.context("the backup left no artifact")?;
        let path = artifacts.pointer("/dump/keyValue/path");
        let path = path
            .and_then(Value::as_str)
            .context("an artifact without a path")?;
        ensure!(self.is_stored(profile, path)?, "{path} is not in the store");

        self.psql("shop", DESTROY)?;
        ensure!(self.psql("shop", ROWS).is_err(), "the rows are still there");

        let further = |action: &str| {
            let mut further = self.action(action, blueprint, profile);
            set(&mut further, "artifacts", artifacts.clone());
            if let Some(pod) = &pod {
                set(&mut further, "podOverride", pod.clone());
            }
            client.run(NAMESPACE, &format!("{name}-{action}"), &further)
        };
        further("restore")?;
        let after = self.psql("shop", ROWS)?;
        ensure!(after == before, "the rows are not what they were");
        let helpers = client.kubectl(APPLICATION, "get pods --output=name")?;
        ensure!(
            helpers.trim() == format!("pod/{POD}"),
            "pods are left: {helpers}"
        );
        // The controller itself uses no folders of its pod unless it is told to.
        if profile == "s3" {
            further("delete")?;
            ensure!(
                !self.is_stored(profile, path)?,
                "{path} is still in the store"
            );
        }
        Ok(())
    }

    fn action(&self, name: &str, blueprint: &str, profile: &str) -> Value {
        json!({
            "name": name,
            "blueprint": blueprint,
            "object": {"kind": "StatefulSet", "name": "postgresql", "namespace": APPLICATION},
            "profile": {"name": profile, "namespace": NAMESPACE},
            "secrets": {"postgresql": {
                "kind": "Secret", "name": "postgresql", "namespace": APPLICATION,
            }},
            "options": {"database": "shop", "image": POSTGRES},
        })
    }

    /// Whether the store of a Profile holds this path, and something in it.
    fn is_stored(&self, profile: &str, path: &str) -> anyhow::Result<bool> {
        if profile == "s3" {
            return Ok(self.store.keys()?.iter().any(|key| key.ends_with(path)));
        }
        let folder = self.product.client.config().path("backups");
        Ok(fs::metadata(folder.join(path)).is_ok_and(|file| file.len() > 0))
    }

    /// Runs statements in the server's pod, which may just be coming back.
    fn psql(&self, database: &str, statements: &str) -> anyhow::Result<String> {
        let client = &self.product.client;
        client.wait(APPLICATION, &format!("pod/{POD} --for=condition=Ready"))?;
        let mut psql = client.command(APPLICATION, &format!("exec {POD} -- psql --quiet"));
        psql.args(["--no-psqlrc", "--tuples-only", "--set=ON_ERROR_STOP=1"]);
        psql.args(["--dbname", database, "--command", statements]);
        crate::boot::output(psql.stdin(Stdio::null()))
    }
}

fn set(object: &mut Value, field: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(field.to_owned(), value);
    }
}
