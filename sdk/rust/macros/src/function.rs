//! `#[function]`.

use crate::attributes::{doc, pascal_case, text};
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser;
use syn::{Expr, ItemFn};

#[derive(Default)]
struct Options {
    name: Option<String>,
    version: Option<String>,
    idempotent: bool,
    validate: Option<Expr>,
    plan: Option<Expr>,
}

impl Options {
    fn read(options: TokenStream) -> syn::Result<Self> {
        let mut read = Self::default();
        let parser = syn::meta::parser(|meta| {
            if meta.path.is_ident("idempotent") {
                read.idempotent = true;
                return Ok(());
            }
            let value: Expr = meta.value()?.parse()?;
            if meta.path.is_ident("validate") {
                read.validate = Some(value);
            } else if meta.path.is_ident("plan") {
                read.plan = Some(value);
            } else {
                let word = text(&value).ok_or_else(|| meta.error("expected a text"))?;
                if meta.path.is_ident("name") {
                    read.name = Some(word);
                } else if meta.path.is_ident("version") {
                    read.version = Some(word);
                } else {
                    return Err(meta.error("expected name, version, idempotent, validate or plan"));
                }
            }
            Ok(())
        });
        parser.parse2(options)?;
        Ok(read)
    }
}

pub fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let Options {
        name,
        version,
        idempotent,
        validate,
        plan,
    } = Options::read(options)?;
    let item: ItemFn = syn::parse2(item)?;
    if item.sig.inputs.len() != 2 || item.sig.asyncness.is_some() {
        return Err(syn::Error::new_spanned(
            &item.sig,
            "expected fn(cx: &Context, args: Args) -> Result<Output>",
        ));
    }
    let (ident, vis) = (&item.sig.ident, &item.vis);
    let doc = doc(&item.attrs);
    let name = name.unwrap_or_else(|| pascal_case(ident.to_string().trim_start_matches("r#")));
    let version = match version {
        Some(version) => quote!(#version),
        None => quote!(::core::env!("CARGO_PKG_VERSION")),
    };
    let validate = hook(validate);
    let plan = hook(plan);
    Ok(quote! {
        #item

        #[doc(hidden)]
        #vis mod #ident {
            #[allow(unused_imports, reason = "the paths of the hooks are the author's")]
            use super::*;

            pub const FUNCTION: ::kanister_sdk::function::Function =
                ::kanister_sdk::function::Function {
                    name: #name,
                    version: #version,
                    describe: || ::kanister_sdk::function::describe(
                        super::#ident, #name, #version, #doc, #idempotent,
                    ),
                    validate: |call| {
                        ::kanister_sdk::function::validate(super::#ident, call, #validate)
                    },
                    plan: |call| ::kanister_sdk::function::plan(super::#ident, call, #plan),
                    run: |invocation| ::kanister_sdk::function::run(super::#ident, invocation),
                };
        }
    })
}

fn hook(hook: Option<Expr>) -> TokenStream {
    match hook {
        Some(path) => quote!(::core::option::Option::Some(#path)),
        None => quote!(::core::option::Option::None),
    }
}
