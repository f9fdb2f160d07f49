//! The methods that values in a template have: those of times and versions.

use super::{At, Exec, Step};
use crate::context::Fail;
use crate::error::ErrorKind;
use crate::fmt::duration_text;
use crate::functions::Param;
use crate::syntax::Arg;
use crate::value::{Int, IntKind, Value};
use std::sync::Arc;

impl<'t> Exec<'t> {
    pub(super) fn method_call(
        &mut self,
        dot: &Value,
        receiver: &Value,
        name: &str,
        args: &'t [Arg],
        last: Option<Value>,
        node: &'t Arg,
    ) -> Step<Value> {
        let Some(params) = params(receiver, name) else {
            return match receiver.target() {
                Value::Map(_) => self.fail(
                    ErrorKind::Other,
                    format!("{name} is not a method but has arguments"),
                ),
                Value::Record(record) if record.get(name).is_some() => self.fail(
                    ErrorKind::Other,
                    format!("{name} has arguments but cannot be invoked as function"),
                ),
                _ => self.field(receiver, name),
            };
        };
        let base = self.arguments(dot, name, params, None, args, last)?;
        let given: Vec<Value> = self.stack.drain(base..).collect();
        self.at = At::Arg(node);
        match self.method(receiver, name, &given)? {
            Some(value) => Ok(if self.secrets && given.iter().any(Value::is_secret) {
                value.all_secret()
            } else {
                value
            }),
            None => self.no_field(receiver, name),
        }
    }

    /// The result of a method; `None` if there is no such method.
    pub(super) fn method(
        &mut self,
        receiver: &Value,
        name: &str,
        args: &[Value],
    ) -> Step<Option<Value>> {
        let Some(params) = params(receiver, name) else {
            return match results(receiver, name) {
                Some(message) => self.fail(ErrorKind::Other, message),
                None => Ok(None),
            };
        };
        if params.len() != args.len() {
            let message = format!(
                "wrong number of args for {name}: want {} got {}",
                params.len(),
                args.len()
            );
            return self.fail(ErrorKind::ArgumentCount, message);
        }
        let result = match receiver {
            Value::Time(_) | Value::Version(_) | Value::Int(_) => invoke(receiver, name, args),
            Value::Ptr(target) => invoke(target, name, args),
            _ => return Ok(None),
        };
        match result {
            Ok(value) if receiver.is_secret() => Ok(Some(value.all_secret())),
            Ok(value) => Ok(Some(value)),
            Err(Fail::Message(message)) => {
                self.fail(ErrorKind::Call, format!("error calling {name}: {message}"))
            }
            Err(Fail::Limit(limit)) => self.limit(&limit),
        }
    }
}

/// Why Go calls no method that gives several results, if it is one of those.
fn results(receiver: &Value, name: &str) -> Option<String> {
    match (receiver.target(), name) {
        (Value::Time(_), "Zone" | "ISOWeek") => Some(format!(
            "invalid function signature for {name}: second return value should be error; is int"
        )),
        (Value::Time(_), "Date" | "Clock") => Some(format!(
            "function {name} has 3 return values; should be 1 or 2"
        )),
        _ => None,
    }
}

/// The parameters of a method that exists.
fn params(receiver: &Value, name: &str) -> Option<&'static [Param]> {
    const NONE: &[Param] = &[];
    match receiver.target() {
        Value::Time(_) => Some(match name {
            "Year" | "Month" | "Day" | "Hour" | "Minute" | "Second" | "Nanosecond" | "YearDay"
            | "Weekday" | "Unix" | "UnixNano" | "UnixMilli" | "UnixMicro" | "UTC" | "Local"
            | "IsZero" | "IsDST" | "String" | "GoString" | "Location" | "MarshalJSON"
            | "MarshalText" => NONE,
            "Format" => &[Param::Str],
            "After" | "Before" | "Equal" | "Compare" | "Sub" => &[Param::Time],
            "AddDate" => &[Param::Int, Param::Int, Param::Int],
            "Add" | "Truncate" | "Round" => &[Param::Duration],
            _ => return None,
        }),
        Value::Version(_) => match name {
            "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "Original" | "String"
            | "MarshalJSON" => Some(NONE),
            "Compare" | "Equal" | "GreaterThan" | "LessThan" => Some(&[Param::Version]),
            _ => None,
        },
        Value::Int(Int {
            kind: IntKind::Month | IntKind::Weekday,
            ..
        }) if name == "String" => Some(NONE),
        Value::Int(Int {
            kind: IntKind::Duration,
            ..
        }) => match name {
            "String" | "Hours" | "Minutes" | "Seconds" | "Milliseconds" | "Microseconds"
            | "Nanoseconds" => Some(NONE),
            _ => None,
        },
        _ => None,
    }
}

