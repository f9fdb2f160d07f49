//! Go's reference-time layouts, cut into their elements.

/// An element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    Offset(Offset),
    /// As many digits.
    Fraction {
        digits: usize,
        comma: bool,
    },
    /// Up to as many digits, without trailing zeros, and nothing for zero.
    ShortFraction {
        digits: usize,
        comma: bool,
    },
}

/// A numeric zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// `Z` stands for UTC.
    pub(super) z: bool,
    pub(super) colon: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

const fn offset(z: bool, colon: bool, minutes: bool, seconds: bool) -> Chunk {
    Chunk::Offset(Offset {
        z,
        colon,
        minutes,
        seconds,
    })
}

/// Fixed texts; of two that begin alike the longer comes first.
const TABLE: [(&str, Chunk); 33] = [
    ("January", Chunk::LongMonth),
    ("Jan", Chunk::Month),
    ("Monday", Chunk::LongWeekday),
    ("Mon", Chunk::Weekday),
    ("MST", Chunk::ZoneName),
    ("01", Chunk::ZeroMonth),
    ("02", Chunk::ZeroDay),
    ("03", Chunk::ZeroHour12),
    ("04", Chunk::ZeroMinute),
    ("05", Chunk::ZeroSecond),
    ("06", Chunk::Year),
    ("002", Chunk::ZeroYearDay),
    ("15", Chunk::Hour),
    ("1", Chunk::NumMonth),
    ("2006", Chunk::LongYear),
    ("2", Chunk::Day),
    ("_2", Chunk::UnderDay),
    ("__2", Chunk::UnderYearDay),
    ("3", Chunk::Hour12),
    ("4", Chunk::Minute),
    ("5", Chunk::Second),
    ("PM", Chunk::UpperPm),
    ("pm", Chunk::LowerPm),
    ("-070000", offset(false, false, true, true)),
    ("-07:00:00", offset(false, true, true, true)),
    ("-0700", offset(false, false, true, false)),
    ("-07:00", offset(false, true, true, false)),
    ("-07", offset(false, false, false, false)),
    ("Z070000", offset(true, false, true, true)),
    ("Z07:00:00", offset(true, true, true, true)),
    ("Z0700", offset(true, false, true, false)),
    ("Z07:00", offset(true, true, true, false)),
    ("Z07", offset(true, false, false, false)),
];

/// The text before the first element, the element, the text after it.
pub(super) fn next_chunk(layout: &str) -> (&str, Option<Chunk>, &str) {
    for (at, c) in layout.char_indices() {
        let (before, rest) = layout.split_at(at);
        if let Some(after) = rest.strip_prefix("_2006") {
            // An underscore, then a year.
            let (before, _) = layout.split_at(at + 1);
            return (before, Some(Chunk::LongYear), after);
        }
        if matches!(c, '.' | ',') {
            if let Some((chunk, after)) = fraction(rest, c == ',') {
                return (before, Some(chunk), after);
            }
            continue;
        }
        for (text, chunk) in &TABLE {
            let Some(after) = rest.strip_prefix(text) else {
                continue;
            };
            let short_name = matches!(chunk, Chunk::Month | Chunk::Weekday);
            if !(short_name && after.starts_with(|c: char| c.is_ascii_lowercase())) {
                return (before, Some(*chunk), after);
            }
        }
    }
    (layout, None, "")
}

fn fraction(rest: &str, comma: bool) -> Option<(Chunk, &str)> {
    let after = rest.get(1..)?;
    let digit = after.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let tail = after.trim_start_matches(digit);
    if tail.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = after.len() - tail.len();
    let chunk = match digit {
        '0' => Chunk::Fraction { digits, comma },
        _ => Chunk::ShortFraction { digits, comma },
    };
    Some((chunk, tail))
}
