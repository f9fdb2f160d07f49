//! The function library: one table of functions, used by the Go dialects directly and by the Jinja dialect through
//! its environment.

mod aes;
mod args;
mod builtins;
mod certificates;
mod compare;
mod convert;
mod dates;
mod defaults;
mod dicts;
mod encoding;
mod escape;
mod hashes;
mod keys;
mod lists;
mod math;
mod merge;
mod outside;
mod paths;
mod random;
mod reflect;
mod regex_syntax;
mod regexes;
mod semver;
mod split;
mod strings;
mod text_case;
mod text_shape;
mod url_escape;
mod urls;
mod words;

pub(crate) use args::Args;
pub(crate) use defaults::copy_value;
pub(crate) use semver::Version;

use crate::context::{Context, Fail};
use crate::options::Dialect;
use crate::value::Value;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// The Go type of a parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Param {
    /// `interface{}`: no value arrives as nil.
    Any,
    /// `reflect.Value`: anything as it is.
    Raw,
    Str,
    Int,
    Uint32,
    Float,
    Bool,
    /// `map[string]interface{}`
    Map,
    /// `[]interface{}`
    List,
    Time,
    Duration,
    Version,
    /// `sprig.certificate`
    Certificate,
}

/// How the marks of secret arguments get into the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// All of the result is secret if any part of any argument is.
    Whole,
    /// The function carries the marks itself, byte by byte or value by value.
    Exact,
    /// The result tells nothing but a length, a type or a yes or no.
    Clear,
}

/// Functions that the evaluator treats itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    None,
    And,
    Or,
}

/// A function body.
pub(crate) type Body = fn(&mut Context, &[Value]) -> Result<Value, Fail>;

/// A function of the library.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Param],
    /// The type of any further arguments.
    pub(crate) rest: Option<Param>,
    pub(crate) rule: Rule,
    pub(crate) special: Special,
    pub(crate) call: Body,
}

impl Function {
    pub(crate) const fn fixed(
        name: &'static str,
        params: &'static [Param],
        rule: Rule,
        call: Body,
    ) -> Function {
        Function {
            name,
            params,
            rest: None,
            rule,
            special: Special::None,
            call,
        }
    }

    pub(crate) const fn variadic(
        name: &'static str,
        params: &'static [Param],
        rest: Param,
        rule: Rule,
        call: Body,
    ) -> Function {
        Function {
            name,
            params,
            rest: Some(rest),
            rule,
            special: Special::None,
            call,
        }
    }

    /// True if it changes a map that it is given.
    pub(crate) fn mutates(&self) -> bool {
        matches!(self.name, "set" | "unset" | "merge" | "mergeOverwrite")
    }
}

/// The functions of a dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionSet {
    All,
    WaitV2,
}

type Table = HashMap<&'static str, &'static Function, BuildHasherDefault<NameHasher>>;

/// FNV-1a: names are short and the table is fixed, so nobody can make its names collide.
struct NameHasher(u64);

impl Default for NameHasher {
    fn default() -> NameHasher {
        NameHasher(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

static ALL: LazyLock<Table> = LazyLock::new(|| {
    let tables = [
        builtins::FUNCTIONS,
        compare::FUNCTIONS,
        escape::FUNCTIONS,
        aes::FUNCTIONS,
        certificates::FUNCTIONS,
        convert::FUNCTIONS,
        dates::FUNCTIONS,
        defaults::FUNCTIONS,
        dicts::FUNCTIONS,
        encoding::FUNCTIONS,
        hashes::FUNCTIONS,
        keys::FUNCTIONS,
        lists::FUNCTIONS,
        math::FUNCTIONS,
        outside::FUNCTIONS,
        paths::FUNCTIONS,
        random::FUNCTIONS,
        reflect::FUNCTIONS,
        regexes::FUNCTIONS,
        semver::FUNCTIONS,
        split::FUNCTIONS,
        strings::FUNCTIONS,
        text_case::FUNCTIONS,
        text_shape::FUNCTIONS,
        urls::FUNCTIONS,
        words::FUNCTIONS,
    ];
    tables
        .into_iter()
        .flatten()
        .map(|function| (function.name, function))
        .collect()
});

static WAIT_V2: LazyLock<Table> = LazyLock::new(|| {
    let tables = [
        builtins::FUNCTIONS,
        compare::FUNCTIONS,
        escape::FUNCTIONS,
        builtins::WAIT_V2,
    ];
    tables
        .into_iter()
        .flatten()
        .map(|function| (function.name, function))
        .collect()
});

impl FunctionSet {
    pub(crate) fn of(dialect: Dialect) -> FunctionSet {
        match dialect {
            Dialect::GoArguments | Dialect::GoWait | Dialect::Jinja => FunctionSet::All,
            Dialect::GoWaitV2 => FunctionSet::WaitV2,
        }
    }

    fn table(self) -> &'static Table {
        match self {
            FunctionSet::All => &ALL,
            FunctionSet::WaitV2 => &WAIT_V2,
        }
    }

    pub(crate) fn get(self, name: &str) -> Option<&'static Function> {
        self.table().get(name).copied()
    }

    /// All functions, sorted by name.
    pub(crate) fn all(self) -> Vec<&'static Function> {
        let mut functions: Vec<_> = self.table().values().copied().collect();
        functions.sort_by_key(|function| function.name);
        functions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and counts of upstream's function maps: 150 and 19, `slice` being in both.
    #[test]
    fn the_library_is_complete() {
        let all = FunctionSet::All.all();
        assert_eq!(all.len(), 168);
        assert_eq!(FunctionSet::WaitV2.all().len(), 21);
        assert!(all.iter().all(|function| function.rest.is_some()
            || !function.params.is_empty()
            || matches!(function.name, "now" | "hello" | "uuidv4")));
    }
}
