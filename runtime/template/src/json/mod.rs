//! `encoding/json`: what `toJson` and `toPrettyJson` write.

use crate::fmt::json_float;
use crate::text::{Out, Str};
use crate::value::{Field, Record, Type, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// Only a map that holds itself is nested deeper; Go's encoder gives up on it too.
const DEEP: usize = 150;

/// The value has no JSON form.
#[derive(Debug)]
pub(crate) struct NoJson;

/// Writes a value as JSON, with line breaks and two spaces per level if `pretty`.
pub(crate) fn write(out: &mut Out, value: &Value, pretty: bool) -> Result<(), NoJson> {
    Encoder {
        out,
        pretty,
        depth: 0,
    }
    .value(value)
}

struct Encoder<'o> {
    out: &'o mut Out,
    pretty: bool,
    depth: usize,
}

impl Encoder<'_> {
    fn value(&mut self, value: &Value) -> Result<(), NoJson> {
        if self.depth > DEEP || self.out.overflowed() {
            return Err(NoJson);
        }
        match value {
            Value::Missing | Value::Nil | Value::NilPtr(_) | Value::NilBytes => {
                self.out.text("null")
            }
            Value::Bool(value) => self.out.text(if *value { "true" } else { "false" }),
            Value::Int(int) => self
                .out
                .push_if(int.value.to_string().as_bytes(), int.secret),
            Value::Float(number, secret) => {
                self.out
                    .push_if(json_float(*number).ok_or(NoJson)?.as_bytes(), *secret);
            }
            Value::Complex(..) => return Err(NoJson),
            Value::Str(text) => string(self.out, text),
            Value::Bytes(bytes) => {
                self.out.byte(b'"');
                self.out
                    .push_if(STANDARD.encode(bytes.bytes()).as_bytes(), bytes.is_secret());
                self.out.byte(b'"');
            }
            Value::List(list) if list.is_nil() => self.out.text("null"),
            Value::Map(map) if map.is_nil() => self.out.text("null"),
            Value::List(list) => {
                self.open(b'[');
                for (i, item) in list.items().iter().enumerate() {
                    self.separate(i > 0);
                    self.value(item)?;
                }
                self.close(b']', list.items().is_empty());
            }
            Value::Map(map) => {
                let entries = map.entries();
                self.open(b'{');
                for (i, (key, item)) in entries.iter().enumerate() {
                    self.separate(i > 0);
                    self.key(key);
                    self.value(item)?;
                }
                self.close(b'}', entries.is_empty());
            }
            Value::Record(record) => {
                self.open(b'{');
                let mut written = false;
                self.fields(record, &mut written)?;
                self.close(b'}', !written);
            }
            Value::Ptr(target) => self.value(target)?,
            Value::Time(time) => match time.json() {
                None => self.out.text("null"),
                Some(_) if !(0..=9999).contains(&time.year()) => return Err(NoJson),
                Some(text) => self.scalar(&text, time.secret),
            },
            Value::Version(version) => self.scalar(&version.to_string(), version.secret),
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, secret: bool) {
        string(
            self.out,
            &if secret {
                Str::secret(text.as_bytes())
            } else {
                text.into()
            },
        );
    }

    fn fields(&mut self, record: &Record, written: &mut bool) -> Result<(), NoJson> {
        for (
            Field {
                json,
                omit_empty,
                kind,
                ..
            },
            item,
        ) in record.kind().fields.iter().zip(record.fields())
        {
            match item {
                Value::Record(inner) if json.is_empty() => {
                    self.fields(inner, written)?;
                    continue;
                }
                _ if *omit_empty && empty(item, kind) => continue,
                _ => {}
            }
            self.separate(*written);
            *written = true;
            // Names of fields have nothing to escape.
            self.out.byte(b'"');
            self.out.text(json);
            self.out.text(if self.pretty { "\": " } else { "\":" });
            self.value(item)?;
        }
        Ok(())
    }

    fn key(&mut self, key: &Str) {
        string(self.out, key);
        self.out.text(if self.pretty { ": " } else { ":" });
    }

    fn open(&mut self, bracket: u8) {
        self.out.byte(bracket);
        self.depth += 1;
    }

    fn separate(&mut self, comma: bool) {
        if comma {
            self.out.byte(b',');
        }
        self.line();
    }

    fn line(&mut self) {
        if self.pretty {
            self.out.byte(b'\n');
            self.out.fill(b' ', 2 * self.depth);
        }
    }

    fn close(&mut self, bracket: u8, empty: bool) {
        self.depth -= 1;
        if !empty {
            self.line();
        }
        self.out.byte(bracket);
    }
}

/// What `omitempty` leaves out.
fn empty(value: &Value, kind: &Type) -> bool {
    match kind {
        Type::Record(_) | Type::KubeTime => false,
        _ => matches!(value, Value::NilBytes) || !value.truth(),
    }
}

/// A JSON string; what could end an HTML script is escaped too.
fn string(out: &mut Out, text: &Str) {
    out.byte(b'"');
    let escapes = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\' | b'<' | b'>' | b'&' | 0x80..);
    if text.bytes().iter().any(escapes) {
        escaped(out, text);
    } else {
        out.push_str(text);
    }
    out.byte(b'"');
}

fn escaped(out: &mut Out, text: &Str) {
    let marks = text.marks();
    let mut at = 0;
    for chunk in text.bytes().utf8_chunks() {
        let plain = |c: char| {
            c >= ' ' && !matches!(c, '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
        };
        let mut rest = chunk.valid();
        while let Some(c) = rest.chars().next() {
            let run = rest.find(|c| !plain(c)).unwrap_or(rest.len());
            if run > 0 {
                out.push_part(text, at..at + run);
                at += run;
                rest = rest.get(run..).unwrap_or_default();
                continue;
            }
            let size = c.len_utf8();
            out.push_if(escape(c).as_bytes(), marks.touches(at..at + size));
            at += size;
            rest = rest.get(size..).unwrap_or_default();
        }
        for _ in chunk.invalid() {
            out.push_if(b"\\ufffd", marks.touches(at..at + 1));
            at += 1;
        }
    }
}

fn escape(c: char) -> Cow<'static, str> {
    Cow::Borrowed(match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '<' => "\\u003c",
        '>' => "\\u003e",
        '&' => "\\u0026",
        c => return Cow::Owned(format!("\\u{:04x}", u32::from(c))),
    })
}
