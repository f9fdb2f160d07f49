//! The function library in the engine: registered once, as functions and as filters.

use super::session::Session;
use super::value::{Holder, SESSION, from_jinja, into_jinja};
use crate::context::Fail;
use crate::functions::{Function, FunctionSet, Param, Rule};
use crate::value::Value;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Rest;
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value as Jinja};
use std::sync::{Arc, LazyLock};

/// How the message of a reached limit begins.
pub(super) const LIMIT: &str = "limit: ";

/// Words of the language.
const WORDS: [&str; 3] = ["and", "or", "not"];

/// Where a filter puts the value it is applied to, if not last: by position.
fn piped_position(name: &str) -> Option<usize> {
    match name {
        "round" | "append" | "push" | "prepend" | "set" | "unset" | "hasKey" | "pick" | "omit"
        | "slice" | "without" | "merge" | "mergeOverwrite" | "htmlDateInZone" | "index" => Some(0),
        "dateInZone" | "date_in_zone" => Some(1),
        _ => None,
    }
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Only delimiters of one's own could make this fail.
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.add_test("defined", |value: &Jinja| !value.is_undefined());
    environment.add_test("undefined", |value: &Jinja| value.is_undefined());
    environment.add_test("none", |value: &Jinja| value.is_none());
    for function in FunctionSet::All.all() {
        if WORDS.contains(&function.name) {
            continue;
        }
        environment.add_function(
            function.name,
            move |state: &mut State, Rest(args): Rest<Jinja>| call(function, state, &args),
        );
        environment.add_filter(
            function.name,
            move |state: &mut State, piped: Jinja, Rest(mut args): Rest<Jinja>| {
                let at = piped_position(function.name)
                    .unwrap_or(args.len())
                    .min(args.len());
                args.insert(at, piped);
                call(function, state, &args)
            },
        );
    }
    environment
});

pub(super) fn environment() -> &'static Environment<'static> {
    &ENVIRONMENT
}

fn fail(name: &str, message: &str) -> Error {
    Error::new(
        ErrorKind::InvalidOperation,
        format!("error calling {name}: {message}"),
    )
}

fn call(function: &'static Function, state: &mut State, args: &[Jinja]) -> Result<Jinja, Error> {
    let name = function.name;
    let holder = state
        .lookup(SESSION)
        .and_then(|holder| holder.downcast_object::<Holder>());
    let session = holder
        .map(|holder| Arc::clone(&holder.0))
        .ok_or_else(|| fail(name, "no rendering"))?;
    let too_few = args.len() < function.params.len();
    if too_few || (args.len() > function.params.len() && function.rest.is_none()) {
        let message = format!(
            "it takes {} arguments, not {}",
            function.params.len(),
            args.len()
        );
        return Err(fail(name, &message));
    }
    let params = function
        .params
        .iter()
        .copied()
        .chain(function.rest.into_iter().cycle());
    let mut given = Vec::with_capacity(args.len());
    for (arg, param) in args.iter().zip(params) {
        given.push(argument(name, arg, param, &session)?);
    }
    let mut context = session.context();
    let stepped = context.step();
    let result = stepped.and_then(|()| (function.call)(&mut context, &given));
    drop(context);
    let secret = given.iter().any(Value::is_secret);
    match result {
        Ok(value) if secret && function.rule == Rule::Whole => {
            Ok(into_jinja(value.all_secret(), &session))
        }
        Ok(value) => Ok(into_jinja(value, &session)),
        Err(Fail::Limit(limit)) => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{LIMIT}the template needs {limit}"),
        )),
        Err(Fail::Message(_)) if secret => {
            Err(fail(name, "its message may hold a secret and is not shown"))
        }
        Err(Fail::Message(message)) => Err(fail(name, &message)),
    }
}

/// An argument of the wanted type; numbers, bytes and named strings are converted where Go is strict.
fn argument(name: &str, arg: &Jinja, param: Param, session: &Session) -> Result<Value, Error> {
    let value = from_jinja(arg, session, 0)
        .ok_or_else(|| fail(name, "an argument of a kind it cannot take"))?;
    let value = match (param, value) {
        (Param::Any, Value::Missing) => Value::Nil,
        (Param::Str, Value::Str(text) | Value::Bytes(text)) => {
            Value::Str(text.named(crate::text::Named::String))
        }
        (Param::Float, Value::Int(int)) => Value::Float(int.value as f64, int.secret),
        (Param::Int, Value::Int(int)) => Value::Int(crate::value::Int {
            kind: crate::value::IntKind::Int,
            ..int
        }),
        (_, value) => value.target().clone(),
    };
    if param.accepts(&value) {
        return Ok(value);
    }
    Err(fail(
        name,
        &format!("it takes {}, not {}", param.go_name(), value.static_name()),
    ))
}
