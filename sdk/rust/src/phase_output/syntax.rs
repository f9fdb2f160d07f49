//! What is wrong with a JSON text, in the words of Go's `encoding/json`, which users know from
//! the messages of failed phases.

/// Where in a text the next byte stands.
#[derive(Clone, Copy)]
enum State {
    /// Before a value; in a list that may be empty, `]` may stand there too.
    Value {
        or_end: bool,
    },
    /// Before a key; in an object that may be empty, `}` may stand there too.
    Key {
        or_end: bool,
    },
    Text,
    Escape,
    /// So many digits of `\uXXXX` are missing.
    Hexadecimal(u8),
    /// After a minus sign.
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    /// After `e`; a sign may come.
    Exponent,
    ExponentSign,
    ExponentDigits,
    /// Within `true`, `false` or `null`, at this byte.
    Word(&'static str, usize),
    AfterValue,
}

/// What an open bracket waits for.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Key,
    KeyValue,
    List,
}

/// Fails at the first byte that does not belong there, or when the text ends too early.
pub(super) fn check(text: &str) -> Result<(), String> {
    let mut scanner = Scanner {
        state: State::Value { or_end: false },
        open: Vec::new(),
    };
    // A space behind it tells whether a number at the end is complete.
    for byte in text.bytes().chain([b' ']) {
        scanner.step(byte).map_err(|context| {
            let c = quoted(byte);
            format!("invalid character {c} {context}")
        })?;
    }
    if scanner.open.is_empty() && matches!(scanner.state, State::AfterValue) {
        Ok(())
    } else {
        Err("unexpected end of JSON input".to_owned())
    }
}

struct Scanner {
    state: State,
    open: Vec<Open>,
}

