//! Functions that reach outside the template: off unless the operator turns them on.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::text::Out;

const STR: &[Param] = &[Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("env", STR, Rule::Whole, |context, args| {
        let name = Args(args).str(0)?.text().into_owned();
        let value = variable(context, "env", &name)?;
        context.text(value)
    }),
    Function::fixed("expandenv", STR, Rule::Whole, |context, args| {
        let text = Args(args).str(0)?.text().into_owned();
        let mut out = context.out();
        expand(context, &mut out, &text)?;
        context.finish(out).map(crate::value::Value::Str)
    }),
    Function::fixed("getHostByName", STR, Rule::Whole, |context, args| {
        if !context.options.allow_lookup {
            return Err(off("getHostByName", "the name service"));
        }
        let name = Args(args).str(0)?.text().into_owned();
        match context.options.world.lookup_host(&name).first() {
            Some(address) => context.text(address.as_str()),
            None => Err(Fail::new(format!("no address for host {name:?}"))),
        }
    }),
    Function::fixed("fail", STR, Rule::Clear, |_, args| {
        Err(Fail::new(Args(args).str(0)?.text()))
    }),
];

fn off(name: &str, what: &str) -> Fail {
    Fail::new(format!(
        "{name} is turned off: templates may not use {what} unless the operator allows it"
    ))
}

fn variable(context: &Context, function: &str, name: &str) -> Result<String, Fail> {
    if !context.options.allow_env {
        return Err(off(function, "the environment"));
    }
    Ok(context.options.world.env(name).unwrap_or_default())
}

/// `os.ExpandEnv`: `$name` and `${name}`; special one-character names as in a shell.
fn expand(context: &Context, out: &mut Out, text: &str) -> Result<(), Fail> {
    variable(context, "expandenv", "")?;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.text(before);
        let (name, tail) = name_of(after);
        match name {
            Name::Variable(name) => out.text(&variable(context, "expandenv", name)?),
            // Bad syntax such as `${}` is dropped.
            Name::Bad => {}
            Name::None => out.byte(b'$'),
        }
        rest = tail;
    }
    out.text(rest);
    Ok(())
}

enum Name<'t> {
    Variable(&'t str),
    Bad,
    None,
}

fn is_special(c: char) -> bool {
    matches!(c, '*' | '#' | '$' | '@' | '!' | '?' | '-' | '0'..='9')
}

fn name_of(text: &str) -> (Name<'_>, &str) {
    if let Some(inner) = text.strip_prefix('{') {
        if let Some(special) = inner.chars().next().filter(|c| is_special(*c)) {
            let (name, tail) = inner.split_at(special.len_utf8());
            if let Some(tail) = tail.strip_prefix('}') {
                return (Name::Variable(name), tail);
            }
        }
        return match inner.split_once('}') {
            Some(("", tail)) => (Name::Bad, tail),
            Some((name, tail)) => (Name::Variable(name), tail),
            None => (Name::Bad, inner),
        };
    }
    if let Some(special) = text.chars().next().filter(|c| is_special(*c)) {
        let (name, tail) = text.split_at(special.len_utf8());
        return (Name::Variable(name), tail);
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    match text.split_at(end) {
        ("", tail) => (Name::None, tail),
        (name, tail) => (Name::Variable(name), tail),
    }
}
