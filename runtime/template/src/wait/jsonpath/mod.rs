//! kubectl's JSONPath, as far as a path without `range` goes.

mod find;
mod parse;

pub(super) use find::find;

/// A step of a path.
#[derive(Debug, Clone)]
enum Step {
    Field(String),
    Wildcard,
    Recursive,
    Slice(Slice),
    Union(Vec<Vec<Step>>),
    Filter {
        left: Vec<Step>,
        compare: Option<(String, Vec<Step>)>,
    },
    Literal(crate::value::Value),
}

/// `[start:end:step]`; a single index has the end right behind it.
#[derive(Debug, Clone, Copy)]
struct Slice {
    start: Option<i64>,
    end: End,
    step: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Open,
    At(i64),
    /// One behind the start.
    Single,
}