impl Scanner {
    fn step(&mut self, byte: u8) -> Result<(), String> {
        let space = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let wrong = |context: &str| Err(context.to_owned());
        self.state = match (self.state, byte) {
            (state @ (State::Value { .. } | State::Key { .. } | State::AfterValue), _) if space => {
                state
            }
            (State::Value { or_end: true }, b']') => return self.after_value(byte),
            (State::Value { .. }, _) => return self.begin_value(byte),
            (State::Key { or_end: true }, b'}') => {
                // As after a pair.
                self.reopen(Open::KeyValue);
                return self.after_value(byte);
            }
            (State::Key { .. }, b'"') => State::Text,
            (State::Key { .. }, _) => return wrong("looking for beginning of object key string"),
            (State::Text, b'"') => State::AfterValue,
            (State::Text, b'\\') => State::Escape,
            (State::Text, 0..0x20) => return wrong("in string literal"),
            (State::Text, _) => State::Text,
            (State::Escape, b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => State::Text,
            (State::Escape, b'u') => State::Hexadecimal(4),
            (State::Escape, _) => return wrong("in string escape code"),
            (State::Hexadecimal(left), byte) if byte.is_ascii_hexdigit() => match left {
                1 => State::Text,
                _ => State::Hexadecimal(left - 1),
            },
            (State::Hexadecimal(_), _) => {
                return wrong("in \\u hexadecimal character escape");
            }
            (State::Minus, b'0') => State::Zero,
            (State::Minus | State::Digits, b'0'..=b'9') => State::Digits,
            (State::Minus, _) => return wrong("in numeric literal"),
            (State::Zero | State::Digits, b'.') => State::Point,
            (State::Zero | State::Digits | State::Fraction, b'e' | b'E') => State::Exponent,
            (State::Point | State::Fraction, b'0'..=b'9') => State::Fraction,
            (State::Point, _) => return wrong("after decimal point in numeric literal"),
            (State::Exponent, b'+' | b'-') => State::ExponentSign,
            (State::Exponent | State::ExponentSign | State::ExponentDigits, b'0'..=b'9') => {
                State::ExponentDigits
            }
            (State::Exponent | State::ExponentSign, _) => {
                return wrong("in exponent of numeric literal");
            }
            (State::Word(word, at), byte) => match word.as_bytes().get(at) {
                Some(expected) if *expected == byte => {
                    if at + 1 == word.len() {
                        State::AfterValue
                    } else {
                        State::Word(word, at + 1)
                    }
                }
                expected => {
                    let expected = char::from(*expected.unwrap_or(&b' '));
                    return Err(format!("in literal {word} (expecting '{expected}')"));
                }
            },
            (
                State::Zero
                | State::Digits
                | State::Fraction
                | State::ExponentDigits
                | State::AfterValue,
                _,
            ) => return self.after_value(byte),
        };
        Ok(())
    }

    fn begin_value(&mut self, byte: u8) -> Result<(), String> {
        self.state = match byte {
            b'{' => {
                self.open.push(Open::Key);
                State::Key { or_end: true }
            }
            b'[' => {
                self.open.push(Open::List);
                State::Value { or_end: true }
            }
            b'"' => State::Text,
            b'-' => State::Minus,
            b'0' => State::Zero,
            b'1'..=b'9' => State::Digits,
            b't' => State::Word("true", 1),
            b'f' => State::Word("false", 1),
            b'n' => State::Word("null", 1),
            _ => return Err("looking for beginning of value".to_owned()),
        };
        Ok(())
    }

    fn reopen(&mut self, as_what: Open) {
        if let Some(last) = self.open.last_mut() {
            *last = as_what;
        }
    }

    fn after_value(&mut self, byte: u8) -> Result<(), String> {
        let space = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.state = match (self.open.last(), byte) {
            _ if space => State::AfterValue,
            (Some(Open::Key), b':') => {
                self.reopen(Open::KeyValue);
                State::Value { or_end: false }
            }
            (Some(Open::KeyValue), b',') => {
                self.reopen(Open::Key);
                State::Key { or_end: false }
            }
            (Some(Open::List), b',') => State::Value { or_end: false },
            (Some(Open::KeyValue), b'}') | (Some(Open::List), b']') => {
                self.open.pop();
                State::AfterValue
            }
            (Some(Open::Key), _) => return Err("after object key".to_owned()),
            (Some(Open::KeyValue), _) => return Err("after object key:value pair".to_owned()),
            (Some(Open::List), _) => return Err("after array element".to_owned()),
            (None, _) => return Err("after top-level value".to_owned()),
        };
        Ok(())
    }
}

/// A byte as Go quotes it.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        b'\\' => r"'\\'".to_owned(),
        b'\n' => r"'\n'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        0x07 => r"'\a'".to_owned(),
        0x08 => r"'\b'".to_owned(),
        0x0b => r"'\v'".to_owned(),
        0x0c => r"'\f'".to_owned(),
        0..0x20 | 0x7f => format!("'\\x{byte:02x}'"),
        // Unprintable in Latin-1: controls, the wide space and the soft hyphen.
        0x80..=0xa0 | 0xad => format!("'\\u{byte:04x}'"),
        _ => format!("'{}'", char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The texts are in `src/encoding/json/scanner.go` of Go.
    #[test]
    fn the_words_are_those_of_go() {
        for (text, message) in [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("{\"key\":\"a\"", "unexpected end of JSON input"),
            ("\"key", "unexpected end of JSON input"),
            (
                "1.",
                "invalid character ' ' after decimal point in numeric literal",
            ),
            (
                "nul",
                "invalid character ' ' in literal null (expecting 'l')",
            ),
            (
                "Invalid message",
                "invalid character 'I' looking for beginning of value",
            ),
            (
                "{key:1}",
                "invalid character 'k' looking for beginning of object key string",
            ),
            (
                "{\"a\":1,}",
                "invalid character '}' looking for beginning of object key string",
            ),
            ("{\"key\" \"a\"}", "invalid character '\"' after object key"),
            (
                "{\"key\":\"a\" \"b\"}",
                "invalid character '\"' after object key:value pair",
            ),
            ("[1 2]", "invalid character '2' after array element"),
            (
                "{\"key\":\"a\"} ###Phase-output###: {}",
                "invalid character '#' after top-level value",
            ),
            ("{} x", "invalid character 'x' after top-level value"),
            ("\"a\tb\"", "invalid character '\\t' in string literal"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            (
                "\"\\u12g\"",
                "invalid character 'g' in \\u hexadecimal character escape",
            ),
            ("-a", "invalid character 'a' in numeric literal"),
            (
                "1.x",
                "invalid character 'x' after decimal point in numeric literal",
            ),
            (
                "1ex",
                "invalid character 'x' in exponent of numeric literal",
            ),
            (
                "trap",
                "invalid character 'a' in literal true (expecting 'u')",
            ),
            ("ä", "invalid character 'Ã' looking for beginning of value"),
            (
                "'a'",
                "invalid character '\\'' looking for beginning of value",
            ),
        ] {
            assert_eq!(check(text), Err(message.to_owned()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_parser(text in r#"[\[\]{}:,"\\ 0-9.eE+\-tfnaulrsx]{0,12}"#) {
            let parsed = serde_json::from_str::<serde_json::Value>(&text);
            // The parser also refuses numbers that no double can hold.
            let beyond = matches!(&parsed, Err(error) if error.to_string().contains("out of range"));
            prop_assert!(beyond || check(&text).is_ok() == parsed.is_ok(), "{text:?} {parsed:?}");
        }
    }
}
