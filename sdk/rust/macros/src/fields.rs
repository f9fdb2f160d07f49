//! One field of a struct of arguments or outputs.

use crate::attributes::{camel_case, doc, text};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, Field, Ident, LitStr, Type};

/// What is known about a field, with the SDK's own options taken off it.
pub struct Member {
    pub field: Field,
    pub ident: Ident,
    pub name: String,
    pub doc: String,
    pub default: Option<Expr>,
    pub kind: Option<TokenStream>,
    pub rendering: TokenStream,
}

impl Member {
    /// Reads a field whose options are in the attribute `word`.
    pub fn read(mut field: Field, word: &str) -> syn::Result<Self> {
        let ident = field
            .ident
            .clone()
            .ok_or_else(|| syn::Error::new_spanned(&field, "each field needs a name"))?;
        let mut member = Self {
            name: camel_case(ident.to_string().trim_start_matches("r#")),
            doc: doc(&field.attrs),
            default: None,
            kind: None,
            rendering: quote!(Arguments),
            ident,
            field: field.clone(),
        };
        let mut kept = Vec::new();
        for attribute in std::mem::take(&mut field.attrs) {
            if !attribute.path().is_ident(word) {
                kept.push(attribute);
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                let value: Expr = meta.value()?.parse()?;
                if meta.path.is_ident("default") {
                    member.default = Some(value);
                    return Ok(());
                }
                let word = text(&value).ok_or_else(|| meta.error("expected a text"))?;
                if meta.path.is_ident("name") {
                    member.name = word;
                } else if meta.path.is_ident("kind") {
                    member.kind = Some(kind(&word).ok_or_else(|| meta.error("no such kind"))?);
                } else if meta.path.is_ident("rendering") {
                    member.rendering =
                        rendering(&word).ok_or_else(|| meta.error("no such rendering"))?;
                } else {
                    return Err(meta.error("expected name, default, kind or rendering"));
                }
                Ok(())
            })?;
        }
        field.attrs = kept;
        member.field = field;
        Ok(member)
    }

    /// The field with what serde has to know.
    pub fn with_serde(&self, owner: &Ident) -> TokenStream {
        let field = &self.field;
        let name = LitStr::new(&self.name, self.ident.span());
        let default = if self.default.is_some() {
            let path = format!("{owner}::{}", self.default_ident());
            quote!(#[serde(default = #path)])
        } else if is_option(&field.ty) {
            quote!(#[serde(default)])
        } else {
            quote!()
        };
        quote!(#[serde(rename = #name)] #default #field)
    }

    /// The function that makes the default.
    pub fn default_function(&self) -> TokenStream {
        let Some(default) = &self.default else {
            return quote!();
        };
        let (name, kind) = (self.default_ident(), &self.field.ty);
        let value = match text(default) {
            Some(text) => quote!(::core::convert::From::from(#text)),
            None => quote!(#default),
        };
        quote! {
            #[doc(hidden)]
            fn #name() -> #kind { #value }
        }
    }

    pub fn default_ident(&self) -> Ident {
        format_ident!(
            "__default_{}",
            self.ident.to_string().trim_start_matches("r#")
        )
    }
}

/// Whether a type is written `Option<…>`.
pub fn is_option(kind: &Type) -> bool {
    match kind {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "Option"),
        _ => false,
    }
}

fn kind(word: &str) -> Option<TokenStream> {
    Some(match word {
        "string" => quote!(String),
        "boolean" => quote!(Boolean),
        "integer" => quote!(Integer),
        "number" => quote!(Number),
        "object" => quote!(Object),
        "list" => quote!(List),
        "string-list" => quote!(StringList),
        "string-map" => quote!(StringMap),
        "any" => quote!(Any),
        _ => return None,
    })
}

fn rendering(word: &str) -> Option<TokenStream> {
    Some(match word {
        "arguments" => quote!(Arguments),
        "wait" => quote!(Wait),
        "wait-v2" => quote!(WaitV2),
        "none" => quote!(None),
        _ => return None,
    })
}
