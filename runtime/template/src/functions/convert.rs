//! Conversions between strings and numbers.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::fmt;
use crate::syntax::float_literal;
use crate::text::{Named, Str};
use crate::value::{Type, Value};

const ANY: &[Param] = &[Param::Any];
pub(super) static STRING: Type = Type::Str(Named::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("toString", ANY, Rule::Exact, |context, args| {
        text_of(context, Args(args).get(0)?).map(Value::Str)
    }),
    Function::fixed("toStrings", ANY, Rule::Exact, |context, args| {
        let texts = strings(context, Args(args).get(0)?)?;
        string_list(context, texts)
    }),
    Function::fixed("atoi", &[Param::Str], Rule::Whole, |_, args| {
        Ok(Value::int(atoi(Args(args).str(0)?)))
    }),
    Function::fixed("int", ANY, Rule::Whole, |_, args| {
        Ok(Value::int(to_int64(Args(args).get(0)?)))
    }),
    Function::fixed("int64", ANY, Rule::Whole, |_, args| {
        Ok(Value::int64(to_int64(Args(args).get(0)?)))
    }),
    Function::fixed("float64", ANY, Rule::Whole, |_, args| {
        Ok(Value::Float(to_float64(Args(args).get(0)?), false))
    }),
    Function::fixed("toDecimal", ANY, Rule::Whole, |context, args| {
        let text = shown(context, Args(args).get(0)?)?;
        Ok(Value::int64(octal(&text).unwrap_or(0)))
    }),
];

/// The text of a value: bytes as text, else what `%v` prints.
pub(super) fn text_of(context: &mut Context, value: &Value) -> Result<Str, Fail> {
    match fmt::string_of(value, context.memory_left()) {
        Ok(text) => {
            if !matches!(value, Value::Str(_)) {
                context.charge(text.len())?;
            }
            Ok(text)
        }
        Err(out) => context.finish(out),
    }
}

/// What `%v` prints.
pub(super) fn shown(context: &mut Context, value: &Value) -> Result<Str, Fail> {
    let mut out = context.out();
    fmt::display(&mut out, value);
    context.finish(out)
}

/// The items of a list as texts, without nil; of anything else its one text.
pub(super) fn strings(context: &mut Context, value: &Value) -> Result<Vec<Str>, Fail> {
    let items = match value {
        Value::List(list) => list.items(),
        Value::Bytes(bytes) => {
            context.charge_items(bytes.len())?;
            let text = |(i, byte): (usize, &u8)| {
                let text = byte.to_string();
                if bytes.marks().touches(i..i + 1) {
                    Str::secret(text.into_bytes())
                } else {
                    text.into()
                }
            };
            return Ok(bytes.bytes().iter().enumerate().map(text).collect());
        }
        Value::Missing | Value::Nil | Value::NilBytes => return Ok(Vec::new()),
        other => return Ok(vec![text_of(context, other)?]),
    };
    context.charge_items(items.len())?;
    items
        .iter()
        .filter(|item| !item.is_nil())
        .map(|item| text_of(context, item))
        .collect()
}

/// A `[]string`.
pub(super) fn string_list(context: &mut Context, texts: Vec<Str>) -> Result<Value, Fail> {
    context.typed_list(&STRING, texts.into_iter().map(Value::Str).collect())
}

fn plain(text: &Str) -> Option<&str> {
    std::str::from_utf8(text.bytes()).ok()
}

/// A decimal number as `strconv.ParseInt` reads it in base 10.
fn integer(text: &Str) -> Option<i64> {
    plain(text)?.parse().ok()
}

/// `strconv.Atoi` without its error: what is too large becomes the largest.
fn atoi(text: &Str) -> i64 {
    use std::num::IntErrorKind;
    match plain(text).unwrap_or_default().parse::<i64>() {
        Ok(value) => value,
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => i64::MAX,
            IntErrorKind::NegOverflow => i64::MIN,
            _ => 0,
        },
    }
}

fn octal(text: &Str) -> Option<i64> {
    i64::from_str_radix(plain(text)?, 8).ok()
}

/// sprig's idea of an integer: 0 for what is none.
pub(super) fn to_int64(value: &Value) -> i64 {
    match value.target() {
        Value::Str(text) if text.type_name() == Named::String => integer(text).unwrap_or(0),
        Value::Int(int) => int.value,
        Value::Float(number, _) => go_int(*number),
        Value::Bool(value) => i64::from(*value),
        _ => 0,
    }
}

/// Go's conversion on amd64: what does not fit becomes the least integer.
fn go_int(number: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&number) {
        number as i64
    } else {
        i64::MIN
    }
}

/// sprig's idea of a float: 0 for what is none.
pub(super) fn to_float64(value: &Value) -> f64 {
    match value.target() {
        Value::Str(text) if text.type_name() == Named::String => {
            plain(text).and_then(parse_float).unwrap_or(0.0)
        }
        Value::Int(int) => int.value as f64,
        Value::Float(number, _) => *number,
        Value::Bool(value) => f64::from(u8::from(*value)),
        _ => 0.0,
    }
}

/// `strconv.ParseFloat`: also infinities and NaN, but nothing out of range.
fn parse_float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let (sign, word) = match lower.strip_prefix('-') {
        Some(word) => (-1.0, word),
        None => (1.0, lower.strip_prefix('+').unwrap_or(&lower)),
    };
    match word {
        "inf" | "infinity" => Some(sign * f64::INFINITY),
        "nan" => Some(f64::NAN),
        _ if text.contains('_') => None,
        _ => float_literal(text),
    }
}
