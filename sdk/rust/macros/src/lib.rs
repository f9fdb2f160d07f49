//! The attributes of `kanister-sdk`, which documents them and re-exports them.

mod attributes;
mod fields;
mod function;
mod records;

use proc_macro::TokenStream;

/// Makes a function of Rust a function of Kanister.
///
/// The function takes `&Context` and a type marked with `#[arguments]`, and answers with
/// `Result<Output>` or `Result` of a type marked with `#[outputs]`. Its doc comment becomes
/// the description that users read.
///
/// Options, all of which may be left out:
/// - `name = "KubeTask"`: as a Blueprint names it; else the name of the Rust function in
///   CamelCase.
/// - `version = "1.0.0"`: else the version of the crate.
/// - `idempotent`: the host may start it again with the same invocation id after a crash.
/// - `validate = path`: `fn(&Args) -> Result<(), Invalid>`, called after the arguments have
///   been deserialised.
/// - `plan = path`: `fn(&Args, &Call) -> Result<Vec<Access>, Invalid>`; else the patterns of
///   the manifest are the plan.
#[proc_macro_attribute]
pub fn function(options: TokenStream, item: TokenStream) -> TokenStream {
    answer(function::expand(options.into(), item.into()))
}

/// Makes a struct the arguments of a function.
///
/// Adds serde's `Deserialize` with names in camelCase. A field is required unless it is an
/// `Option` or has a default. Doc comments become the descriptions.
///
/// Options of a field, as `#[argument(…)]`:
/// - `name = "podOverride"`: the name in a Blueprint.
/// - `default = 30`: used when the argument is missing, and shown to users.
/// - `kind = "object"`: what the host converts to, for types that the SDK does not know:
///   `string`, `boolean`, `integer`, `number`, `object`, `list`, `string-list`, `string-map`,
///   `any`.
/// - `rendering = "none"`: how the host renders templates in it: `arguments`, `wait`,
///   `wait-v2`, `none`.
#[proc_macro_attribute]
pub fn arguments(options: TokenStream, item: TokenStream) -> TokenStream {
    answer(records::arguments(options.into(), item.into()))
}

/// Makes a struct the outputs of a function.
///
/// Adds serde's `Serialize` with names in camelCase; doc comments become the descriptions.
/// A field takes `#[output(name = "…", kind = "…")]`.
#[proc_macro_attribute]
pub fn outputs(options: TokenStream, item: TokenStream) -> TokenStream {
    answer(records::outputs(options.into(), item.into()))
}

fn answer(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
