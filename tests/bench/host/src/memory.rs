//! What this process holds.

use anyhow::Context;

/// Resident bytes.
pub fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")
        .context("memory is only known on Linux, from /proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .context("/proc/self/status has no VmRSS")?;
    Ok(kib.parse::<u64>()? * 1024)
}
