//! `time.ParseInLocation` with the local zone.

use super::calendar::{DAYS, MONTHS, days_from_civil, is_leap, month_length};
use super::layout::{Chunk, Offset, next_chunk};
use super::{DAY, Time};

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    pm: Option<bool>,
    utc: bool,
    offset: Option<i32>,
    zone: String,
}

/// Reads `value` by `layout`; `None` if it does not match.
pub(crate) fn parse(layout: &str, value: &str) -> Option<Time> {
    let mut fields = Fields::default();
    let (mut layout, mut value) = (layout, value);
    loop {
        let (before, chunk, after) = next_chunk(layout);
        value = skip(before, value)?;
        let Some(chunk) = chunk else { break };
        value = fields.read(chunk, after, value)?;
        layout = after;
    }
    if value.is_empty() {
        fields.time()
    } else {
        None
    }
}

/// Literal text; a run of spaces stands for any number of them.
fn skip<'v>(prefix: &str, value: &'v str) -> Option<&'v str> {
    let (mut prefix, mut value) = (prefix, value);
    while let Some(c) = prefix.chars().next() {
        if c == ' ' {
            if !value.is_empty() && !value.starts_with(' ') {
                return None;
            }
            prefix = prefix.trim_start_matches(' ');
            value = value.trim_start_matches(' ');
        } else {
            value = value.strip_prefix(c)?;
            prefix = prefix.strip_prefix(c)?;
        }
    }
    Some(value)
}

