//! Go's `fmt`: what an action prints, `print`, `printf`, `%v` inside other functions.

mod flags;
mod float;
mod integer;
mod printf;
mod quote;
mod scalar;
mod value;

pub(crate) use float::json_float;
pub(crate) use printf::sprintf;
pub(crate) use quote::{is_print, quote, quoted};
pub(crate) use scalar::{duration_text, named_int_text};

use crate::text::{Out, Str};
use crate::value::Value;
use flags::Flags;

/// Writes what an action with this value prints.
pub(crate) fn print_action(out: &mut Out, value: &Value) {
    match value {
        Value::Str(text) => out.push_str(text),
        other => value::print_arg(out, &printable(other), 'v', &Flags::default()),
    }
}

/// What an action prints in place of a value: no value as text, a pointer as what it points to.
fn printable(value: &Value) -> Value {
    match value {
        Value::Missing => Value::string("<no value>"),
        other => other.target().clone(),
    }
}

/// `%v`.
pub(crate) fn display(out: &mut Out, value: &Value) {
    value::print_arg(out, value, 'v', &Flags::default());
}

/// `fmt.Sprint`: a space between two operands of which neither is a string.
pub(crate) fn sprint(out: &mut Out, args: &[Value]) {
    let mut after_string = true;
    for arg in args {
        let string = matches!(arg, Value::Str(_));
        if !string && !after_string {
            out.byte(b' ');
        }
        display(out, arg);
        after_string = string;
    }
}

/// `fmt.Sprintln`.
pub(crate) fn sprintln(out: &mut Out, args: &[Value]) {
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.byte(b' ');
        }
        display(out, arg);
    }
    out.byte(b'\n');
}

/// What `html`, `js` and `urlquery` work on: one string as it is, else the printed arguments.
pub(crate) fn joined(out: &mut Out, args: &[Value]) {
    match args {
        [Value::Str(text)] => out.push_str(text),
        args => sprint(
            out,
            &args.iter().map(printable_argument).collect::<Vec<_>>(),
        ),
    }
}

fn printable_argument(value: &Value) -> Value {
    if value.is_nil() {
        Value::string("<no value>")
    } else {
        printable(value)
    }
}

/// The text of any value as most string functions take it: bytes as text, else `%v`.
pub(crate) fn string_of(value: &Value, limit: usize) -> Result<Str, Out> {
    match value {
        Value::Str(text) => Ok(text.clone().named(crate::text::Named::String)),
        Value::Bytes(text) => Ok(text.clone()),
        Value::NilBytes => Ok("".into()),
        other => {
            let mut out = Out::new(limit);
            display(&mut out, other);
            if out.overflowed() {
                Err(out)
            } else {
                Ok(out.finish())
            }
        }
    }
}
