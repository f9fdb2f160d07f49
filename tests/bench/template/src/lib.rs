//! Parsing and rendering measured, beside Go's `text/template` in the same run where a Go toolchain is there.

mod go;
mod subject;

use anyhow::Result;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use subject::Set;

/// Nanoseconds of one run over a set of templates.
#[derive(Debug, Clone, Copy)]
struct Figures {
    parse: f64,
    render: f64,
    both: f64,
}

/// Measures every set for `seconds` per figure and prints a table; with Go's figures if `go` is installed.
///
/// # Errors
/// If a template fails on either side, or the two sides differ in what they render.
pub fn run(seconds: f64) -> Result<()> {
    let sets = subject::sets();
    let mut ours = BTreeMap::new();
    for (name, set) in &sets {
        ours.insert(*name, measure(set, seconds)?);
    }
    let go = go::measure(&sets, seconds)?;
    println!("{:<24}{:>12}{:>12}{:>12}", "", "parse", "render", "both");
    for (name, set) in &sets {
        let size = set.templates.iter().map(String::len).sum::<usize>();
        println!("{name}: {} templates, {size} bytes", set.templates.len());
        let Some(Figures {
            parse,
            render,
            both,
        }) = ours.get(name).copied()
        else {
            continue;
        };
        println!(
            "{:<24}{:>12}{:>12}{:>12}",
            "  ours",
            time(parse),
            time(render),
            time(both)
        );
        if let Some(go) = go.as_ref().and_then(|go| go.get(*name)) {
            println!(
                "{:<24}{:>12}{:>12}{:>12}",
                "  Go text/template",
                time(go.parse),
                time(go.render),
                time(go.both)
            );
            let times = |go: f64, ours: f64| format!("{:.1}x", go / ours);
            let (parse, render, both) = (
                times(go.parse, parse),
                times(go.render, render),
                times(go.both, both),
            );
            println!(
                "{:<24}{parse:>12}{render:>12}{both:>12}",
                "  throughput, Go = 1"
            );
        }
    }
    if go.is_none() {
        println!("no Go toolchain found: our figures alone");
    }
    Ok(())
}

fn time(nanoseconds: f64) -> String {
    format!("{:.1} us", nanoseconds / 1000.0)
}

fn measure(set: &Set, seconds: f64) -> Result<Figures> {
    let parsed = set.parse()?;
    set.render(&parsed)?;
    Ok(Figures {
        parse: repeat(seconds, || set.parse().map(drop))?,
        render: repeat(seconds, || set.render(&parsed).map(drop))?,
        both: repeat(seconds, || {
            set.parse().and_then(|parsed| set.render(&parsed)).map(drop)
        })?,
    })
}

/// Calls `count` around one rendering of every set and gives its answers: for counting allocations, which takes an
/// allocator of its own and so a program of its own.
///
/// # Errors
/// If a template fails.
pub fn each_rendering<T>(
    count: impl Fn(&mut dyn FnMut() -> Result<()>) -> Result<T>,
) -> Result<Vec<(&'static str, T)>> {
    let mut answers = Vec::new();
    for (name, set) in subject::sets() {
        let parsed = set.parse()?;
        answers.push((name, count(&mut || set.render(&parsed).map(drop))?));
    }
    Ok(answers)
}

/// The time of the fastest run: what else the machine does only adds to the others.
fn repeat(seconds: f64, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let limit = Duration::from_secs_f64(seconds);
    let mut fastest = Duration::MAX;
    let start = Instant::now();
    while start.elapsed() < limit {
        let begin = Instant::now();
        run()?;
        fastest = fastest.min(begin.elapsed());
    }
    Ok(fastest.as_nanos() as f64)
}
