//! A real PostgreSQL server in a StatefulSet.

use super::application::Application;
use super::stage::Stage;
use crate::workspace;
use anyhow::{Context, bail};
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

/// The programs that the demo needs.
const PROGRAMS: [&str; 5] = ["initdb", "postgres", "psql", "pg_dump", "pg_restore"];

/// The database of the demo.
const DATABASE: &str = "shop";

/// Its password: the server listens on this machine alone, and lives as long as the demo.
const PASSWORD: &str = "change-me";

/// The port in the manifest.
const PORT: &str = "55432";

/// The tables that are compared.
const TABLES: [&str; 3] = ["customers", "orders", "pictures"];

const FILL: &str = "
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, since date NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, cents bigint, note text);
CREATE TABLE pictures (id int PRIMARY KEY, bytes bytea NOT NULL);
INSERT INTO customers SELECT n, 'customer ' || n || ' – ' || md5(n::text), DATE '2020-01-01' + n FROM generate_series(1, 500) n;
INSERT INTO orders SELECT n, n % 500 + 1, n * 199, CASE WHEN n % 7 = 0 THEN NULL ELSE repeat('ä', n % 30) END FROM generate_series(1, 5000) n;
INSERT INTO pictures SELECT n, decode(repeat(md5(n::text), 40), 'hex') FROM generate_series(1, 200) n;
";

pub struct Postgresql {
    programs: PathBuf,
    port: u16,
}

/// The folder with the newest server's programs, if there is one.
pub fn find() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<_> = installed
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let newest_first = versions.into_iter().rev().map(|(_, folder)| folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<_> = std::env::split_paths(&path).collect();
    newest_first
        .chain(on_path)
        .find(|folder| PROGRAMS.iter().all(|it| folder.join(it).exists()))
}

impl Postgresql {
    pub fn new(programs: PathBuf) -> anyhow::Result<Self> {
        let free = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let port = free.local_addr()?.port();
        Ok(Self { programs, port })
    }

    fn psql(&self, database: &str, sql: &str) -> anyhow::Result<Vec<u8>> {
        let output = Command::new(self.programs.join("psql"))
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--command",
                sql,
            ])
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGPASSWORD", PASSWORD)
            .env("PGDATABASE", database)
            .output()
            .context("cannot run psql")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(output.stdout)
    }
}

impl Application for Postgresql {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn blueprint(&self) -> &'static str {
        "postgresql"
    }

    fn manifest(&self) -> anyhow::Result<String> {
        let path = workspace::root().join("blueprints/postgresql/embedded.yaml");
        Ok(fs::read_to_string(path)?.replace(PORT, &self.port.to_string()))
    }

    fn object(&self) -> &'static str {
        "statefulset/shop/postgresql"
    }

    fn options(&self) -> Vec<String> {
        let port = format!("port={}", self.port);
        [
            "--secret",
            "postgresql=shop/postgresql",
            "--option",
            "database=shop",
            "--option",
            "host=127.0.0.1",
            "--option",
            &port,
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn fill(&self, _: &Stage) -> anyhow::Result<String> {
        self.psql("postgres", &format!("CREATE DATABASE {DATABASE}"))?;
        self.psql(DATABASE, FILL)?;
        Ok("3 tables with 5700 rows".to_owned())
    }

    fn data(&self, _: &Stage) -> anyhow::Result<Vec<u8>> {
        let mut data = Vec::new();
        for table in TABLES {
            let copy = format!("COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT");
            data.extend(self.psql(DATABASE, &copy)?);
        }
        Ok(data)
    }

    fn destroy(&self, _: &Stage) -> anyhow::Result<String> {
        let sql = format!("DROP TABLE {}", TABLES.join(", "));
        self.psql(DATABASE, &sql)?;
        Ok(sql)
    }

    fn reader(&self, artifact: &str) -> Vec<String> {
        let program = self.programs.join("pg_restore").display().to_string();
        [&program, "--list", artifact].map(str::to_owned).to_vec()
    }
}