fn invoke(receiver: &Value, name: &str, args: &[Value]) -> Result<Value, Fail> {
    let unknown = || Fail::new("no such method");
    let first = args.first();
    Ok(match receiver {
        Value::Time(time) => {
            let of = |kind, value| Value::Int(Int::of(kind, value));
            match (name, first) {
                ("Year", _) => Value::int(time.year()),
                ("Month", _) => of(IntKind::Month, time.month()),
                ("Day", _) => Value::int(time.day()),
                ("Hour", _) => Value::int(time.hour()),
                ("Minute", _) => Value::int(time.minute()),
                ("Second", _) => Value::int(time.second()),
                ("Nanosecond", _) => Value::int(i64::from(time.nanos())),
                ("YearDay", _) => Value::int(time.year_day()),
                ("Weekday", _) => of(IntKind::Weekday, time.weekday()),
                ("Unix", _) => Value::int64(time.unix()),
                ("UnixNano", _) => Value::int64(time.unix_nanos() as i64),
                ("UnixMicro", _) => Value::int64((time.unix_nanos() / 1_000) as i64),
                ("UnixMilli", _) => Value::int64((time.unix_nanos() / 1_000_000) as i64),
                ("UTC" | "Local", _) => Value::Time(Arc::new(time.in_utc())),
                ("IsZero", _) => Value::Bool(time.is_zero()),
                // Zones of times in templates are fixed ones: none has summer time.
                ("IsDST", _) => Value::Bool(false),
                ("Location", _) => Value::string(time.location()),
                ("String", _) => Value::string(time.text()),
                ("GoString", _) => Value::string(time.go_text()),
                ("MarshalText", _) => Value::Bytes(time.json().unwrap_or_default().into()),
                ("MarshalJSON", _) => {
                    let text = time.json().map(|text| format!("\"{text}\""));
                    Value::Bytes(text.unwrap_or_else(|| "null".into()).into())
                }
                ("Format", Some(Value::Str(layout))) => Value::string(time.format(&layout.text())),
                ("After", Some(Value::Time(other))) => {
                    Value::Bool(time.unix_nanos() > other.unix_nanos())
                }
                ("Before", Some(Value::Time(other))) => {
                    Value::Bool(time.unix_nanos() < other.unix_nanos())
                }
                ("Equal", Some(Value::Time(other))) => {
                    Value::Bool(time.unix_nanos() == other.unix_nanos())
                }
                ("Compare", Some(Value::Time(other))) => {
                    Value::int(time.unix_nanos().cmp(&other.unix_nanos()) as i64)
                }
                ("Sub", Some(Value::Time(other))) => {
                    let nanos = time.unix_nanos() - other.unix_nanos();
                    of(
                        IntKind::Duration,
                        nanos.clamp(i64::MIN.into(), i64::MAX.into()) as i64,
                    )
                }
                ("AddDate", Some(Value::Int(years))) => match args {
                    [_, Value::Int(months), Value::Int(days)] => Value::Time(Arc::new(
                        time.add_date(years.value, months.value, days.value),
                    )),
                    _ => return Err(unknown()),
                },
                ("Add", Some(Value::Int(span))) => {
                    Value::Time(Arc::new(time.add(span.value.into())))
                }
                ("Truncate", Some(Value::Int(span))) => {
                    Value::Time(Arc::new(time.truncate(span.value)))
                }
                ("Round", Some(Value::Int(span))) => Value::Time(Arc::new(time.round(span.value))),
                _ => return Err(unknown()),
            }
        }
        Value::Version(version) => match (name, first) {
            ("Major", _) => Value::int64(version.major),
            ("Minor", _) => Value::int64(version.minor),
            ("Patch", _) => Value::int64(version.patch),
            ("Prerelease", _) => Value::string(version.pre.as_str()),
            ("Metadata", _) => Value::string(version.metadata.as_str()),
            ("Original", _) => Value::string(version.original.as_str()),
            ("String", _) => Value::string(version.to_string()),
            ("MarshalJSON", _) => Value::Bytes(format!("\"{version}\"").into()),
            ("Compare", Some(Value::Version(other))) => Value::int(version.compare(other) as i64),
            ("Equal", Some(Value::Version(other))) => Value::Bool(version.compare(other).is_eq()),
            ("GreaterThan", Some(Value::Version(other))) => {
                Value::Bool(version.compare(other).is_gt())
            }
            ("LessThan", Some(Value::Version(other))) => {
                Value::Bool(version.compare(other).is_lt())
            }
            _ => return Err(unknown()),
        },
        Value::Int(int) if int.kind == IntKind::Duration => {
            let nanos = int.value as f64;
            match name {
                "String" => Value::string(duration_text(int.value)),
                "Hours" => Value::Float(nanos / 3.6e12, false),
                "Minutes" => Value::Float(nanos / 6e10, false),
                "Seconds" => Value::Float(nanos / 1e9, false),
                "Milliseconds" => Value::int64(int.value / 1_000_000),
                "Microseconds" => Value::int64(int.value / 1_000),
                "Nanoseconds" => Value::int64(int.value),
                _ => return Err(unknown()),
            }
        }
        Value::Int(int) => Value::string(crate::fmt::named_int_text(*int).unwrap_or_default()),
        _ => return Err(unknown()),
    })
}
