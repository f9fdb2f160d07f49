//! `merge` and `mergeOverwrite`: deep merging of maps in the first argument.

use super::Args;
use super::dicts::set;
use crate::context::{Context, Fail};
use crate::value::{Map, Value};

/// Values of the first map win.
pub(super) fn merge(context: &mut Context, args: &[Value]) -> Result<Value, Fail> {
    all(context, Args(args), false)
}

/// Values of the later maps win.
pub(super) fn overwrite(context: &mut Context, args: &[Value]) -> Result<Value, Fail> {
    all(context, Args(args), true)
}

fn all(context: &mut Context, args: Args<'_>, overwrite: bool) -> Result<Value, Fail> {
    let mut target = args.get(0)?.clone();
    for at in 1..args.0.len() {
        let source = args.map(at)?;
        if let Value::Map(map) = &target
            && map.is_nil()
            && !source.is_nil()
        {
            target = context.map(Vec::new())?;
        }
        if let Value::Map(map) = &target {
            into(context, map, source, overwrite, 0)?;
        }
    }
    Ok(target)
}

const DEEP: u32 = 150;

fn into(
    context: &mut Context,
    target: &Map,
    source: &Map,
    overwrite: bool,
    depth: u32,
) -> Result<(), Fail> {
    if depth > DEEP {
        return Err(Fail::Limit(format!("maps nested deeper than {DEEP}")));
    }
    for (key, value) in source.entries() {
        context.step()?;
        let old = target.get(key.bytes());
        if value.is_nil() {
            if overwrite {
                set(context, target, key, value)?;
            }
            continue;
        }
        let kept = old.as_ref().is_some_and(|old| !empty(old));
        match (&old, &value) {
            (Some(Value::Map(inner)), Value::Map(source)) => {
                into(context, inner, source, overwrite, depth + 1)?;
            }
            (Some(_), Value::List(_) | Value::Bytes(_)) if kept && overwrite => {
                set(context, target, key, value)?;
                continue;
            }
            _ => {}
        }
        let whole = matches!(
            value,
            Value::Map(_) | Value::List(_) | Value::Bytes(_) | Value::NilBytes
        );
        if kept && (whole || !overwrite) {
            continue;
        }
        set(context, target, key, value)?;
    }
    Ok(())
}

/// Without content; what is pointed to counts.
fn empty(value: &Value) -> bool {
    match value.target() {
        Value::Record(_) | Value::Time(_) => false,
        value => !value.truth(),
    }
}
