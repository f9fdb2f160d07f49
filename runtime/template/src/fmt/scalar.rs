//! The `String` methods of Go's named integers.

use crate::time::{DAYS, MONTHS};
use crate::value::{Int, IntKind};

/// What the `String` method of a named integer type gives.
pub(crate) fn named_int_text(int: Int) -> Option<String> {
    let name = |names: &[&str], at: i64, kind| {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at));
        name.map_or_else(
            || format!("%!{kind}({})", int.value),
            |name| (*name).to_string(),
        )
    };
    match int.kind {
        IntKind::Month => Some(name(&MONTHS, int.value - 1, "Month")),
        IntKind::Weekday => Some(name(&DAYS, int.value, "Weekday")),
        IntKind::Duration => Some(duration_text(int.value)),
        IntKind::Int | IntKind::Int64 | IntKind::Uint8 | IntKind::Uint32 | IntKind::Uint64 => None,
    }
}

/// `time.Duration.String`.
pub(crate) fn duration_text(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let size = nanos.unsigned_abs();
    let decimal = |whole: u64, rest: u64, digits: usize| {
        let text = format!("{whole}.{rest:0digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    };
    match size {
        0 => "0s".into(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => format!("{sign}{}\u{b5}s", decimal(size / 1_000, size % 1_000, 3)),
        1_000_000..1_000_000_000 => {
            format!("{sign}{}ms", decimal(size / 1_000_000, size % 1_000_000, 6))
        }
        _ => {
            let (all, rest) = (size / 1_000_000_000, size % 1_000_000_000);
            let seconds = decimal(all % 60, rest, 9);
            match (all / 3600, all / 60 % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::duration_text;

    #[test]
    fn durations() {
        assert_eq!(duration_text(0), "0s");
        assert_eq!(duration_text(1_500), "1.5\u{b5}s");
        assert_eq!(duration_text(-5_400_000_000_000), "-1h30m0s");
        assert_eq!(duration_text(100_000_000), "100ms");
    }
}
