//! Text to steps.

use super::{End, Slice, Step};
use crate::value::Value;

/// Filters and unions in each other; nobody nests more.
const DEEPEST: u32 = 20;

/// Parses what stands between the braces.
pub(super) fn parse(path: &str) -> Result<Vec<Step>, String> {
    steps(path, 0)
}

fn is_end(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}'
    )
}

fn steps(path: &str, depth: u32) -> Result<Vec<Step>, String> {
    if depth > DEEPEST {
        return Err(format!("nested deeper than {DEEPEST}"));
    }
    let mut steps = Vec::new();
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        let tail = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match c {
            '\r' | '\n' => return Err("unclosed action".into()),
            ' ' | '@' | '$' => tail,
            '[' if tail.starts_with("?(") => {
                filter(tail.get(2..).unwrap_or_default(), depth, &mut steps)?
            }
            '[' => array(tail, depth, &mut steps)?,
            '"' | '\'' => quoted(rest, c, &mut steps)?,
            '.' if tail.starts_with('.') => {
                if matches!(steps.last(), Some(Step::Recursive)) {
                    return Err("invalid multiple recursive descent".into());
                }
                steps.push(Step::Recursive);
                let after = tail.get(1..).unwrap_or_default();
                if after.starts_with(|c: char| c == '_' || c.is_alphanumeric()) {
                    field(after, &mut steps)
                } else {
                    after
                }
            }
            '.' => field(tail, &mut steps),
            '+' | '-' | '0'..='9' => number(rest, &mut steps)?,
            c if c == '_' || c.is_alphanumeric() => {
                let (word, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
                match word {
                    "true" | "false" => steps.push(Step::Literal(Value::Bool(word == "true"))),
                    other => return Err(format!("unrecognized identifier {other}")),
                }
                after
            }
            c => {
                return Err(format!(
                    "unrecognized character in action: U+{:04X} '{c}'",
                    u32::from(c)
                ));
            }
        };
    }
    Ok(steps)
}

/// The name behind a dot; a backslash takes the next character as it is.
fn field<'p>(text: &'p str, steps: &mut Vec<Step>) -> &'p str {
    let mut name = String::new();
    let mut chars = text.chars();
    loop {
        let before = chars.as_str();
        match chars.next() {
            Some('\\') => name.extend(chars.next()),
            Some(c) if !is_end(c) => name.push(c),
            _ => {
                steps.push(if name == "*" {
                    Step::Wildcard
                } else {
                    Step::Field(name)
                });
                return before;
            }
        }
    }
}

fn number<'p>(text: &'p str, steps: &mut Vec<Step>) -> Result<&'p str, String> {
    let more = |c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let (digits, after) = text.split_at(text.find(more).unwrap_or(text.len()));
    let value = match (digits.parse::<i64>(), digits.parse::<f64>()) {
        (Ok(int), _) => Value::int(int),
        (_, Ok(float)) => Value::Float(float, false),
        _ => return Err(format!("cannot parse number {digits}")),
    };
    steps.push(Step::Literal(value));
    Ok(after)
}

fn quoted<'p>(text: &'p str, quote: char, steps: &mut Vec<Step>) -> Result<&'p str, String> {
    let mut literal = String::new();
    let mut chars = text.chars();
    chars.next();
    loop {
        match chars.next() {
            None | Some('\n') => return Err("unterminated quoted string".into()),
            Some('\\') => match chars.next() {
                Some('n') => literal.push('\n'),
                Some('t') => literal.push('\t'),
                Some(c) => literal.push(c),
                None => return Err("unterminated quoted string".into()),
            },
            Some(c) if c == quote => break,
            Some(c) => literal.push(c),
        }
    }
    steps.push(Step::Literal(Value::string(literal)));
    Ok(chars.as_str())
}

fn array<'p>(text: &'p str, depth: u32, steps: &mut Vec<Step>) -> Result<&'p str, String> {
    let (inner, after) = text.split_once(']').ok_or("unterminated array")?;
    let parts: Vec<&str> = inner.split(',').collect();
    if parts.len() > 1 {
        let each: Result<_, _> = parts
            .iter()
            .map(|part| self::steps(&format!("[{}]", part.trim_matches(' ')), depth + 1))
            .collect();
        steps.push(Step::Union(each?));
        return Ok(after);
    }
    if let Some(key) = inner
        .strip_prefix('\'')
        .and_then(|key| key.strip_suffix('\''))
    {
        // As upstream: the key is read like a field behind a dot.
        steps.extend(self::steps(&format!(".{key}"), depth + 1)?);
        return Ok(after);
    }
    steps.push(Step::Slice(slice(if inner == "*" { ":" } else { inner })?));
    Ok(after)
}

fn slice(text: &str) -> Result<Slice, String> {
    let invalid = || format!("invalid array index {text}");
    let number = |text: &str| {
        if text.is_empty() {
            Ok(None)
        } else {
            text.parse().map(Some).map_err(|_| invalid())
        }
    };
    let mut parts = text.split(':');
    let start = number(parts.next().unwrap_or_default())?;
    let end = match parts.next() {
        None => End::Single,
        Some(end) => number(end)?.map_or(End::Open, End::At),
    };
    let step = number(parts.next().unwrap_or_default())?;
    if parts.next().is_some() || (text.is_empty()) {
        return Err(invalid());
    }
    Ok(Slice { start, end, step })
}

fn filter<'p>(text: &'p str, depth: u32, steps: &mut Vec<Step>) -> Result<&'p str, String> {
    let mut quote = None;
    let mut before = ' ';
    let mut end = None;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            ('\n', _) => break,
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open && before != '\\' => quote = None,
            (')', None) => {
                end = Some(at);
                break;
            }
            _ => {}
        }
        before = c;
    }
    let (inner, after) = text.split_at(end.ok_or("unterminated filter")?);
    let after = after.strip_prefix(")]").ok_or("unclosed array expect ]")?;
    let sign = |c: char| matches!(c, '!' | '<' | '>' | '=');
    let operator = inner.find(sign).filter(|at| *at > 0);
    let compare = operator.and_then(|at| {
        let (left, tail) = inner.split_at(at);
        let (operator, right) = tail.split_at(tail.find(|c| !sign(c))?);
        Some((left, operator, right))
    });
    steps.push(match compare {
        Some((left, operator, right)) => Step::Filter {
            left: self::steps(left, depth + 1)?,
            compare: Some((operator.into(), self::steps(right, depth + 1)?)),
        },
        None => Step::Filter {
            left: self::steps(inner, depth + 1)?,
            compare: None,
        },
    });
    Ok(after)
}
