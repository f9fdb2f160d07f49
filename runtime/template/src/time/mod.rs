//! `time.Time` with Go's reference-time layouts. The local zone is UTC, as in the controller's container.

mod calendar;
mod duration;
mod format;
mod layout;
mod parse;
mod zone;

pub(crate) use calendar::{DAYS, MONTHS};
use calendar::{civil_from_days, days_from_civil};
pub(crate) use duration::parse_duration;
pub(crate) use parse::parse;

const DAY: i64 = 86_400;
/// Seconds of 0001-01-01T00:00:00Z, Go's zero time.
const ZERO: i64 = -62_135_596_800;
const GIGA: i128 = 1_000_000_000;

/// An instant and the zone in which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Time {
    seconds: i64,
    nanos: u32,
    offset: i32,
    zone: String,
    /// Kubernetes' own wrapper, which writes JSON without fractions and zero as null.
    kube: bool,
    pub(crate) secret: bool,
}

impl Time {
    pub(crate) fn at(seconds: i64, nanos: u32) -> Time {
        Time {
            seconds,
            nanos,
            offset: 0,
            zone: "UTC".into(),
            kube: false,
            secret: false,
        }
    }

    pub(crate) fn zero() -> Time {
        Time::at(ZERO, 0)
    }

    pub(crate) fn kube(self) -> Time {
        Time { kube: true, ..self }
    }

    pub(crate) fn is_kube(&self) -> bool {
        self.kube
    }

    pub(crate) fn marked(&self) -> Time {
        Time {
            secret: true,
            ..self.clone()
        }
    }

    fn in_offset(self, offset: i32, zone: &str) -> Time {
        Time {
            offset,
            zone: zone.into(),
            ..self
        }
    }

    pub(crate) fn in_utc(&self) -> Time {
        self.clone().in_offset(0, "UTC")
    }

    /// The same instant in a named zone; `None` if there is no such zone.
    pub(crate) fn in_zone(&self, name: &str) -> Option<Time> {
        let (offset, abbreviation) = zone::lookup(name, self.seconds)?;
        Some(self.clone().in_offset(offset, &abbreviation))
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.seconds == ZERO && self.nanos == 0
    }

    pub(crate) fn unix(&self) -> i64 {
        self.seconds
    }

    pub(crate) fn nanos(&self) -> u32 {
        self.nanos
    }

    pub(crate) fn unix_nanos(&self) -> i128 {
        i128::from(self.seconds) * GIGA + i128::from(self.nanos)
    }

    fn with_nanos(&self, nanos: i128) -> Time {
        let seconds = nanos
            .div_euclid(GIGA)
            .clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        Time {
            seconds,
            nanos: nanos.rem_euclid(GIGA) as u32,
            ..self.clone()
        }
    }

    pub(crate) fn add(&self, nanos: i128) -> Time {
        self.with_nanos(self.unix_nanos() + nanos)
    }

    /// Rounds down to a multiple of `span` nanoseconds since the zero time.
    pub(crate) fn truncate(&self, span: i64) -> Time {
        if span <= 0 {
            return self.clone();
        }
        let since = self.unix_nanos() - i128::from(ZERO) * GIGA;
        self.add(-since.rem_euclid(i128::from(span)))
    }

    /// Rounds to the nearest multiple of `span` nanoseconds, halves up.
    pub(crate) fn round(&self, span: i64) -> Time {
        if span <= 0 {
            return self.clone();
        }
        let down = self.truncate(span);
        let rest = self.unix_nanos() - down.unix_nanos();
        if rest * 2 < i128::from(span) {
            down
        } else {
            down.add(span.into())
        }
    }

    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let month = self.month().saturating_add(months) - 1;
        let year = self
            .year()
            .saturating_add(years)
            .saturating_add(month.div_euclid(12))
            .clamp(-1_000_000, 1_000_000);
        let days = days_from_civil(year, month.rem_euclid(12) + 1, 1)
            .saturating_add(self.day() - 1)
            .saturating_add(days.clamp(-1_000_000_000, 1_000_000_000));
        let local = days.saturating_mul(DAY).saturating_add(self.day_second());
        Time {
            seconds: local.saturating_sub(self.offset.into()),
            ..self.clone()
        }
    }

    fn local(&self) -> i64 {
        self.seconds.saturating_add(self.offset.into())
    }

    fn date(&self) -> (i64, i64, i64) {
        civil_from_days(self.local().div_euclid(DAY))
    }

    fn day_second(&self) -> i64 {
        self.local().rem_euclid(DAY)
    }

    pub(crate) fn year(&self) -> i64 {
        self.date().0
    }

    pub(crate) fn month(&self) -> i64 {
        self.date().1
    }

    pub(crate) fn day(&self) -> i64 {
        self.date().2
    }

    pub(crate) fn hour(&self) -> i64 {
        self.day_second() / 3600
    }

    pub(crate) fn minute(&self) -> i64 {
        self.day_second() / 60 % 60
    }

    pub(crate) fn second(&self) -> i64 {
        self.day_second() % 60
    }

    /// Sunday is 0.
    pub(crate) fn weekday(&self) -> i64 {
        (self.local().div_euclid(DAY) + 4).rem_euclid(7)
    }

    pub(crate) fn year_day(&self) -> i64 {
        self.local().div_euclid(DAY) - days_from_civil(self.year(), 1, 1) + 1
    }

    /// As Go prints it.
    pub(crate) fn text(&self) -> String {
        self.format("2006-01-02 15:04:05.999999999 -0700 MST")
    }

    /// The name of its zone; one that is only an offset has none.
    pub(crate) fn location(&self) -> &str {
        if self.zone.starts_with(['+', '-']) {
            ""
        } else {
            &self.zone
        }
    }

    /// As Go writes it in source text.
    pub(crate) fn go_text(&self) -> String {
        let zone = match self.location() {
            "UTC" => "time.UTC".into(),
            name => format!("time.Location({name:?})"),
        };
        let (year, month, day) = self.date();
        let month = usize::try_from(month - 1)
            .ok()
            .and_then(|at| MONTHS.get(at));
        format!(
            "time.Date({year}, time.{}, {day}, {}, {}, {}, {}, {zone})",
            month.copied().unwrap_or_default(),
            self.hour(),
            self.minute(),
            self.second(),
            self.nanos
        )
    }

    /// As `encoding/json` writes it, without the quotes; `None` for null.
    pub(crate) fn json(&self) -> Option<String> {
        match (self.kube, self.is_zero()) {
            (true, true) => None,
            (true, false) => Some(self.in_utc().format("2006-01-02T15:04:05Z07:00")),
            (false, _) => Some(self.format("2006-01-02T15:04:05.999999999Z07:00")),
        }
    }
}
