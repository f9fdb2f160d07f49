//! Go's regular expressions (RE2) written for the `regex` crate.
//!
//! The two agree on what a match is; they differ in what may be written. `\d`, `\w`, `\s` and `\b` know ASCII only in
//! Go, `[` in a class is a plain character there, `{` that counts nothing too, `\Q..\E` and octal escapes exist, and
//! nested repetitions such as `a**` do not.

/// A pattern for the `regex` crate. Its groups have no names there: Go lets several have the same.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    /// For each group, the whole match being the first, its name if it has one.
    pub(super) names: Vec<Option<String>>,
}

/// Translates a pattern, or says what is wrong with it.
pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut translator = Translator {
        rest: pattern,
        repeated: pattern,
        out: String::new(),
        names: vec![None],
    };
    translator.run()?;
    let Translator { out, names, .. } = translator;
    Ok(Translated {
        pattern: out,
        names,
    })
}

/// The most that a repetition may count.
const MOST: u32 = 1000;

struct Translator<'p> {
    rest: &'p str,
    /// Where the last repetition operator began.
    repeated: &'p str,
    out: String,
    names: Vec<Option<String>>,
}

/// What the last element was, for the operator that follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Operand,
    Repeat,
}

impl<'p> Translator<'p> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn run(&mut self) -> Result<(), String> {
        let mut before = Before::Nothing;
        loop {
            let start = self.rest;
            let Some(c) = self.next() else { return Ok(()) };
            before = match c {
                '*' | '+' | '?' => {
                    self.repeat(before, &c.to_string(), start)?;
                    Before::Repeat
                }
                '{' => match self.counts()? {
                    Some(text) => {
                        self.repeat(before, &text, start)?;
                        Before::Repeat
                    }
                    None => self.literal('{'),
                },
                '(' => {
                    self.group()?;
                    Before::Nothing
                }
                '|' => {
                    self.out.push(c);
                    Before::Nothing
                }
                ')' | '.' | '^' | '$' => {
                    self.out.push(c);
                    Before::Operand
                }
                '[' => self.class(start)?,
                '\\' => self.escape(start)?,
                c => self.literal(c),
            };
        }
    }

    fn literal(&mut self, c: char) -> Before {
        push_literal(&mut self.out, c);
        Before::Operand
    }

    fn repeat(&mut self, before: Before, operator: &str, start: &'p str) -> Result<(), String> {
        let lazy = self.eat("?");
        let shown = start
            .get(..start.len() - self.rest.len())
            .unwrap_or_default();
        match before {
            Before::Nothing => {
                return Err(format!(
                    "missing argument to repetition operator: `{shown}`"
                ));
            }
            Before::Repeat => {
                let length = self.repeated.len() - self.rest.len();
                let both = self.repeated.get(..length).unwrap_or_default();
                return Err(format!("invalid nested repetition operator: `{both}`"));
            }
            Before::Operand => self.repeated = start,
        }
        self.out.push_str(operator);
        if lazy {
            self.out.push('?');
        }
        Ok(())
    }

    /// `n}`, `n,}` or `n,m}` behind a brace; anything else is no repetition.
    fn counts(&mut self) -> Result<Option<String>, String> {
        let Some((inner, after)) = self.rest.split_once('}') else {
            return Ok(None);
        };
        let (least, most) = inner
            .split_once(',')
            .map_or((inner, None), |(least, most)| (least, Some(most)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let leading = |text: &str| text.len() > 1 && text.starts_with('0');
        if !digits(least)
            || most.is_some_and(|most| !most.is_empty() && !digits(most))
            || leading(least)
        {
            return Ok(None);
        }
        let invalid = || format!("invalid repeat count: `{{{inner}}}`");
        let bounded = |text: &str| text.parse().ok().filter(|n| *n <= MOST).ok_or_else(invalid);
        let least: u32 = bounded(least)?;
        if let Some(most) = most.filter(|most| !most.is_empty())
            && bounded(most)? < least
        {
            return Err(invalid());
        }
        self.rest = after;
        Ok(Some(format!("{{{inner}}}")))
    }

    fn group(&mut self) -> Result<(), String> {
        if !self.eat("?") {
            self.out.push('(');
            self.names.push(None);
            return Ok(());
        }
        if self.eat("P<") || self.eat("<") {
            let (name, after) = self.rest.split_once('>').ok_or("invalid named capture")?;
            if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
                return Err(format!("invalid named capture: `(?P<{name}>`"));
            }
            self.out.push('(');
            self.names.push(Some(name.into()));
            self.rest = after;
            return Ok(());
        }
        let end = self.rest.find([':', ')']).ok_or("missing closing )")?;
        let (flags, after) = self.rest.split_at(end);
        if !flags
            .chars()
            .all(|c| matches!(c, 'i' | 'm' | 's' | 'U' | '-'))
        {
            return Err(format!("invalid or unsupported Perl syntax: `(?{flags}`"));
        }
        let (close, rest) = after.split_at(1);
        if !(flags.is_empty() && close == ")") {
            self.out.push_str(&format!("(?{flags}{close}"));
        }
        self.rest = rest;
        Ok(())
    }

    fn escape(&mut self, start: &str) -> Result<Before, String> {
        if self.eat("Q") {
            let (text, after) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            text.chars().for_each(|c| push_literal(&mut self.out, c));
            self.rest = after;
            return Ok(if text.is_empty() {
                Before::Nothing
            } else {
                Before::Operand
            });
        }
        let c = self.rest.chars().next();
        let plain = match c {
            Some('A') => "\\A",
            Some('z') => "\\z",
            Some('b') => "(?-u:\\b)",
            Some('B') => "(?-u:\\B)",
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('s') => "[\\t\\n\\f\\r ]",
            Some('S') => "[^\\t\\n\\f\\r ]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('p' | 'P') => {
                let class = self.unicode_class()?;
                self.out.push_str(&class);
                return Ok(Before::Operand);
            }
            _ => {
                let c = self.escaped_char(start)?;
                return Ok(self.literal(c));
            }
        };
        self.next();
        self.out.push_str(plain);
        Ok(Before::Operand)
    }

    /// `pL`, `p{Greek}`, `p{^Greek}` and their opposites.
    fn unicode_class(&mut self) -> Result<String, String> {
        let mut negated = self.next() == Some('P');
        let name = if self.eat("{") {
            let (name, after) = self
                .rest
                .split_once('}')
                .ok_or("invalid character class range")?;
            self.rest = after;
            name.to_string()
        } else {
            self.next().map(String::from).unwrap_or_default()
        };
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negated = !negated;
                name.to_string()
            }
            None => name,
        };
        if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
            return Err(format!("invalid character class range: `\\p{{{name}}}`"));
        }
        Ok(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' }))
    }

    /// The character that an escape stands for; the backslash is read.
    fn escaped_char(&mut self, start: &str) -> Result<char, String> {
        let Some(c) = self.next() else {
            return Err("trailing backslash at end of expression: ``".into());
        };
        let octal = |c: char| ('0'..='7').contains(&c);
        let code = match c {
            'a' => 7,
            'f' => 12,
            't' => 9,
            'n' => 10,
            'r' => 13,
            'v' => 11,
            'x' => self.hexadecimal().unwrap_or(u32::MAX),
            '0' => self.octal(0),
            '1'..='7' if self.rest.starts_with(octal) => self.octal(c.to_digit(8).unwrap_or(0)),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
            _ => u32::MAX,
        };
        let shown = start
            .get(..start.len() - self.rest.len())
            .unwrap_or_default();
        char::from_u32(code).ok_or_else(|| format!("invalid escape sequence: `{shown}`"))
    }

    fn octal(&mut self, first: u32) -> u32 {
        let mut code = first;
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else {
                break;
            };
            self.next();
            code = code * 8 + digit;
        }
        code
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let (digits, after) = if self.eat("{") {
            self.rest.split_once('}')?
        } else {
            self.rest.split_at_checked(2)?
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let code = u32::from_str_radix(digits, 16).ok()?;
        self.rest = after;
        Some(code)
    }

    fn class(&mut self, start: &str) -> Result<Before, String> {
        let mut class = String::from(if self.eat("^") { "[^" } else { "[" });
        let mut first = true;
        loop {
            if !first && self.eat("]") {
                break;
            }
            first = false;
            if self.rest.is_empty() {
                return Err(format!("missing closing ]: `{start}`"));
            }
            if self.rest.starts_with("[:")
                && let Some(end) = self.rest.find(":]")
            {
                let (name, after) = self.rest.split_at(end + 2);
                self.rest = after;
                class.push_str(posix(name)?);
                continue;
            }
            if let Some(escape) = self.rest.strip_prefix('\\') {
                let set = match escape.chars().next() {
                    Some('d') => "0-9",
                    Some('D') => "[^0-9]",
                    Some('s') => "\\t\\n\\f\\r ",
                    Some('S') => "[^\\t\\n\\f\\r ]",
                    Some('w') => "0-9A-Za-z_",
                    Some('W') => "[^0-9A-Za-z_]",
                    _ => "",
                };
                if !set.is_empty() {
                    self.rest = escape.get(1..).unwrap_or_default();
                    class.push_str(set);
                    continue;
                }
                if escape.starts_with(['p', 'P']) {
                    self.rest = escape;
                    class.push_str(&self.unicode_class()?);
                    continue;
                }
            }
            let range = self.rest;
            let low = self.class_char()?;
            let mut high = low;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1 {
                self.next();
                high = self.class_char()?;
            }
            if high < low {
                let shown = range
                    .get(..range.len() - self.rest.len())
                    .unwrap_or_default();
                return Err(format!("invalid character class range: `{shown}`"));
            }
            class.push_str(&format!(
                "\\x{{{:x}}}-\\x{{{:x}}}",
                u32::from(low),
                u32::from(high)
            ));
        }
        class.push(']');
        self.out.push_str(&class);
        Ok(Before::Operand)
    }

    fn class_char(&mut self) -> Result<char, String> {
        let start = self.rest;
        match self.next() {
            Some('\\') => self.escaped_char(start),
            Some(c) => Ok(c),
            None => Err("missing closing ]".into()),
        }
    }
}

/// A POSIX class by its Go spelling, which is also that of the `regex` crate.
fn posix(name: &str) -> Result<&str, String> {
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    let word = name
        .trim_start_matches("[:")
        .trim_start_matches('^')
        .trim_end_matches(":]");
    if NAMES.contains(&word) {
        Ok(name)
    } else {
        Err(format!("invalid character class range: `{name}`"))
    }
}

fn push_literal(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() || c == '_' || c == ' ' || !c.is_ascii() {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{{{:x}}}", u32::from(c)));
    }
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn differences() {
        assert!(translate("a**").is_err());
        assert!(translate("*a").is_err());
        assert!(translate("a{1001}").is_err());
        assert!(translate(r"\1").is_err());
        assert!(translate(r"\h").is_err());
        assert!(translate("(?x)a").is_err());
        for pattern in [
            "a{,5}",
            "[[]",
            r"\Q[a*\E+",
            r"\101",
            "[]a]",
            "[a&&b]",
            "(?i)x",
            "a*?",
            r"[\d-z]",
            "x{2}",
        ] {
            let translated = translate(pattern).unwrap().pattern;
            assert!(
                regex::bytes::Regex::new(&translated).is_ok(),
                "{pattern} became {translated}"
            );
        }
    }
}
