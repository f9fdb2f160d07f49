//! Steps over values.

use super::parse::parse;
use super::{End, Slice, Step};
use crate::fmt::display;
use crate::json;
use crate::text::Out;
use crate::value::{Equality, Value, equal};

/// What a condition may find.
const LONGEST: usize = 1 << 20;

/// The text of what a path finds, several values with spaces between.
pub(in crate::wait) fn find(path: &str, object: &Value) -> Result<String, String> {
    let found = walk(vec![object.clone()], &parse(path)?)?;
    let mut out = Out::new(LONGEST);
    for (i, value) in found.iter().enumerate() {
        if i > 0 {
            out.byte(b' ');
        }
        match value {
            Value::Map(_) | Value::List(_) => {
                json::write(&mut out, value, false)
                    .map_err(|_| "what it finds is no JSON".to_string())?;
            }
            Value::Nil | Value::Missing => out.text("null"),
            value => display(&mut out, value),
        }
    }
    if out.overflowed() {
        return Err(format!("what it finds is longer than {LONGEST} bytes"));
    }
    Ok(String::from_utf8_lossy(out.finish().bytes()).into_owned())
}

fn walk(input: Vec<Value>, steps: &[Step]) -> Result<Vec<Value>, String> {
    steps
        .iter()
        .try_fold(input, |input, step| take(&input, step))
}

fn take(input: &[Value], step: &Step) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    match step {
        // As in kubectl: a text stands once, a number for each input.
        Step::Literal(text @ Value::Str(_)) => found.push(text.clone()),
        Step::Literal(value) => found.extend(input.iter().map(|_| value.clone())),
        Step::Field(name) => {
            for value in input {
                if let Value::Map(map) = value {
                    found.extend(map.get(name.as_bytes()));
                }
            }
            // Of nothing, such as what a filter left, a field is nothing too.
            if found.is_empty() && !input.is_empty() {
                return Err(format!("{name} is not found"));
            }
        }
        Step::Wildcard => input.iter().for_each(|value| found.extend(children(value))),
        Step::Recursive => input.iter().for_each(|value| descend(value, &mut found)),
        Step::Slice(slice) => {
            for value in input.iter().filter(|value| !value.is_nil()) {
                let Value::List(list) = value else {
                    return Err("not an array or slice".into());
                };
                cut(list.items(), *slice, &mut found)?;
            }
        }
        Step::Union(parts) => {
            for part in parts {
                found.append(&mut walk(input.to_vec(), part)?);
            }
        }
        Step::Filter { left, compare } => {
            for value in input {
                let Value::List(list) = value else {
                    return Err("not an array or slice, so not filtered".into());
                };
                for item in list.items() {
                    if passes(item, left, compare.as_ref())? {
                        found.push(item.clone());
                    }
                }
            }
        }
    }
    Ok(found)
}

fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::Map(map) => map.entries().into_iter().map(|(_, value)| value).collect(),
        Value::List(list) => list.items().to_vec(),
        // A text is a list of bytes to kubectl.
        Value::Str(text) => text
            .bytes()
            .iter()
            .map(|byte| Value::int(i64::from(*byte)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The value and all below it that have something in them.
fn descend(value: &Value, found: &mut Vec<Value>) {
    let children = children(value);
    if !children.is_empty() {
        found.push(value.clone());
        children.iter().for_each(|child| descend(child, found));
    }
}

fn cut(items: &[Value], slice: Slice, found: &mut Vec<Value>) -> Result<(), String> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from_end = |at: i64| if at < 0 { at + length } else { at };
    let start = from_end(slice.start.unwrap_or(0));
    let end = match slice.end {
        End::Open => length,
        End::At(end) => from_end(end),
        End::Single => start + 1,
    };
    if start == end {
        return Ok(());
    }
    if start >= length || start < 0 {
        return Err(format!(
            "array index out of bounds: index {start}, length {length}"
        ));
    }
    if end > length || end < 0 {
        return Err(format!(
            "array index out of bounds: index {}, length {length}",
            end - 1
        ));
    }
    if start > end {
        return Err(format!(
            "starting index {start} is greater than ending index {end}"
        ));
    }
    let step = slice.step.unwrap_or(1);
    let step = usize::try_from(step)
        .ok()
        .filter(|step| *step > 0)
        .ok_or("step must be > 0")?;
    let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
    found.extend(
        items
            .get(range)
            .unwrap_or_default()
            .iter()
            .step_by(step)
            .cloned(),
    );
    Ok(())
}

fn passes(
    item: &Value,
    left: &[Step],
    compare: Option<&(String, Vec<Step>)>,
) -> Result<bool, String> {
    let lefts = walk(vec![item.clone()], left);
    let Some((operator, right)) = compare else {
        return Ok(lefts.is_ok_and(|found| !found.is_empty()));
    };
    let one = |found: Vec<Value>| match <[Value; 1]>::try_from(found) {
        Ok([one]) => Ok(Some(one)),
        Err(found) if found.is_empty() => Ok(None),
        Err(_) => Err("can only compare one element at a time".to_string()),
    };
    let (Some(left), Some(right)) = (one(lefts?)?, one(walk(vec![item.clone()], right)?)?) else {
        return Ok(false);
    };
    let same = || match equal(&left, &right) {
        Equality::Known(same) => Ok(same),
        Equality::Incompatible | Equality::NotComparable => {
            Err("incompatible types for comparison".to_string())
        }
    };
    let less = || match (&left, &right) {
        (Value::Int(a), Value::Int(b)) => Ok(a.value < b.value),
        (Value::Float(a, _), Value::Float(b, _)) => Ok(a < b),
        (Value::Str(a), Value::Str(b)) => Ok(a.bytes() < b.bytes()),
        _ => Err("incompatible types for comparison".to_string()),
    };
    match operator.as_str() {
        "==" => same(),
        "!=" => Ok(!same()?),
        "<" => less(),
        "<=" => Ok(less()? || same()?),
        ">" => Ok(!(less()? || same()?)),
        ">=" => Ok(!less()?),
        other => Err(format!("unrecognized filter operator {other}")),
    }
}
