//! Times, sizes and values, short enough for a line of a terminal.

use kanister_host::capability::progress::Progress;
use serde_json::Value;
use std::time::Duration;

/// Characters of one value.
const LONGEST: usize = 120;

/// `0.4 s`, `12 s`, `3 m 04 s`.
pub fn time(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", length.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} m", seconds / 3600, seconds / 60 % 60),
    }
}

/// `512 B`, `3.4 MB`.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in UNITS {
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// How far a function is, so far as it said.
pub fn progress(progress: &Progress) -> String {
    let Progress {
        percent,
        downloaded,
        uploaded,
        estimated_download,
        estimated_upload,
        estimated_seconds,
        note,
    } = progress;
    let bytes = |done: &Option<u64>, all: &Option<u64>, word: &str| {
        let done = size((*done)?);
        Some(match all {
            Some(all) => format!("{done} of {} {word}", size(*all)),
            None => format!("{done} {word}"),
        })
    };
    let parts = [
        percent.map(|percent| format!("{percent} %")),
        bytes(downloaded, estimated_download, "read"),
        bytes(uploaded, estimated_upload, "stored"),
        estimated_seconds.map(|left| format!("{} left", time(Duration::from_secs(left)))),
        note.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A value in one line.
pub fn value(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    line(&text)
}

/// A text in one line that is not too long.
pub fn line(text: &str) -> String {
    let whole = plain(text);
    match whole.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", whole.get(..at).unwrap_or_default()),
        None => whole,
    }
}

/// A whole text in one line, without control characters: nothing that a pod prints moves the cursor.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        assert_eq!(time(Duration::from_millis(420)), "0.4 s");
        assert_eq!(time(Duration::from_secs(184)), "3 m 04 s");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(3_400_000), "3.4 MB");
        let half = Progress {
            percent: Some(50),
            uploaded: Some(1_500),
            ..Progress::default()
        };
        assert_eq!(progress(&half), "50 %, 1.5 kB stored");
    }

    #[test]
    fn what_a_pod_prints_moves_no_cursor() {
        assert_eq!(line("a\u{1b}[2Jb\r\n"), "a [2Jb  ");
        assert_eq!(line(&"x".repeat(500)).chars().count(), LONGEST + 1);
    }
}
