//! What becomes of runs when parts of the cluster fail: each ends in success or a clear failure,
//! nothing is stuck, nothing happens twice, nothing is left behind, and afterwards a restore gives
//! the data back.
//!
//! Runs inside of the namespaces.

mod answers;
mod controller;
mod cut;
mod deletion;
mod ground;
mod http;
mod kills;
mod objects;
mod outages;
mod pair;
mod proxy;
mod run;
mod transitions;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;

use crate::config::Config;
use ground::Ground;

/// The programs of the product.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The binary.
    pub kanister: PathBuf,
    /// A folder with the component of a function that stores what a command prints.
    pub plugins: PathBuf,
    /// Where compiled components are kept.
    pub cache: PathBuf,
}

type Case = (&'static str, fn(&Ground<'_>) -> anyhow::Result<String>);

const CASES: [Case; 18] = [
    ("no fault at all", kills::none),
    ("killed at every border", kills::at_every_border),
    ("killed inside a command of 60 s", kills::inside_command),
    ("killed inside a helper pod of 60 s", kills::inside_task),
    ("the API server is restarted", outages::api_server),
    (
        "the API server is restarted and has forgotten",
        answers::expired,
    ),
    ("etcd is stopped for 10 s", outages::etcd),
    ("the kubelet is stopped and started", outages::kubelet),
    ("the pod is deleted during exec", outages::pod_deleted),
    ("exec is cut inside 1 GiB", cut::half_way),
    ("two controllers, the leader is killed", pair::killed),
    ("two controllers, the leader is frozen", pair::frozen),
    ("two controllers, the leader is told to end", pair::ended),
    ("deleted while running", deletion::while_running),
    ("deleted while running, and killed", deletion::and_killed),
    ("deleted while nobody runs it", deletion::while_nobody_runs),
    ("removed after its time", answers::removed_after_its_time),
    ("too many requests", answers::too_many_requests),
];

/// Runs the cases whose names contain the filter.
///
/// # Errors
/// If one fails.
pub fn run(config: &Config, programs: &Programs, filter: &str) -> anyhow::Result<()> {
    let ground = Ground::prepare(config, programs)?;
    let (mut passed, mut failed) = (0, 0);
    for (name, case) in CASES.iter().filter(|(name, _)| name.contains(filter)) {
        let start = Instant::now();
        let result = case(&ground);
        let seconds = start.elapsed().as_secs();
        match result {
            Ok(what) => {
                passed += 1;
                println!("pass {name}: {what} ({seconds} s)");
            }
            Err(error) => {
                failed += 1;
                println!("FAIL {name} ({seconds} s): {error:#}");
            }
        }
    }
    println!("{passed} passed, {failed} failed, 0 skipped");
    ensure!(
        failed == 0,
        "the controllers' logs are in {}",
        ground.logs().display()
    );
    Ok(())
}
