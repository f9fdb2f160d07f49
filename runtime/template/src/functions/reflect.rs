//! Types and kinds of values.

use super::{Args, Function, Param, Rule};
use crate::value::{Value, deep_equal};

const ANY: &[Param] = &[Param::Any];
const NAMED: &[Param] = &[Param::Str, Param::Any];

/// What one comparison may look at.
pub(super) const PARTS: u64 = 100_000;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("typeOf", ANY, Rule::Clear, |_, args| {
        Ok(Value::string(Args(args).get(0)?.type_name()))
    }),
    Function::fixed("typeIs", NAMED, Rule::Clear, |_, args| {
        let name = Args(args).get(1)?.type_name();
        Ok(Value::Bool(Args(args).str(0)?.bytes() == name.as_bytes()))
    }),
    Function::fixed("typeIsLike", NAMED, Rule::Clear, |_, args| {
        let name = Args(args).get(1)?.type_name();
        let wanted = Args(args).str(0)?.bytes();
        Ok(Value::Bool(
            wanted == name.as_bytes() || Some(wanted) == name.strip_prefix('*').map(str::as_bytes),
        ))
    }),
    Function::fixed("kindOf", ANY, Rule::Clear, |_, args| {
        Ok(Value::string(Args(args).get(0)?.kind().go_name()))
    }),
    Function::fixed("kindIs", NAMED, Rule::Clear, |_, args| {
        let name = Args(args).get(1)?.kind().go_name();
        Ok(Value::Bool(Args(args).str(0)?.bytes() == name.as_bytes()))
    }),
    Function::fixed(
        "deepEqual",
        &[Param::Any, Param::Any],
        Rule::Clear,
        |context, args| {
            let mut parts = PARTS;
            let equal = deep_equal(Args(args).get(0)?, Args(args).get(1)?, &mut parts);
            context.spend(PARTS - parts)?;
            Ok(Value::Bool(equal))
        },
    ),
];
