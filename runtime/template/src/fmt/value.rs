//! Values under a verb: `printArg` and `printValue` of Go's `fmt`.

use super::flags::{Flags, truncate};
use super::float::write_float;
use super::integer::{Shape, write_char, write_integer, write_quoted_char, write_unicode};
use super::quote::{can_backquote, quoted};
use super::scalar::named_int_text;
use crate::functions::Version;
use crate::text::{Out, Str};
use crate::time::Time;
use crate::value::{Int, IntKind, RecordType, Type, Value};

/// Only a map that holds itself is nested deeper.
const DEEP: u32 = 150;

/// An argument of `print` and its kind.
pub(super) fn print_arg(out: &mut Out, value: &Value, verb: char, flags: &Flags) {
    match (value, verb) {
        (Value::Missing | Value::Nil, 'T' | 'v') => flags.pad(out, &"<nil>".into()),
        (Value::Missing | Value::Nil, _) => bad_verb(out, value, verb, flags),
        (_, 'T') => write_string(out, &value.type_name().into(), 's', flags),
        (Value::Bytes(bytes), _) => print_bytes(out, bytes, verb, flags, "[]byte"),
        _ => print(out, value, verb, flags, 0),
    }
}

pub(super) fn bad_verb(out: &mut Out, value: &Value, verb: char, flags: &Flags) {
    out.text(&format!("%!{verb}("));
    if value.is_nil() {
        out.text("<nil>");
    } else {
        out.text(&value.type_name());
        out.byte(b'=');
        print_arg(
            out,
            value,
            'v',
            &Flags {
                raw: true,
                ..*flags
            },
        );
    }
    out.byte(b')');
}

/// The text that the `String` method of a value gives, if it has one and the verb asks for it.
fn stringer(value: &Value, verb: char, flags: &Flags) -> Option<String> {
    if flags.raw || flags.sharp_v || !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
        return None;
    }
    match value {
        Value::Time(time) => Some(time.text()),
        Value::Version(version) => Some(version.to_string()),
        Value::Int(int) => named_int_text(*int),
        _ => None,
    }
}

