//! Arithmetic: integers wrap around as in Go, division by zero is an error.

use super::convert::{to_float64, to_int64};
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::value::{IntKind, Type, Value};

const ANY: &[Param] = &[Param::Any];
const PAIR: &[Param] = &[Param::Any, Param::Any];
static INT: Type = Type::Int(IntKind::Int);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("add", &[], Param::Any, Rule::Whole, |_, args| {
        Ok(fold(0, args, i64::wrapping_add))
    }),
    Function::fixed("add1", ANY, Rule::Whole, |_, args| {
        Ok(fold(1, args, i64::wrapping_add))
    }),
    Function::fixed("sub", PAIR, Rule::Whole, |_, args| {
        let (a, b) = pair(args)?;
        Ok(Value::int64(a.wrapping_sub(b)))
    }),
    Function::fixed("div", PAIR, Rule::Whole, |_, args| {
        divide(args, i64::wrapping_div)
    }),
    Function::fixed("mod", PAIR, Rule::Whole, |_, args| {
        divide(args, i64::wrapping_rem)
    }),
    Function::variadic("mul", ANY, Param::Any, Rule::Whole, |_, args| {
        Ok(fold(1, args, i64::wrapping_mul))
    }),
    Function::variadic("max", ANY, Param::Any, Rule::Whole, |_, args| {
        Ok(fold(i64::MIN, args, i64::max))
    }),
    Function::variadic("biggest", ANY, Param::Any, Rule::Whole, |_, args| {
        Ok(fold(i64::MIN, args, i64::max))
    }),
    Function::variadic("min", ANY, Param::Any, Rule::Whole, |_, args| {
        Ok(fold(i64::MAX, args, i64::min))
    }),
    Function::fixed("ceil", ANY, Rule::Whole, |_, args| {
        Ok(float(to_float64(Args(args).get(0)?).ceil()))
    }),
    Function::fixed("floor", ANY, Rule::Whole, |_, args| {
        Ok(float(to_float64(Args(args).get(0)?).floor()))
    }),
    Function::variadic(
        "round",
        &[Param::Any, Param::Int],
        Param::Float,
        Rule::Whole,
        |_, args| round(Args(args)),
    ),
    Function::fixed("until", &[Param::Int], Rule::Whole, |context, args| {
        let count = Args(args).int(0)?;
        steps(context, 0, count, if count < 0 { -1 } else { 1 })
    }),
    Function::fixed(
        "untilStep",
        &[Param::Int, Param::Int, Param::Int],
        Rule::Whole,
        |context, args| {
            let args = Args(args);
            steps(context, args.int(0)?, args.int(1)?, args.int(2)?)
        },
    ),
];

fn float(value: f64) -> Value {
    Value::Float(value, false)
}

fn fold(start: i64, args: &[Value], operation: fn(i64, i64) -> i64) -> Value {
    Value::int64(args.iter().map(to_int64).fold(start, operation))
}

fn pair(args: &[Value]) -> Result<(i64, i64), Fail> {
    Ok((to_int64(Args(args).get(0)?), to_int64(Args(args).get(1)?)))
}

fn divide(args: &[Value], operation: fn(i64, i64) -> i64) -> Result<Value, Fail> {
    let (a, b) = pair(args)?;
    if b == 0 {
        return Err(Fail::new("runtime error: integer divide by zero"));
    }
    Ok(Value::int64(operation(a, b)))
}

fn round(args: Args<'_>) -> Result<Value, Fail> {
    let on = if args.from(2).is_empty() {
        0.5
    } else {
        args.float(2)?
    };
    let power = 10f64.powf(args.int(1)? as f64);
    let digit = power * to_float64(args.get(0)?);
    let rounded = if digit.fract() >= on {
        digit.ceil()
    } else {
        digit.floor()
    };
    Ok(float(rounded / power))
}

fn steps(context: &mut Context, start: i64, stop: i64, step: i64) -> Result<Value, Fail> {
    let distance = i128::from(stop) - i128::from(start);
    let step128 = i128::from(step);
    let runs = (stop < start && step < 0) || (stop >= start && step > 0);
    let count = if runs {
        (distance.abs() + step128.abs() - 1) / step128.abs()
    } else {
        0
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    context.charge_items(count)?;
    let numbers = (0..count)
        .map(|i| start.wrapping_add(step.wrapping_mul(i64::try_from(i).unwrap_or(i64::MAX))));
    let items = numbers.map(Value::int).collect();
    context.typed_list(&INT, items)
}
