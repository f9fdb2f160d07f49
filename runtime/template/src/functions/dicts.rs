//! Maps.

use super::convert::{string_list, text_of};
use super::merge::{merge, overwrite};
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::text::Str;
use crate::value::{Map, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("dict", &[], Param::Any, Rule::Exact, dict),
    Function::fixed(
        "set",
        &[Param::Map, Param::Str, Param::Any],
        Rule::Exact,
        |context, args| {
            let args = Args(args);
            let map = args.map(0)?;
            set(context, map, args.str(1)?.clone(), args.get(2)?.clone())?;
            args.get(0).cloned()
        },
    ),
    Function::fixed(
        "unset",
        &[Param::Map, Param::Str],
        Rule::Exact,
        |_, args| {
            let args = Args(args);
            let map = args.map(0)?;
            if !map.remove(args.str(1)?.bytes()) && !map.is_nil() {
                return Err(frozen());
            }
            args.get(0).cloned()
        },
    ),
    Function::fixed(
        "hasKey",
        &[Param::Map, Param::Str],
        Rule::Clear,
        |_, args| {
            Ok(Value::Bool(
                Args(args).map(0)?.get(Args(args).str(1)?.bytes()).is_some(),
            ))
        },
    ),
    Function::variadic(
        "pluck",
        &[Param::Str],
        Param::Map,
        Rule::Exact,
        |context, args| {
            let key = Args(args).str(0)?;
            let found = Args(args).from(1).iter().filter_map(|map| match map {
                Value::Map(map) => map.get(key.bytes()),
                _ => None,
            });
            let found = found.collect();
            context.list(found)
        },
    ),
    Function::variadic("keys", &[], Param::Map, Rule::Exact, |context, args| {
        let mut keys = Vec::new();
        for at in 0..args.len() {
            let map = Args(args).map(at)?;
            context.charge_items(map.len())?;
            keys.extend(map.entries().into_iter().map(|(key, _)| key));
        }
        string_list(context, keys)
    }),
    Function::fixed("values", &[Param::Map], Rule::Exact, |context, args| {
        let values = Args(args)
            .map(0)?
            .entries()
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        context.list(values)
    }),
    Function::variadic(
        "pick",
        &[Param::Map],
        Param::Str,
        Rule::Exact,
        |context, args| {
            let map = Args(args).map(0)?;
            let wanted = Args(args).from(1).iter().filter_map(Value::as_str);
            let entries = wanted
                .filter_map(|key| map.get(key.bytes()).map(|value| (key.clone(), value)))
                .collect();
            context.map(entries)
        },
    ),
    Function::variadic(
        "omit",
        &[Param::Map],
        Param::Str,
        Rule::Exact,
        |context, args| {
            let unwanted = Args(args).from(1);
            let kept = |key: &Str| {
                !unwanted
                    .iter()
                    .any(|other| other.as_str().is_some_and(|other| other == key))
            };
            let entries = Args(args)
                .map(0)?
                .entries()
                .into_iter()
                .filter(|(key, _)| kept(key))
                .collect();
            context.map(entries)
        },
    ),
    Function::variadic("merge", &[Param::Map], Param::Map, Rule::Exact, merge),
    Function::variadic(
        "mergeOverwrite",
        &[Param::Map],
        Param::Map,
        Rule::Exact,
        overwrite,
    ),
];

fn frozen() -> Fail {
    Fail::new("this map cannot be changed; change a copy made with deepCopy")
}

/// Changes a map in place.
pub(super) fn set(context: &mut Context, map: &Map, key: Str, value: Value) -> Result<(), Fail> {
    if map.is_nil() {
        return Err(Fail::new("assignment to entry in nil map"));
    }
    context.charge_items(1)?;
    if map.insert(key, value) {
        Ok(())
    } else {
        Err(frozen())
    }
}

fn dict(context: &mut Context, args: &[Value]) -> Result<Value, Fail> {
    let mut entries = Vec::new();
    for pair in args.chunks(2) {
        let [key, rest @ ..] = pair else { continue };
        let key = text_of(context, key)?;
        let value = rest.first().cloned().unwrap_or_else(|| Value::string(""));
        entries.push((key, value));
    }
    context.map(entries)
}
