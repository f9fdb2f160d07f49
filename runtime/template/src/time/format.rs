//! `Time.Format`.

use super::Time;
use super::calendar::{DAYS, MONTHS, name_at};
use super::layout::{Chunk, Offset, next_chunk};
use std::fmt::Write;

impl Time {
    /// The time in a layout.
    pub(crate) fn format(&self, layout: &str) -> String {
        let mut out = String::with_capacity(layout.len() + 8);
        let mut rest = layout;
        while !rest.is_empty() {
            let (before, chunk, after) = next_chunk(rest);
            out.push_str(before);
            let Some(chunk) = chunk else { break };
            // Writing to a String cannot fail.
            let _ = self.write_chunk(&mut out, chunk);
            rest = after;
        }
        out
    }

    fn write_chunk(&self, out: &mut String, chunk: Chunk) -> std::fmt::Result {
        let month = name_at(&MONTHS, self.month() - 1);
        let weekday = name_at(&DAYS, self.weekday());
        let hour12 = match self.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        match chunk {
            Chunk::LongMonth => out.push_str(month),
            Chunk::Month => out.push_str(month.get(..3).unwrap_or_default()),
            Chunk::NumMonth => write!(out, "{}", self.month())?,
            Chunk::ZeroMonth => write!(out, "{:02}", self.month())?,
            Chunk::LongWeekday => out.push_str(weekday),
            Chunk::Weekday => out.push_str(weekday.get(..3).unwrap_or_default()),
            Chunk::Day => write!(out, "{}", self.day())?,
            Chunk::UnderDay => write!(out, "{:2}", self.day())?,
            Chunk::ZeroDay => write!(out, "{:02}", self.day())?,
            Chunk::UnderYearDay => write!(out, "{:3}", self.year_day())?,
            Chunk::ZeroYearDay => write!(out, "{:03}", self.year_day())?,
            Chunk::Hour => write!(out, "{:02}", self.hour())?,
            Chunk::Hour12 => write!(out, "{hour12}")?,
            Chunk::ZeroHour12 => write!(out, "{hour12:02}")?,
            Chunk::Minute => write!(out, "{}", self.minute())?,
            Chunk::ZeroMinute => write!(out, "{:02}", self.minute())?,
            Chunk::Second => write!(out, "{}", self.second())?,
            Chunk::ZeroSecond => write!(out, "{:02}", self.second())?,
            Chunk::LongYear if self.year() < 0 => write!(out, "-{:04}", -self.year())?,
            Chunk::LongYear => write!(out, "{:04}", self.year())?,
            Chunk::Year => write!(out, "{:02}", self.year().max(0) % 100)?,
            Chunk::UpperPm => out.push_str(if self.hour() >= 12 { "PM" } else { "AM" }),
            Chunk::LowerPm => out.push_str(if self.hour() >= 12 { "pm" } else { "am" }),
            Chunk::ZoneName if !self.zone.is_empty() => out.push_str(&self.zone),
            Chunk::ZoneName => {
                let sign = if self.offset < 60 && self.offset / 60 < 0 {
                    '-'
                } else {
                    '+'
                };
                let minutes = (self.offset / 60).abs();
                write!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60)?;
            }
            Chunk::Offset(kind) => self.write_offset(out, kind)?,
            Chunk::Fraction { digits, comma } => {
                out.push(if comma { ',' } else { '.' });
                let all = format!("{:09}", self.nanos);
                out.push_str(all.get(..digits.min(9)).unwrap_or_default());
                // More than nine digits: Go pads with zeros.
                out.extend(std::iter::repeat_n('0', digits.saturating_sub(9)));
            }
            Chunk::ShortFraction { digits, comma } => {
                let all = format!("{:09}", self.nanos);
                let kept = all
                    .get(..digits.min(9))
                    .unwrap_or_default()
                    .trim_end_matches('0');
                if !kept.is_empty() {
                    out.push(if comma { ',' } else { '.' });
                    out.push_str(kept);
                }
            }
        }
        Ok(())
    }

    fn write_offset(&self, out: &mut String, kind: Offset) -> std::fmt::Result {
        let Offset {
            z,
            colon,
            minutes,
            seconds,
        } = kind;
        if z && self.offset == 0 {
            out.push('Z');
            return Ok(());
        }
        let zone = self.offset / 60;
        out.push(if zone < 0 { '-' } else { '+' });
        write!(out, "{:02}", zone.abs() / 60)?;
        let colon = if colon { ":" } else { "" };
        if minutes {
            write!(out, "{colon}{:02}", zone.abs() % 60)?;
        }
        if seconds {
            write!(out, "{colon}{:02}", self.offset.abs() % 60)?;
        }
        Ok(())
    }
}
