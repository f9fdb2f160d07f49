//! Runs every case against every store; the arguments are parts of names.

use anyhow::Result;
use store_tests::server::{Server, azurite, folder, google, moto, s3s_fs};
use store_tests::suite::{ANSWERS, CASES, Case};

#[derive(Default)]
struct Count {
    passed: u32,
    failed: u32,
    skipped: u32,
    wanted: Vec<String>,
}

impl Count {
    fn wants(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|w| name.contains(w.as_str()))
    }

    fn report(&mut self, name: &str, result: Result<()>) {
        match result {
            Ok(()) => {
                self.passed += 1;
                println!("ok    {name}");
            }
            Err(e) => {
                self.failed += 1;
                println!("FAIL  {name}: {e:#}");
            }
        }
    }

    async fn suite(&mut self, server: &Server) {
        for (case, run) in CASES {
            let name = format!("{}::{case}", server.name);
            if !self.wants(&name) {
                continue;
            }
            let result = match Case::new(server, case).await {
                Ok(case) => run(&case).await,
                Err(e) => Err(e),
            };
            self.report(&name, result);
        }
    }

    async fn fetched(&mut self, server: Result<Result<Server, String>>) -> Result<()> {
        match server? {
            Ok(server) => self.suite(&server).await,
            Err(why) => {
                println!("skip  {why}");
                self.skipped += u32::try_from(CASES.len())?;
            }
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut count = Count {
        // Flags are those of the test harness that this one replaces.
        wanted: std::env::args()
            .skip(1)
            .filter(|a| !a.starts_with('-'))
            .collect(),
        ..Count::default()
    };
    for (name, run) in ANSWERS {
        if count.wants(name) {
            let result = run().await;
            count.report(name, result);
        }
    }
    count.suite(&folder()?).await;
    count.suite(&s3s_fs().await?).await;
    count.suite(&google().await?).await;
    count.fetched(moto().await).await?;
    count.fetched(azurite().await).await?;
    let Count {
        passed,
        failed,
        skipped,
        wanted: _,
    } = count;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    std::process::exit(i32::from(failed > 0));
}