fn print(out: &mut Out, value: &Value, verb: char, flags: &Flags, depth: u32) {
    if depth > DEEP || out.overflowed() {
        // A value without end: what it would print does not fit either.
        out.fill(b' ', usize::MAX);
        return;
    }
    if let Some(text) = stringer(value, verb, flags) {
        let text = if value.is_secret() {
            Str::secret(text.into_bytes())
        } else {
            text.into()
        };
        return write_string(out, &text, verb, flags);
    }
    match value {
        Value::Missing | Value::Nil if flags.sharp_v => out.text("interface {}(nil)"),
        Value::Missing | Value::Nil => out.text("<nil>"),
        Value::Bool(value) if matches!(verb, 't' | 'v') => {
            flags.pad(out, &if *value { "true" } else { "false" }.into())
        }
        Value::Int(int) => print_int(out, *int, verb, flags),
        Value::Float(number, secret) => match verb {
            'v' => write_float(out, flags, *number, 'g', None, *secret),
            'b' | 'g' | 'G' | 'x' | 'X' => write_float(out, flags, *number, verb, None, *secret),
            'f' | 'e' | 'E' | 'F' => write_float(out, flags, *number, verb, Some(6), *secret),
            _ => bad_verb(out, value, verb, flags),
        },
        Value::Complex(re, im) => match verb {
            'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E' => {
                let default = matches!(verb, 'f' | 'F' | 'e' | 'E').then_some(6);
                let verb = if verb == 'v' { 'g' } else { verb };
                out.byte(b'(');
                write_float(out, flags, *re, verb, default, false);
                write_float(
                    out,
                    &Flags {
                        plus: true,
                        ..*flags
                    },
                    *im,
                    verb,
                    default,
                    false,
                );
                out.text("i)");
            }
            _ => bad_verb(out, value, verb, flags),
        },
        Value::Str(text) => print_text(out, value, text, verb, flags),
        Value::Bytes(bytes) => print_bytes(out, bytes, verb, flags, "[]uint8"),
        Value::NilBytes => match verb {
            'v' | 'd' if flags.sharp_v => out.text("[]byte(nil)"),
            's' | 'q' | 'x' | 'X' => write_string(out, &"".into(), verb, flags),
            _ => out.text("[]"),
        },
        Value::List(list) => {
            let items = list.items().iter().map(|item| (None, item));
            let (open, close) = if flags.sharp_v {
                ("{", '}')
            } else {
                ("[", ']')
            };
            if flags.sharp_v {
                out.text(&value.type_name());
                if list.is_nil() {
                    return out.text("(nil)");
                }
            }
            out.text(open);
            sequence(out, items, verb, flags, depth);
            out.text(close.encode_utf8(&mut [0; 4]));
        }
        Value::Map(map) => {
            let entries = map.entries();
            let items = entries
                .iter()
                .map(|(key, item)| (Some(Label::Key(key)), item));
            if flags.sharp_v {
                out.text(&value.type_name());
                if map.is_nil() {
                    return out.text("(nil)");
                }
            }
            out.text(if flags.sharp_v { "{" } else { "map[" });
            sequence(out, items, verb, flags, depth);
            out.text(if flags.sharp_v { "}" } else { "]" });
        }
        Value::Record(record) => {
            if flags.sharp_v {
                out.text(record.kind().name);
            }
            out.byte(b'{');
            let named = flags.sharp_v || flags.plus_v;
            let fields = record.kind().fields.iter().zip(record.fields());
            let shown = fields.filter(|(field, item)| !field.unprinted || item.truth());
            let items =
                shown.map(|(field, item)| (named.then_some(Label::Field(field.name)), item));
            sequence(out, items, verb, flags, depth);
            out.byte(b'}');
        }
        Value::Ptr(target)
            if depth == 0
                && matches!(
                    target.as_ref(),
                    Value::Record(_) | Value::Map(_) | Value::List(_)
                ) =>
        {
            out.byte(b'&');
            print(out, target, verb, flags, depth + 1);
        }
        // An address: Go prints one that changes with each run.
        Value::Ptr(_) => out.text("0xc000000000"),
        Value::NilPtr(_) if flags.sharp_v => out.text(&format!("({})(nil)", value.type_name())),
        Value::NilPtr(_) if verb == 'v' => flags.pad(out, &"<nil>".into()),
        Value::NilPtr(_) if matches!(verb, 'b' | 'o' | 'd' | 'x' | 'X') => {
            print_int(out, Int::of(IntKind::Int, 0), verb, flags);
        }
        Value::NilPtr(_) => bad_verb(out, value, verb, flags),
        Value::Time(time) if flags.sharp_v && !flags.raw => {
            out.push_if(time.go_text().as_bytes(), time.secret)
        }
        Value::Time(time) => members(out, "{", &time_members(time), verb, flags, depth),
        Value::Version(version) => {
            members(out, "&{", &version_members(version), verb, flags, depth)
        }
        Value::Bool(_) => bad_verb(out, value, verb, flags),
    }
}

/// A struct whose fields have no names here.
fn members(out: &mut Out, open: &str, fields: &[Value], verb: char, flags: &Flags, depth: u32) {
    out.text(open);
    sequence(
        out,
        fields.iter().map(|field| (None, field)),
        verb,
        flags,
        depth,
    );
    out.byte(b'}');
}

/// What a time consists of in Go, seen by verbs that know no `String` method.
fn time_members(time: &Time) -> [Value; 3] {
    static LOCATION: RecordType = RecordType {
        name: "time.Location",
        fields: &[],
    };
    static POINTED: Type = Type::Record(&LOCATION);
    let int = |kind, value| {
        Value::Int(Int {
            kind,
            value,
            secret: time.secret,
        })
    };
    let since_year_one = time.unix() - Time::zero().unix();
    [
        int(IntKind::Uint64, i64::from(time.nanos())),
        int(IntKind::Int64, since_year_one),
        Value::NilPtr(&POINTED),
    ]
}

fn version_members(version: &Version) -> [Value; 6] {
    let Version {
        major,
        minor,
        patch,
        pre,
        metadata,
        original,
        secret,
    } = version;
    let int = |value| {
        Value::Int(Int {
            kind: IntKind::Int64,
            value,
            secret: *secret,
        })
    };
    let text = |text: &String| {
        Value::Str(if *secret {
            Str::secret(text.as_bytes())
        } else {
            text.as_str().into()
        })
    };
    [
        int(*major),
        int(*minor),
        int(*patch),
        text(pre),
        text(metadata),
        text(original),
    ]
}

