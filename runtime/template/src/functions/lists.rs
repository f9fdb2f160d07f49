//! Lists.

use super::convert::{shown, string_list, strings, text_of, to_int64};
use super::reflect::PARTS;
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::value::{Int, IntKind, List, Type, Value, deep_equal};

const ANY: &[Param] = &[Param::Any];
const PAIR: &[Param] = &[Param::Any, Param::Any];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[], Param::Any, Rule::Exact, |context, args| {
        context.list(args.to_vec())
    }),
    Function::variadic("tuple", &[], Param::Any, Rule::Exact, |context, args| {
        context.list(args.to_vec())
    }),
    Function::fixed("append", PAIR, Rule::Exact, |context, args| {
        push(context, Args(args))
    }),
    Function::fixed("push", PAIR, Rule::Exact, |context, args| {
        push(context, Args(args))
    }),
    Function::fixed("prepend", PAIR, Rule::Exact, |context, args| {
        let mut all = vec![Args(args).get(1)?.clone()];
        all.append(&mut items(Args(args).get(0)?, "Cannot prepend on type")?);
        context.list(all)
    }),
    Function::fixed("first", ANY, Rule::Exact, |_, args| {
        let items = items(Args(args).get(0)?, "Cannot find first on type")?;
        Ok(items.into_iter().next().unwrap_or(Value::Nil))
    }),
    Function::fixed("last", ANY, Rule::Exact, |_, args| {
        let items = items(Args(args).get(0)?, "Cannot find last on type")?;
        Ok(items.into_iter().next_back().unwrap_or(Value::Nil))
    }),
    Function::fixed("rest", ANY, Rule::Exact, |context, args| {
        let items = items(Args(args).get(0)?, "Cannot find rest on type")?;
        if items.is_empty() {
            return Ok(Value::List(List::nil(&Type::Any)));
        }
        context.list(items.into_iter().skip(1).collect())
    }),
    Function::fixed("initial", ANY, Rule::Exact, |context, args| {
        let mut items = items(Args(args).get(0)?, "Cannot find initial on type")?;
        if items.pop().is_none() {
            return Ok(Value::List(List::nil(&Type::Any)));
        }
        context.list(items)
    }),
    Function::fixed("reverse", ANY, Rule::Exact, |context, args| {
        let mut items = items(Args(args).get(0)?, "Cannot find reverse on type")?;
        items.reverse();
        context.list(items)
    }),
    Function::fixed("uniq", ANY, Rule::Exact, |context, args| {
        let mut kept: Vec<Value> = Vec::new();
        for item in items(Args(args).get(0)?, "Cannot find uniq on type")? {
            if !contains(context, &kept, &item)? {
                kept.push(item);
            }
        }
        context.list(kept)
    }),
    Function::variadic("without", ANY, Param::Any, Rule::Exact, |context, args| {
        let mut kept = Vec::new();
        for item in items(Args(args).get(0)?, "Cannot find without on type")? {
            if !contains(context, Args(args).from(1), &item)? {
                kept.push(item);
            }
        }
        context.list(kept)
    }),
    Function::fixed("has", PAIR, Rule::Clear, |context, args| {
        let (needle, haystack) = (Args(args).get(0)?, Args(args).get(1)?);
        if haystack.is_nil() {
            return Ok(Value::Bool(false));
        }
        let items = items(haystack, "Cannot find has on type")?;
        contains(context, &items, needle).map(Value::Bool)
    }),
    Function::variadic("slice", ANY, Param::Any, Rule::Exact, |context, args| {
        slice(context, Args(args))
    }),
    Function::variadic("concat", &[], Param::Any, Rule::Exact, |context, args| {
        let mut all = Vec::new();
        for arg in args {
            let mut items = items(arg, "Cannot concat type")?;
            context.charge_items(items.len())?;
            all.append(&mut items);
        }
        if all.is_empty() {
            return Ok(Value::List(List::nil(&Type::Any)));
        }
        context.list(all)
    }),
    Function::fixed("sortAlpha", ANY, Rule::Exact, |context, args| {
        let value = Args(args).get(0)?;
        let mut texts = match value.target() {
            Value::List(_) | Value::Bytes(_) | Value::NilBytes => strings(context, value)?,
            _ => vec![text_of(context, value)?],
        };
        texts.sort_by(|a, b| a.bytes().cmp(b.bytes()));
        string_list(context, texts)
    }),
];

/// The items of a slice, those of bytes being numbers; else the error `problem` with the kind.
pub(super) fn items(value: &Value, problem: &str) -> Result<Vec<Value>, Fail> {
    match value {
        Value::List(list) => Ok(list.items().to_vec()),
        Value::NilBytes => Ok(Vec::new()),
        Value::Bytes(bytes) => {
            let number = |(i, byte): (usize, &u8)| {
                let secret = bytes.marks().touches(i..i + 1);
                Value::Int(Int {
                    kind: IntKind::Uint8,
                    value: i64::from(*byte),
                    secret,
                })
            };
            Ok(bytes.bytes().iter().enumerate().map(number).collect())
        }
        Value::Missing | Value::Nil => Err(Fail::new(
            "runtime error: invalid memory address or nil pointer dereference",
        )),
        other => {
            let suffix = if problem == "Cannot concat type" {
                " as list"
            } else {
                ""
            };
            Err(Fail::new(format!(
                "{problem} {}{suffix}",
                other.kind().go_name()
            )))
        }
    }
}

fn push(context: &mut Context, args: Args<'_>) -> Result<Value, Fail> {
    let mut items = items(args.get(0)?, "Cannot push on type")?;
    items.push(args.get(1)?.clone());
    context.list(items)
}

fn contains(context: &mut Context, items: &[Value], needle: &Value) -> Result<bool, Fail> {
    for item in items {
        let mut parts = PARTS;
        let equal = deep_equal(needle, item, &mut parts);
        context.spend(PARTS - parts)?;
        if equal {
            return Ok(true);
        }
    }
    Ok(false)
}

/// sprig's `slice`: lists only.
fn slice(context: &mut Context, args: Args<'_>) -> Result<Value, Fail> {
    let list = args.get(0)?;
    let length = match list {
        Value::List(list) => list.items().len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => items(list, "list should be type of slice or array but")?.len(),
    };
    if length == 0 {
        return Ok(Value::Nil);
    }
    let bound = |at: usize, default: usize| match args.from(at).first() {
        None => Ok(default),
        Some(value) => usize::try_from(to_int64(value)).map_err(|_| out_of_bounds()),
    };
    let (start, end) = (bound(1, 0)?, bound(2, length)?);
    if start > end || end > length {
        return Err(out_of_bounds());
    }
    match list {
        Value::List(list) => {
            context.charge_items(end - start)?;
            let items = list.items().get(start..end).unwrap_or_default().to_vec();
            Ok(Value::List(List::of(list.item_type(), items)))
        }
        Value::Bytes(bytes) => Ok(Value::Bytes(bytes.slice(start..end))),
        other => shown(context, other).map(Value::Str),
    }
}

fn out_of_bounds() -> Fail {
    Fail::new("reflect.Value.Slice: slice index out of bounds")
}
