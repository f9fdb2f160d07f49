//! `fmt.Sprintf`: wrong use never fails but writes a marker.

use super::flags::Flags;
use super::value::{bad_verb, print_arg};
use crate::text::{Out, Str};
use crate::value::Value;

/// Widths and precisions above this are refused.
const LARGEST: i64 = 1_000_000;

/// Reading position in the format and in the arguments.
struct Printf<'f> {
    format: &'f [u8],
    at: usize,
    args: &'f [Value],
    next: usize,
    reordered: bool,
    good: bool,
}

/// Writes the arguments as `format` says.
pub(crate) fn sprintf(out: &mut Out, format: &Str, args: &[Value]) {
    let mut state = Printf {
        format: format.bytes(),
        at: 0,
        args,
        next: 0,
        reordered: false,
        good: true,
    };
    while state.at < state.format.len() && !out.overflowed() {
        let rest = state.format.get(state.at..).unwrap_or_default();
        let text = rest
            .iter()
            .position(|byte| *byte == b'%')
            .unwrap_or(rest.len());
        out.push_part(format, state.at..state.at + text);
        state.at += text;
        if state.peek().is_some() {
            state.at += 1;
            state.verb(out);
        }
    }
    let Printf {
        next, reordered, ..
    } = state;
    let extra = args.get(next..).unwrap_or_default();
    if reordered || extra.is_empty() {
        return;
    }
    out.text("%!(EXTRA ");
    for (i, arg) in extra.iter().enumerate() {
        if i > 0 {
            out.text(", ");
        }
        if arg.is_nil() {
            out.text("<nil>");
        } else {
            out.text(&arg.type_name());
            out.byte(b'=');
            print_arg(out, arg, 'v', &Flags::default());
        }
    }
    out.byte(b')');
}

impl Printf<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    fn verb(&mut self, out: &mut Out) {
        let mut flags = Flags::default();
        self.good = true;
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut after_index = self.index();
        if self.eat(b'*') {
            match self.star() {
                Some(width) => {
                    flags.width = Some(usize::try_from(width.unsigned_abs()).unwrap_or(0));
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                }
                None => out.text("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            flags.width = self.number();
            self.good &= !(after_index && flags.width.is_some());
        }
        if self.eat(b'.') {
            self.good &= !after_index;
            after_index = self.index();
            if self.eat(b'*') {
                flags.precision = self
                    .star()
                    .and_then(|precision| usize::try_from(precision).ok());
                if flags.precision.is_none() {
                    out.text("%!(BADPREC)");
                }
                after_index = false;
            } else {
                flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(verb) = first_rune(rest) else {
            return out.text("%!(NOVERB)");
        };
        self.at += verb.len_utf8().min(rest.len());
        if verb == '%' {
            return out.byte(b'%');
        }
        if !self.good {
            return out.text(&format!("%!{verb}(BADINDEX)"));
        }
        let Some(arg) = self.args.get(self.next) else {
            return out.text(&format!("%!{verb}(MISSING)"));
        };
        self.next += 1;
        if matches!(verb, 'v' | 'w') {
            let Flags { sharp, plus, .. } = flags;
            flags = Flags {
                sharp: false,
                plus: false,
                sharp_v: sharp,
                plus_v: plus,
                ..flags
            };
        }
        if verb == 'w' && !matches!(arg, Value::Bytes(_)) {
            // Only for wrapping errors, which there are none of.
            return bad_verb(out, arg, verb, &flags);
        }
        print_arg(out, arg, verb, &flags);
    }

    /// A decimal number; one that is too large counts as none and ends the format.
    fn number(&mut self) -> Option<usize> {
        let mut number: Option<i64> = None;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            let before = number.unwrap_or(0);
            if before > LARGEST {
                self.at = self.format.len();
                return None;
            }
            number = Some(before * 10 + i64::from(digit - b'0'));
            self.at += 1;
        }
        number.and_then(|number| usize::try_from(number).ok())
    }

    /// The width or precision given by an argument.
    fn star(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        match arg {
            Value::Int(int) if (-LARGEST..=LARGEST).contains(&int.value) => Some(int.value),
            _ => None,
        }
    }

    /// `[n]`: the argument to take next. True if it was well formed.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let close = rest
            .iter()
            .position(|byte| *byte == b']')
            .filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.good = false;
            self.at += 1;
            return false;
        };
        let digits = rest.get(1..close).unwrap_or_default();
        let number = std::str::from_utf8(digits)
            .ok()
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
        let number: Option<usize> = number
            .and_then(|digits| digits.parse().ok())
            .filter(|n| *n <= LARGEST as usize);
        self.at += close + 1;
        match number {
            Some(number) if number >= 1 && number <= self.args.len() => {
                self.next = number - 1;
                true
            }
            other => {
                self.good = false;
                other.is_some()
            }
        }
    }
}

fn first_rune(bytes: &[u8]) -> Option<char> {
    let head = bytes.get(..bytes.len().min(4))?;
    let chunk = head.utf8_chunks().next()?;
    Some(
        chunk
            .valid()
            .chars()
            .next()
            .unwrap_or(char::REPLACEMENT_CHARACTER),
    )
}
