//! What the tests share: a world that stands still, a seeded generator of calls and templates.

use kanister_template::World;
use std::time::Duration;

/// A world without time; its randomness is a constant.
pub struct StillWorld;

impl World for StillWorld {
    fn now(&self) -> (i64, u32) {
        (1_700_000_000, 0)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }

    fn env(&self, _: &str) -> Option<String> {
        None
    }

    fn lookup_host(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// A small generator of numbers; the same seed gives the same numbers.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or(0)
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

const STRINGS: &[&str] = &[
    ".s",
    ".s",
    "(toString .b)",
    ".p",
    "\"a\"",
    "\"[a-z]+\"",
    "\"q\"",
    "\"%s|%v|%q|%x\"",
    "\"2006-01-02\"",
    "\"\"",
    "\",\"",
    "\"k\"",
    "(.m.k)",
    "(index .l 0)",
    "\"1.2.3\"",
    "\"http://u:p@h/a?b#c\"",
    "\"a/b.c\"",
    "\"$0\"",
];
const NUMBERS: &[&str] = &[".i", "0", "1", "2", "5", "-1", "(len .p)", "(int .i)", "20"];
const MAPS: &[&str] = &[
    ".m",
    ".pm",
    "(dict \"k\" .s)",
    "(dict .s 1)",
    "(deepCopy .m)",
    "(dict)",
    "nil",
];
const LISTS: &[&str] = &[".l", ".pl", "(list .s .p)", ".m.l", "(list)", "nil"];
const TIMES: &[&str] = &[
    "(toDate \"2006-01-02\" \"2026-03-04\")",
    "(toDate \"x\" .s)",
];

fn random_argument(rng: &mut Rng, kind: char, depth: u32) -> String {
    if depth > 0 && rng.below(4) == 0 {
        let name = rng.pick(FUNCTIONS);
        return format!("({})", random_call(rng, name, depth - 1));
    }
    let pool: &[&str] = match kind {
        's' => STRINGS,
        'F' => &["\"%s|%v|%q|%x\"", "\"%5.2v|%+v|%#v\"", ".s", "\"%d %T %t\""],
        'i' | 'u' => NUMBERS,
        'b' => &["true", "false", "(eq 1 1)"],
        'm' => MAPS,
        'l' => LISTS,
        't' => TIMES,
        'f' => &["0.5", "1.0"],
        _ => match rng.below(6) {
            0 => MAPS,
            1 => LISTS,
            2 => &[".b", ".n", ".sm", ".", "nil", "true", "1.5"],
            3 => NUMBERS,
            _ => STRINGS,
        },
    };
    (*rng.pick(pool)).to_string()
}

/// A call of a function with arguments mostly of the right types.
pub fn random_call(rng: &mut Rng, function: &(&str, &str), depth: u32) -> String {
    let (name, kinds) = function;
    let mut call = (*name).to_string();
    let mut rest = kinds.chars();
    while let Some(kind) = rest.next() {
        let count = if kind == '*' { rng.below(4) } else { 1 };
        let kind = if kind == '*' {
            rest.next().unwrap_or('a')
        } else {
            kind
        };
        for _ in 0..count {
            call.push(' ');
            call.push_str(&random_argument(rng, kind, depth));
        }
    }
    call
}

/// Functions and the types of their parameters: s string, i int, a any, b bool, m map, l list, t time, f float, u
/// uint32, F a format; a star stands before what may come any number of times.
pub const FUNCTIONS: &[(&str, &str)] = &[
    ("abbrev", "is"),
    ("abbrevboth", "iis"),
    ("add", "*a"),
    ("add1", "a"),
    ("adler32sum", "s"),
    ("ago", "a"),
    ("append", "aa"),
    ("atoi", "s"),
    ("b32dec", "s"),
    ("b32enc", "s"),
    ("b64dec", "s"),
    ("b64enc", "s"),
    ("base", "s"),
    ("biggest", "a*a"),
    ("camelcase", "s"),
    ("cat", "*a"),
    ("ceil", "a"),
    ("clean", "s"),
    ("coalesce", "*a"),
    ("compact", "a"),
    ("concat", "*a"),
    ("contains", "ss"),
    ("date", "sa"),
    ("dateInZone", "sas"),
    ("dateModify", "st"),
    ("date_in_zone", "sas"),
    ("date_modify", "st"),
    ("decryptAES", "ss"),
    ("deepCopy", "a"),
    ("deepEqual", "aa"),
    ("default", "a*a"),
    ("dict", "*a"),
    ("dir", "s"),
    ("div", "aa"),
    ("empty", "a"),
    ("encryptAES", "ss"),
    ("ext", "s"),
    ("first", "a"),
    ("float64", "a"),
    ("floor", "a"),
    ("has", "aa"),
    ("hasKey", "ms"),
    ("hasPrefix", "ss"),
    ("hasSuffix", "ss"),
    ("htmlDate", "a"),
    ("htmlDateInZone", "as"),
    ("indent", "is"),
    ("initial", "a"),
    ("initials", "s"),
    ("int", "a"),
    ("int64", "a"),
    ("isAbs", "s"),
    ("join", "sa"),
    ("kebabcase", "s"),
    ("keys", "*m"),
    ("kindIs", "sa"),
    ("kindOf", "a"),
    ("last", "a"),
    ("list", "*a"),
    ("lower", "s"),
    ("max", "a*a"),
    ("merge", "m*m"),
    ("mergeOverwrite", "m*m"),
    ("min", "a*a"),
    ("mod", "aa"),
    ("mul", "a*a"),
    ("nindent", "is"),
    ("nospace", "s"),
    ("omit", "m*s"),
    ("pick", "m*s"),
    ("pluck", "s*m"),
    ("plural", "ssi"),
    ("prepend", "aa"),
    ("push", "aa"),
    ("quote", "*a"),
    ("regexFind", "ss"),
    ("regexFindAll", "ssi"),
    ("regexMatch", "ss"),
    ("regexReplaceAll", "sss"),
    ("regexReplaceAllLiteral", "sss"),
    ("regexSplit", "ssi"),
    ("repeat", "is"),
    ("replace", "sss"),
    ("rest", "a"),
    ("reverse", "a"),
    ("round", "ai*f"),
    ("semver", "s"),
    ("semverCompare", "ss"),
    ("set", "msa"),
    ("sha1sum", "s"),
    ("sha256sum", "s"),
    ("shuffle", "s"),
    ("slice", "a*a"),
    ("snakecase", "s"),
    ("sortAlpha", "a"),
    ("split", "ss"),
    ("splitList", "ss"),
    ("splitn", "sis"),
    ("squote", "*a"),
    ("sub", "aa"),
    ("substr", "iis"),
    ("swapcase", "s"),
    ("ternary", "aab"),
    ("title", "s"),
    ("toDate", "ss"),
    ("toDecimal", "a"),
    ("toJson", "a"),
    ("toPrettyJson", "a"),
    ("toString", "a"),
    ("toStrings", "a"),
    ("trim", "s"),
    ("trimAll", "ss"),
    ("trimPrefix", "ss"),
    ("trimSuffix", "ss"),
    ("trimall", "ss"),
    ("trunc", "is"),
    ("tuple", "*a"),
    ("typeIs", "sa"),
    ("typeIsLike", "sa"),
    ("typeOf", "a"),
    ("uniq", "a"),
    ("unixEpoch", "t"),
    ("unset", "ms"),
    ("until", "i"),
    ("untilStep", "iii"),
    ("untitle", "s"),
    ("upper", "s"),
    ("urlJoin", "m"),
    ("urlParse", "s"),
    ("values", "m"),
    ("without", "a*a"),
    ("wrap", "is"),
    ("wrapWith", "iss"),
    ("and", "a*a"),
    ("eq", "aa"),
    ("html", "*a"),
    ("index", "a*a"),
    ("js", "*a"),
    ("len", "a"),
    ("lt", "aa"),
    ("ne", "aa"),
    ("not", "a"),
    ("or", "a*a"),
    ("print", "*a"),
    ("printf", "F*a"),
    ("println", "*a"),
    ("urlquery", "*a"),
];
