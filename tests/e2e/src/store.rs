//! An S3 server on the node, for backups of suites.

use std::fs::File;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

use crate::boot::output;
use crate::components::tail;
use crate::config::{Config, NODE_ADDRESS};
use crate::wait::until;

/// Where it listens, at the node's address.
pub const PORT: u16 = 5000;

/// The bucket of the backups.
pub const BUCKET: &str = "backups";
/// The secret key, which nothing may tell.
pub const KEY: &str = "store-key-that-nobody-prints-5519";

/// The server, which ends with this value.
pub struct Store {
    server: Child,
    python: PathBuf,
}

impl Store {
    /// Starts moto, which must have been fetched: inside there is no way to it.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(config: &Config) -> anyhow::Result<Self> {
        let moto = test_tools::moto().map_err(|why| anyhow::anyhow!("no S3 server: {why}"))?;
        let log = config.path("log/store.log");
        let file = File::create(&log).with_context(|| log.display().to_string())?;
        let server = Command::new(&moto)
            .args(["--host", NODE_ADDRESS, "--port", &PORT.to_string()])
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| moto.display().to_string())?;
        let mut store = Self {
            server,
            python: moto.with_file_name("python"),
        };
        until("the S3 server", || {
            if let Some(status) = store.server.try_wait()? {
                bail!("it ended ({status}): {}", tail(&log, 5));
            }
            Ok(TcpStream::connect((NODE_ADDRESS, PORT)).is_ok())
        })?;
        store.ask(&format!("s3.create_bucket(Bucket='{BUCKET}')"))?;
        Ok(store)
    }

    /// The keys of the objects in the bucket.
    ///
    /// # Errors
    /// If the server does not answer.
    pub fn keys(&self) -> anyhow::Result<Vec<String>> {
        let list = format!("s3.list_objects_v2(Bucket='{BUCKET}').get('Contents', [])");
        let keys = self.ask(&format!("[print(it['Key']) for it in {list}]"))?;
        Ok(keys.lines().map(str::to_owned).collect())
    }

    /// The client that comes with moto.
    fn ask(&self, statement: &str) -> anyhow::Result<String> {
        let endpoint = format!("http://{NODE_ADDRESS}:{PORT}");
        let program = format!(
            "import boto3\n\
             s3 = boto3.client('s3', endpoint_url='{endpoint}', region_name='us-east-1',\n\
             \x20   aws_access_key_id='EXAMPLEID', aws_secret_access_key='{KEY}')\n\
             {statement}"
        );
        output(Command::new(&self.python).args(["-c", &program]))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
