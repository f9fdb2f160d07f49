//! Dates.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::fmt::duration_text;
use crate::text::Str;
use crate::time::{Time, parse, parse_duration};
use crate::value::{Int, IntKind, Value};
use std::sync::Arc;

const IN_ZONE: &[Param] = &[Param::Str, Param::Any, Param::Str];
const MODIFY: &[Param] = &[Param::Str, Param::Time];
const DAY: &str = "2006-01-02";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("now", &[], Rule::Clear, |context, _| {
        Ok(Value::Time(Arc::new(now(context))))
    }),
    Function::fixed(
        "date",
        &[Param::Str, Param::Any],
        Rule::Whole,
        |context, args| {
            let args = Args(args);
            format(context, args.str(0)?, args.get(1)?, "Local")
        },
    ),
    Function::fixed("dateInZone", IN_ZONE, Rule::Whole, |context, args| {
        in_zone(context, Args(args))
    }),
    Function::fixed("date_in_zone", IN_ZONE, Rule::Whole, |context, args| {
        in_zone(context, Args(args))
    }),
    Function::fixed("htmlDate", &[Param::Any], Rule::Whole, |context, args| {
        format(context, &DAY.into(), Args(args).get(0)?, "Local")
    }),
    Function::fixed(
        "htmlDateInZone",
        &[Param::Any, Param::Str],
        Rule::Whole,
        |context, args| {
            let args = Args(args);
            format(context, &DAY.into(), args.get(0)?, &args.str(1)?.text())
        },
    ),
    Function::fixed("dateModify", MODIFY, Rule::Whole, |_, args| {
        modify(Args(args))
    }),
    Function::fixed("date_modify", MODIFY, Rule::Whole, |_, args| {
        modify(Args(args))
    }),
    Function::fixed("ago", &[Param::Any], Rule::Whole, |context, args| {
        let then = time_of(context, Args(args).get(0)?);
        let nanos = now(context).unix_nanos() - then.unix_nanos();
        let nanos = nanos.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        context.text(duration_text(round_to_second(nanos)))
    }),
    Function::fixed(
        "toDate",
        &[Param::Str, Param::Str],
        Rule::Whole,
        |_, args| {
            let (layout, text) = (Args(args).str(0)?, Args(args).str(1)?);
            let time = parse(&layout.text(), &text.text()).unwrap_or_else(Time::zero);
            Ok(Value::Time(Arc::new(time)))
        },
    ),
    Function::fixed("unixEpoch", &[Param::Time], Rule::Whole, |context, args| {
        context.text(Args(args).time(0)?.unix().to_string())
    }),
];

fn now(context: &Context) -> Time {
    let (seconds, nanos) = context.options.world.now();
    Time::at(seconds, nanos)
}

/// Times and numbers of seconds; anything else means now.
fn time_of(context: &Context, value: &Value) -> Time {
    match value {
        Value::Time(time) if !time.is_kube() => Time::clone(time),
        Value::Ptr(target) => match target.as_ref() {
            Value::Time(time) if !time.is_kube() => Time::clone(time),
            _ => now(context),
        },
        Value::Int(Int {
            kind: IntKind::Int | IntKind::Int64,
            value,
            ..
        }) => Time::at(*value, 0),
        _ => now(context),
    }
}

fn format(context: &mut Context, layout: &Str, value: &Value, zone: &str) -> Result<Value, Fail> {
    let time = time_of(context, value);
    let time = time.in_zone(zone).unwrap_or_else(|| time.in_utc());
    // A layout grows at most to the longest month name per letter.
    context.charge(layout.len())?;
    let mut text = Vec::with_capacity(layout.len());
    for chunk in layout.bytes().utf8_chunks() {
        text.extend_from_slice(time.format(chunk.valid()).as_bytes());
        text.extend_from_slice(chunk.invalid());
    }
    context.text(text)
}

fn in_zone(context: &mut Context, args: Args<'_>) -> Result<Value, Fail> {
    let zone: &Str = args.str(2)?;
    format(context, args.str(0)?, args.get(1)?, &zone.text())
}

fn modify(args: Args<'_>) -> Result<Value, Fail> {
    let time = args.time(1)?;
    let time = match parse_duration(&args.str(0)?.text()) {
        Some(span) => time.add(span.into()),
        None => time.clone(),
    };
    Ok(Value::Time(Arc::new(time)))
}

/// Halves are rounded away from zero.
fn round_to_second(nanos: i64) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    let rest = nanos % SECOND;
    let whole = nanos - rest;
    if rest.abs() * 2 < SECOND {
        whole
    } else {
        whole.saturating_add(SECOND * rest.signum())
    }
}
