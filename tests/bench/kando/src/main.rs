//! Measures `kando location push` and `pull` beside what does the same without anything around it, all
//! in one run on the same bytes: on a folder beside `cp` and `sha256sum`, on `s3s-fs` and moto beside
//! the plain library of stores and `curl`, since a slow server is as slow for all.

mod measure;
mod raw;
mod stream;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Parser;
use measure::{Contender, Mark, contest, same};
use store_tests::profile::Settings;
use store_tests::server::{Server, folder, moto, s3s_fs};
use tokio::process::Command;

/// Measure kando against plain copies
#[derive(Parser)]
struct Args {
    /// The program
    #[arg(long)]
    kando: PathBuf,
    /// How many MiB
    #[arg(long, default_value_t = 1024)]
    mib: usize,
    /// How often; the best time counts
    #[arg(long, default_value_t = 3)]
    times: u32,
    /// Only on this store: file, s3s-fs or moto
    #[arg(long)]
    only: Option<String>,
    /// Only pass so many GiB through a pipe, once, and say how much memory that took
    #[arg(long)]
    stream: Option<u64>,
    /// Where the files are
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// Only move this file as the plain client; what the bench itself calls
    #[arg(long, hide = true, requires = "settings")]
    raw: Option<PathBuf>,
    /// Push or pull, bucket, endpoint, prefix, id and secret for it
    #[arg(long, hide = true, num_args = 6)]
    settings: Vec<String>,
}

/// Moves a file as the plain client.
async fn raw(file: &Path, settings: &[String]) -> Result<()> {
    let [verb, bucket, endpoint, prefix, id, secret] = settings else {
        anyhow::bail!("a verb, bucket, endpoint, prefix, id and secret are needed");
    };
    let settings = Settings {
        kind: "s3Compliant",
        bucket: bucket.clone(),
        endpoint: endpoint.clone(),
        prefix: prefix.clone(),
        pair: (id.clone(), secret.clone()),
    };
    match verb.as_str() {
        "push" => raw::push(&settings, file).await,
        _ => raw::pull(&settings, file).await,
    }
}

/// What is measured, and with what.
struct Bench<'a> {
    args: &'a Args,
    source: PathBuf,
    copy: PathBuf,
    hashing: Mark,
}

