//! Programs that do the same, measured in turn.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::process::{Child, Command};

/// What kando must reach of the slowest of what it is measured against.
const DEMAND: f64 = 0.8;

/// How long one contest may take: a slow server is not asked again and again.
const ENOUGH: Duration = Duration::from_secs(40);

/// A program that takes part.
pub struct Contender {
    /// What the output calls it.
    pub name: String,
    start: Box<dyn Fn() -> Command>,
    /// The demand is made of it; what it is measured against are the others.
    measured: bool,
}

impl Contender {
    /// One that sets the mark.
    pub fn plain(name: &str, start: impl Fn() -> Command + 'static) -> Self {
        Self {
            name: name.to_owned(),
            start: Box::new(start),
            measured: false,
        }
    }

    /// The one that is to reach it.
    pub fn measured(name: &str, start: impl Fn() -> Command + 'static) -> Self {
        Self {
            measured: true,
            ..Self::plain(name, start)
        }
    }
}

/// What one run took.
pub struct Measured {
    time: Duration,
    usage: Usage,
}

impl Measured {
    fn speed(&self, mib: usize) -> f64 {
        mib as f64 / self.time.as_secs_f64()
    }
}

/// A speed to compare with.
#[derive(Clone)]
pub struct Mark {
    pub name: String,
    pub speed: f64,
}

/// What a process has used of this machine.
#[derive(Clone, Copy, Default)]
struct Usage {
    /// Its largest resident size.
    peak_kib: u64,
    /// Hundredths of a second of all processors, which say more than the time where others work too.
    ticks: u64,
}

impl Usage {
    /// What a process has used so far; nothing once it is gone.
    fn of(pid: u32) -> Self {
        let read =
            |name| std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
        let status = read("status");
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let peak = line.and_then(|l| l.split_whitespace().next()?.parse().ok());
        // Behind the name, which may hold anything: the 12th and 13th field, user and system time.
        let stat = read("stat");
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let times = fields.split_whitespace().skip(11).take(2);
        Self {
            peak_kib: peak.unwrap_or(0),
            ticks: times.filter_map(|time| time.parse::<u64>().ok()).sum(),
        }
    }
}

async fn watch(mut child: Child) -> Result<Usage> {
    let pid = child.id().context("it has ended")?;
    let mut most = Usage::default();
    loop {
        tokio::select! {
            status = child.wait() => {
                ensure!(status?.success(), "it failed");
                return Ok(most);
            }
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                let now = Usage::of(pid);
                most = Usage {
                    peak_kib: most.peak_kib.max(now.peak_kib),
                    ticks: most.ticks.max(now.ticks),
                };
            }
        }
    }
}

/// Runs a command to its end.
pub async fn once(command: &mut Command) -> Result<Measured> {
    let begin = Instant::now();
    let usage = watch(command.spawn()?).await?;
    Ok(Measured {
        time: begin.elapsed(),
        usage,
    })
}

/// Runs all in turn, so many times, and prints the best of each: what else this machine does then
/// slows all of them. `marks` are speeds of before. Returns the speeds.
pub async fn contest(
    about: &str,
    mib: usize,
    times: u32,
    contenders: &[Contender],
    marks: &[Mark],
) -> Result<Vec<Mark>> {
    let begin = Instant::now();
    let mut best: Vec<Option<Measured>> = contenders.iter().map(|_| None).collect();
    for _ in 0..times {
        for (contender, best) in contenders.iter().zip(&mut best) {
            // What the one before has left to the system to write would slow this one.
            let synced = Command::new("sync").status().await;
            ensure!(synced?.success(), "sync failed");
            let mut command = (contender.start)();
            command.stdin(Stdio::null()).stdout(Stdio::null());
            let run = once(&mut command).await;
            let run = run.with_context(|| format!("{about}: {}", contender.name))?;
            *best = Some(match best.take() {
                None => run,
                Some(before) => Measured {
                    time: before.time.min(run.time),
                    usage: Usage {
                        peak_kib: before.usage.peak_kib.max(run.usage.peak_kib),
                        ticks: before.usage.ticks.min(run.usage.ticks),
                    },
                },
            });
        }
        if begin.elapsed() > ENOUGH {
            break;
        }
    }
    let best: Vec<(&Contender, Measured)> = contenders
        .iter()
        .zip(best)
        .filter_map(|(contender, best)| Some((contender, best?)))
        .collect();
    let mut all = marks.to_vec();
    let plain = best.iter().filter(|(contender, _)| !contender.measured);
    all.extend(plain.map(|(contender, best)| Mark {
        name: contender.name.clone(),
        speed: best.speed(mib),
    }));
    for (contender, best) in &best {
        let against: &[Mark] = match contender.measured {
            true => &all,
            false => &[],
        };
        report(&format!("{about}: {}", contender.name), mib, best, against);
    }
    Ok(best
        .iter()
        .map(|(contender, best)| Mark {
            name: contender.name.clone(),
            speed: best.speed(mib),
        })
        .collect())
}

/// Prints a line.
pub fn report(what: &str, mib: usize, measured: &Measured, marks: &[Mark]) {
    let speed = measured.speed(mib);
    let shares: String = marks
        .iter()
        .map(|mark| format!(", {:.0} % of {}", 100.0 * speed / mark.speed, mark.name))
        .collect();
    let slowest = marks.iter().map(|mark| mark.speed).reduce(f64::min);
    let verdict = match slowest {
        None => "",
        Some(slowest) if speed >= DEMAND * slowest => " (at least 80 %: yes)",
        Some(_) => " (at least 80 %: NO)",
    };
    let Usage { peak_kib, ticks } = measured.usage;
    let (peak, cpu) = (peak_kib as f64 / 1024.0, ticks as f64 / 100.0);
    println!(
        "{what}: {speed:.0} MiB/s{shares}; {peak:.0} MiB of memory, {cpu:.1} s of processors{verdict}"
    );
}

/// Fails unless the two files have the same bytes.
pub fn same(a: &Path, b: &Path) -> Result<()> {
    let status = std::process::Command::new("cmp").arg(a).arg(b).status()?;
    ensure!(status.success(), "what was pulled differs");
    Ok(())
}