/// One or two digits, two if `fixed`.
fn two(value: &str, fixed: bool) -> Option<(i64, &str)> {
    let digits = value.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits == 0 || (fixed && digits < 2) {
        return None;
    }
    let (number, rest) = value.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

/// One to three digits, three if `fixed`.
fn three(value: &str, fixed: bool) -> Option<(i64, &str)> {
    let digits = value.bytes().take(3).take_while(u8::is_ascii_digit).count();
    if digits == 0 || (fixed && digits < 3) {
        return None;
    }
    let (number, rest) = value.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

fn below(read: (i64, &str), bound: i64) -> Option<(i64, &str)> {
    (read.0 < bound).then_some(read)
}

/// A name in any case; the first `length` letters of each count.
fn name<'v>(names: &[&str], length: usize, value: &'v str) -> Option<(i64, &'v str)> {
    names.iter().enumerate().find_map(|(i, name)| {
        let name = name.get(..length.min(name.len()))?;
        let (head, rest) = value.split_at_checked(name.len())?;
        head.eq_ignore_ascii_case(name).then_some((i as i64, rest))
    })
}

/// A point or comma and digits; the digits after the ninth do not count.
fn fraction(value: &str, digits: usize) -> Option<(u32, &str)> {
    let rest = value.strip_prefix(['.', ','])?;
    let (number, rest) = rest.split_at_checked(digits)?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nine: String = number.chars().chain("000000000".chars()).take(9).collect();
    Some((nine.parse().ok()?, rest))
}

fn fraction_digits(value: &str) -> usize {
    value.bytes().skip(1).take_while(u8::is_ascii_digit).count()
}

impl Fields {
    /// Reads one element; `after` is the layout behind it. Gives the rest of the value.
    fn read<'v>(&mut self, chunk: Chunk, after: &str, value: &'v str) -> Option<&'v str> {
        let (number, rest) = match chunk {
            Chunk::Year => {
                let (number, rest) = two(value, true)?;
                self.year = if number >= 69 {
                    1900 + number
                } else {
                    2000 + number
                };
                return Some(rest);
            }
            Chunk::LongYear => {
                let (number, rest) = value.split_at_checked(4)?;
                self.year = number
                    .bytes()
                    .all(|b| b.is_ascii_digit())
                    .then(|| number.parse().ok())??;
                return Some(rest);
            }
            Chunk::Month | Chunk::LongMonth => {
                let length = if chunk == Chunk::Month { 3 } else { usize::MAX };
                let (month, rest) = name(&MONTHS, length, value)?;
                self.month = Some(month + 1);
                return Some(rest);
            }
            Chunk::Weekday => return name(&DAYS, 3, value).map(|(_, rest)| rest),
            Chunk::LongWeekday => return name(&DAYS, usize::MAX, value).map(|(_, rest)| rest),
            Chunk::NumMonth | Chunk::ZeroMonth => {
                let (number, rest) = below(two(value, chunk == Chunk::ZeroMonth)?, 13)?;
                self.month = Some(number).filter(|month| *month > 0);
                return self.month.map(|_| rest);
            }
            Chunk::Day | Chunk::UnderDay | Chunk::ZeroDay => {
                let value = if chunk == Chunk::UnderDay {
                    value.strip_prefix(' ').unwrap_or(value)
                } else {
                    value
                };
                let (number, rest) = two(value, chunk == Chunk::ZeroDay)?;
                self.day = Some(number);
                return Some(rest);
            }
            Chunk::UnderYearDay | Chunk::ZeroYearDay => {
                let mut value = value;
                if chunk == Chunk::UnderYearDay {
                    value = value.strip_prefix(' ').unwrap_or(value);
                    value = value.strip_prefix(' ').unwrap_or(value);
                }
                let (number, rest) = three(value, chunk == Chunk::ZeroYearDay)?;
                self.year_day = Some(number);
                return Some(rest);
            }
            Chunk::Hour => below(two(value, false)?, 24)?,
            Chunk::Hour12 | Chunk::ZeroHour12 => {
                below(two(value, chunk == Chunk::ZeroHour12)?, 13)?
            }
            Chunk::Minute | Chunk::ZeroMinute => {
                let (number, rest) = below(two(value, chunk == Chunk::ZeroMinute)?, 60)?;
                self.minute = number;
                return Some(rest);
            }
            Chunk::Second | Chunk::ZeroSecond => {
                let (number, rest) = below(two(value, chunk == Chunk::ZeroSecond)?, 60)?;
                self.second = number;
                return self.unasked_fraction(after, rest);
            }
            Chunk::UpperPm | Chunk::LowerPm => {
                let (text, rest) = value.split_at_checked(2)?;
                self.pm = match (text, chunk) {
                    ("PM", Chunk::UpperPm) | ("pm", Chunk::LowerPm) => Some(true),
                    ("AM", Chunk::UpperPm) | ("am", Chunk::LowerPm) => Some(false),
                    _ => return None,
                };
                return Some(rest);
            }
            Chunk::ZoneName => return self.zone_name(value),
            Chunk::Offset(kind) => return self.offset(kind, value),
            Chunk::Fraction { digits, .. } => {
                let (nanos, rest) = fraction(value, digits)?;
                self.nanos = nanos;
                return Some(rest);
            }
            Chunk::ShortFraction { .. } => return self.any_fraction(value),
        };
        self.hour = number;
        Some(rest)
    }

    /// A fraction of a second may stand in the value although the layout has none.
    fn unasked_fraction<'v>(&mut self, after: &str, value: &'v str) -> Option<&'v str> {
        if let (_, Some(Chunk::Fraction { .. } | Chunk::ShortFraction { .. }), _) =
            next_chunk(after)
        {
            return Some(value);
        }
        self.any_fraction(value)
    }

    fn any_fraction<'v>(&mut self, value: &'v str) -> Option<&'v str> {
        let digits = fraction_digits(value);
        if !value.starts_with(['.', ',']) || digits == 0 {
            return Some(value);
        }
        let (nanos, rest) = fraction(value, digits)?;
        self.nanos = nanos;
        Some(rest)
    }

    fn zone_name<'v>(&mut self, value: &'v str) -> Option<&'v str> {
        if let Some(rest) = value.strip_prefix("UTC") {
            self.utc = true;
            return Some(rest);
        }
        let (zone, rest) = value.split_at_checked(zone_length(value)?)?;
        self.zone = zone.into();
        Some(rest)
    }

    fn offset<'v>(&mut self, kind: Offset, value: &'v str) -> Option<&'v str> {
        if kind.z && value.starts_with('Z') {
            self.utc = true;
            return value.strip_prefix('Z');
        }
        let sign = if value.starts_with('+') { 1 } else { -1 };
        let mut rest = value.strip_prefix(['+', '-'])?;
        let mut seconds = 0;
        let parts = [
            (true, 3600, 24),
            (kind.minutes, 60, 60),
            (kind.seconds, 1, 60),
        ];
        for (at, (wanted, unit, most)) in parts.into_iter().enumerate() {
            if !wanted {
                continue;
            }
            if at > 0 && kind.colon {
                rest = rest.strip_prefix(':')?;
            }
            let (number, after) = below(two(rest, true)?, most + 1)?;
            seconds += number * unit;
            rest = after;
        }
        self.offset = i32::try_from(sign * seconds).ok();
        Some(rest)
    }

    fn time(mut self) -> Option<Time> {
        match self.pm {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        let (month, day) = self.month_and_day()?;
        let days = days_from_civil(self.year, month, day);
        let local = days * DAY + self.hour * 3600 + self.minute * 60 + self.second;
        let time = Time::at(local, self.nanos);
        if self.utc {
            return Some(time);
        }
        if let Some(offset) = self.offset {
            let time = Time::at(local - i64::from(offset), self.nanos);
            let local_zone = offset == 0 && (self.zone.is_empty() || self.zone == "UTC");
            return Some(if local_zone {
                time
            } else {
                time.in_offset(offset, &self.zone)
            });
        }
        if self.zone.is_empty() {
            return Some(time);
        }
        // An abbreviation says nothing about the offset, but for those like GMT+3.
        let hours = self
            .zone
            .strip_prefix("GMT")
            .and_then(|hours| hours.parse::<i32>().ok())
            .unwrap_or(0);
        Some(time.in_offset(hours * 3600, &self.zone))
    }

    fn month_and_day(&self) -> Option<(i64, i64)> {
        let Some(year_day) = self.year_day else {
            let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
            return (1..=month_length(self.year, month))
                .contains(&day)
                .then_some((month, day));
        };
        let length = if is_leap(self.year) { 366 } else { 365 };
        if !(1..=length).contains(&year_day) {
            return None;
        }
        let mut day = year_day;
        let month = (1..=12).find(|month| {
            let length = month_length(self.year, *month);
            let here = day <= length;
            day -= if here { 0 } else { length };
            here
        })?;
        let agrees = self.month.is_none_or(|m| m == month) && self.day.is_none_or(|d| d == day);
        agrees.then_some((month, day))
    }
}

/// How much of the value is a zone abbreviation.
fn zone_length(value: &str) -> Option<usize> {
    if value.starts_with("ChST") || value.starts_with("MeST") {
        return Some(4);
    }
    if let Some(rest) = value.strip_prefix("GMT") {
        return Some(3 + signed_hours(rest));
    }
    if value.starts_with(['+', '-']) {
        return Some(signed_hours(value)).filter(|length| *length > 0);
    }
    let upper = value
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_uppercase)
        .count();
    let word = value.get(..upper)?;
    match upper {
        3 => Some(3),
        4 if word.ends_with('T') || word == "WITA" => Some(4),
        5 if word.ends_with('T') => Some(5),
        _ => None,
    }
}

/// The length of `+3` or `-12`; 0 if it is none.
fn signed_hours(value: &str) -> usize {
    let Some(digits) = value.strip_prefix(['+', '-']) else {
        return 0;
    };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    match digits.get(..length).map(str::parse::<u64>) {
        Some(Ok(hours)) if hours <= 23 => length + 1,
        _ => 0,
    }
}