impl Bench<'_> {
    /// Kando with this store.
    fn kando(&self, settings: &Settings, verb: &'static str, file: &Path) -> Contender {
        let (kando, file, profile) = (self.args.kando.clone(), file.to_owned(), settings.json());
        Contender::measured("kando", move || {
            let mut command = Command::new(&kando);
            command.args(["location", verb]).arg(&file);
            command.args(["--path", "bench/object", "--profile", &profile]);
            command
        })
    }

    async fn contest(&self, about: &str, contenders: &[Contender], marks: &[Mark]) -> Result<()> {
        let Args { mib, times, .. } = self.args;
        contest(about, *mib, *times, contenders, marks)
            .await
            .map(drop)
    }

    /// The file store beside `cp`, which like it has the file on the disk at the end.
    async fn on_folder(&self, server: &Server, root: &Path) -> Result<()> {
        let mut settings = server.settings.clone();
        settings.bucket = root.display().to_string();
        let hashing = std::slice::from_ref(&self.hashing);
        // The copy replaces its target by renaming, as kando does.
        let copy = |sync: &'static str, from: &Path, to: &Path| {
            let (from, to) = (from.to_owned(), to.to_owned());
            move || {
                let script = format!("cp \"$0\" \"$1.new\" && {sync} && mv \"$1.new\" \"$1\"");
                let mut command = Command::new("sh");
                command.arg("-c").arg(script).arg(&from).arg(&to);
                command
            }
        };
        let synced = copy("sync \"$1.new\"", &self.source, &self.copy);
        let push = [
            Contender::plain("cp and sync", synced),
            self.kando(&settings, "push", &self.source),
        ];
        self.contest("push to file", &push, hashing).await?;
        let pull = [
            Contender::plain("cp", copy("true", &self.source, &self.copy)),
            self.kando(&settings, "pull", &self.copy),
        ];
        self.contest("pull from file", &pull, hashing).await?;
        same(&self.source, &self.copy)
    }

    /// A server beside clients that do nothing else.
    async fn on_server(&self, server: &Server) -> Result<()> {
        let settings = &server.settings;
        let hashing = std::slice::from_ref(&self.hashing);
        let own = std::env::current_exe()?;
        let library = |verb: &'static str, file: &Path| {
            let (own, file, kando) = (own.clone(), file.to_owned(), self.args.kando.clone());
            let Settings {
                bucket,
                endpoint,
                prefix,
                pair: (id, secret),
                ..
            } = settings.clone();
            move || {
                let mut command = Command::new(&own);
                command.arg("--kando").arg(&kando).arg("--raw").arg(&file);
                command.args([
                    "--settings",
                    verb,
                    &bucket,
                    &endpoint,
                    &prefix,
                    &id,
                    &secret,
                ]);
                command
            }
        };
        let urls = raw::urls(settings).await?;
        let curl = |direction: &'static str, file: &Path, url: String| {
            let file = file.to_owned();
            move || {
                let mut command = Command::new("curl");
                command.args(["--silent", "--show-error", "--fail", direction]);
                command.arg(&file).arg(&url);
                command
            }
        };
        let has_curl = std::process::Command::new("curl")
            .arg("--version")
            .output()
            .is_ok();
        let mut push = vec![
            Contender::plain(
                "the plain library, with checksums",
                library("push", &self.source),
            ),
            self.kando(settings, "push", &self.source),
        ];
        let mut pull = vec![
            Contender::plain(
                "the plain library, with checksums",
                library("pull", &self.copy),
            ),
            self.kando(settings, "pull", &self.copy),
        ];
        match has_curl {
            true => {
                // In one request without a checksum, of which no store takes more than 5 GiB.
                let up = curl("--upload-file", &self.source, urls.put);
                push.insert(1, Contender::plain("curl", up));
                pull.insert(
                    1,
                    Contender::plain("curl", curl("--output", &self.copy, urls.get)),
                );
            }
            false => println!("not measured beside curl, which is not on PATH"),
        }
        self.contest(&format!("push to {}", server.name), &push, hashing)
            .await?;
        std::fs::remove_file(&self.copy).ok();
        self.contest(&format!("pull from {}", server.name), &pull, hashing)
            .await?;
        same(&self.source, &self.copy)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    // For the plain client; an error would say that it has one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if let Some(file) = &args.raw {
        return raw(file, &args.settings).await;
    }
    let work = tempfile::tempdir_in(&args.folder)?;
    if let Some(gib) = args.stream {
        return stream::run(&args.kando, gib, work.path()).await;
    }
    let (source, copy) = (work.path().join("source"), work.path().join("copy"));
    std::fs::write(&source, store_tests::pattern(args.mib << 20))?;
    let file = source.clone();
    let hash = Contender::plain("sha256sum", move || {
        let mut command = Command::new("sha256sum");
        command.arg(&file);
        command
    });
    let hashing = contest("hashing", args.mib, args.times, &[hash], &[]).await?;
    let Some(hashing) = hashing.into_iter().next() else {
        anyhow::bail!("--times must be 1 or more");
    };
    let bench = Bench {
        args: &args,
        source,
        copy,
        hashing,
    };
    let wanted = |name: &str| args.only.as_deref().is_none_or(|only| only == name);
    if wanted("file") {
        bench.on_folder(&folder()?, work.path()).await?;
    }
    if wanted("s3s-fs") {
        bench.on_server(&s3s_fs().await?).await?;
    }
    if wanted("moto") {
        match moto().await? {
            Ok(server) => bench.on_server(&server).await?,
            Err(why) => println!("not measured on moto: {why}"),
        }
    }
    Ok(())
}