/// What stands before an item.
enum Label<'v> {
    Key(&'v Str),
    Field(&'static str),
}

fn sequence<'v>(
    out: &mut Out,
    items: impl Iterator<Item = (Option<Label<'v>>, &'v Value)>,
    verb: char,
    flags: &Flags,
    depth: u32,
) {
    for (i, (label, item)) in items.enumerate() {
        if i > 0 {
            out.text(if flags.sharp_v { ", " } else { " " });
        }
        match label {
            Some(Label::Key(key)) => {
                print_text(out, &Value::Str(key.clone()), key, verb, flags);
                out.byte(b':');
            }
            Some(Label::Field(name)) => {
                out.text(name);
                out.byte(b':');
            }
            None => {}
        }
        print(out, item, verb, flags, depth + 1);
    }
}

fn print_int(out: &mut Out, int: Int, verb: char, flags: &Flags) {
    let Int {
        kind,
        value,
        secret,
    } = int;
    let base = |base, upper| Shape {
        base,
        upper,
        octal_prefix: false,
    };
    let shape = match verb {
        'v' if flags.sharp_v && kind.unsigned() => {
            let flags = Flags {
                sharp: true,
                ..*flags
            };
            return write_integer(out, &flags, value, base(16, false), secret);
        }
        'v' | 'd' => base(10, false),
        'b' => base(2, false),
        'o' => base(8, false),
        'O' => Shape {
            octal_prefix: true,
            ..base(8, false)
        },
        'x' => base(16, false),
        'X' => base(16, true),
        'c' => return write_char(out, flags, value, secret),
        'q' => return write_quoted_char(out, flags, value, secret),
        'U' => return write_unicode(out, flags, value, secret),
        _ => return bad_verb(out, &Value::Int(int), verb, flags),
    };
    write_integer(out, flags, value, shape, secret);
}

fn print_text(out: &mut Out, value: &Value, text: &Str, verb: char, flags: &Flags) {
    match verb {
        'v' if flags.sharp_v => write_string(out, text, 'q', flags),
        'v' | 's' | 'x' | 'X' | 'q' => write_string(out, text, verb, flags),
        _ => bad_verb(out, value, verb, flags),
    }
}

fn print_bytes(out: &mut Out, bytes: &Str, verb: char, flags: &Flags, name: &str) {
    match verb {
        's' | 'x' | 'X' | 'q' => return write_string(out, bytes, verb, flags),
        'v' if flags.sharp_v => {
            out.text(name);
            out.byte(b'{');
        }
        _ => out.byte(b'['),
    }
    for (i, byte) in bytes.bytes().iter().enumerate() {
        if i > 0 {
            out.text(if flags.sharp_v { ", " } else { " " });
        }
        let secret = bytes.marks().touches(i..i + 1);
        let flags = &Flags {
            sharp: flags.sharp || flags.sharp_v,
            ..*flags
        };
        print_int(
            out,
            Int {
                kind: IntKind::Uint8,
                value: i64::from(*byte),
                secret,
            },
            verb,
            flags,
        );
    }
    out.byte(if flags.sharp_v { b'}' } else { b']' });
}

/// `%s`, `%q`, `%x` and `%X` of a string.
fn write_string(out: &mut Out, text: &Str, verb: char, flags: &Flags) {
    match verb {
        'q' => {
            let text = flags
                .precision
                .map_or_else(|| text.clone(), |count| truncate(text, count));
            if flags.sharp && can_backquote(text.bytes()) {
                let raw = [b"`", text.bytes(), b"`"].concat();
                return flags.pad(
                    out,
                    &if text.is_secret() {
                        Str::secret(raw)
                    } else {
                        Str::new(raw)
                    },
                );
            }
            flags.pad(out, &quoted(&text, flags.plus));
        }
        'x' | 'X' => hexadecimal(out, text, verb == 'X', flags),
        _ => match flags.precision {
            Some(count) => flags.pad(out, &truncate(text, count)),
            None => flags.pad(out, text),
        },
    }
}

fn hexadecimal(out: &mut Out, text: &Str, upper: bool, flags: &Flags) {
    let length = flags
        .precision
        .map_or(text.len(), |precision| precision.min(text.len()));
    let prefix = if upper { "0X" } else { "0x" };
    let mut digits = String::new();
    for (i, byte) in text.bytes().iter().take(length).enumerate() {
        if flags.space && i > 0 {
            digits.push(' ');
        }
        if flags.sharp && (flags.space || i == 0) {
            digits.push_str(prefix);
        }
        digits.push_str(&if upper {
            format!("{byte:02X}")
        } else {
            format!("{byte:02x}")
        });
    }
    flags.pad_text(out, &digits, text.is_secret());
}
