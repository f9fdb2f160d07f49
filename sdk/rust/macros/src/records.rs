//! `#[arguments]` and `#[outputs]`.

use crate::fields::{Member, is_option};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, ItemStruct};

fn read(
    options: &TokenStream,
    item: TokenStream,
    word: &str,
) -> syn::Result<(ItemStruct, Vec<Member>)> {
    if !options.is_empty() {
        return Err(syn::Error::new_spanned(options, "takes no options"));
    }
    let item: ItemStruct = syn::parse2(item)?;
    if !item.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&item.generics, "cannot be generic"));
    }
    let fields = match &item.fields {
        Fields::Named(fields) => fields.named.iter().cloned().collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(fields) => {
            return Err(syn::Error::new_spanned(fields, "each field needs a name"));
        }
    };
    let members = fields.into_iter().map(|field| Member::read(field, word));
    let members = members.collect::<syn::Result<Vec<_>>>()?;
    Ok((item, members))
}

pub fn arguments(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let (item, members) = read(&options, item, "argument")?;
    let ItemStruct {
        attrs, vis, ident, ..
    } = &item;
    let fields = members.iter().map(|member| member.with_serde(ident));
    let defaults = members.iter().map(Member::default_function);
    let parameters = members.iter().map(|member| {
        let Member {
            name,
            doc,
            rendering,
            field,
            ..
        } = member;
        let kind = &field.ty;
        let (word, optional) = match &member.kind {
            Some(word) => (
                quote!(::kanister_sdk::types::ValueType::#word),
                is_option(kind),
            ),
            None => (
                quote!(<#kind as ::kanister_sdk::arguments::Kind>::KIND),
                is_option(kind),
            ),
        };
        let default = match &member.default {
            Some(_) => {
                let function = member.default_ident();
                quote!(::kanister_sdk::arguments::default(&Self::#function()))
            }
            None => quote!(::core::option::Option::None),
        };
        let required = !optional && member.default.is_none();
        quote! {
            ::kanister_sdk::types::Parameter {
                name: #name.into(),
                kind: #word,
                required: #required,
                default: #default,
                rendering: ::kanister_sdk::types::Rendering::#rendering,
                doc: #doc.into(),
                extensions: ::std::vec::Vec::new(),
            }
        }
    });
    Ok(quote! {
        #(#attrs)*
        #[derive(::kanister_sdk::serde::Deserialize)]
        #[serde(crate = "::kanister_sdk::serde")]
        #vis struct #ident { #(#fields),* }

        impl #ident { #(#defaults)* }

        impl ::kanister_sdk::arguments::Arguments for #ident {
            fn parameters() -> ::std::vec::Vec<::kanister_sdk::types::Parameter> {
                ::std::vec![#(#parameters),*]
            }
        }

        impl ::kanister_sdk::arguments::Kind for #ident {
            const KIND: ::kanister_sdk::types::ValueType =
                ::kanister_sdk::types::ValueType::Object;
        }
    })
}

pub fn outputs(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let (item, members) = read(&options, item, "output")?;
    let ItemStruct {
        attrs, vis, ident, ..
    } = &item;
    let fields = members.iter().map(|member| {
        let (field, name) = (&member.field, &member.name);
        quote!(#[serde(rename = #name)] #field)
    });
    let outputs = members.iter().map(|member| {
        let Member {
            name, doc, field, ..
        } = member;
        let kind = &field.ty;
        let word = match &member.kind {
            Some(word) => quote!(::kanister_sdk::types::ValueType::#word),
            None => quote!(<#kind as ::kanister_sdk::arguments::Kind>::KIND),
        };
        quote! {
            ::kanister_sdk::types::Output {
                name: #name.into(),
                kind: #word,
                doc: #doc.into(),
                extensions: ::std::vec::Vec::new(),
            }
        }
    });
    Ok(quote! {
        #(#attrs)*
        #[derive(::kanister_sdk::serde::Serialize)]
        #[serde(crate = "::kanister_sdk::serde")]
        #vis struct #ident { #(#fields),* }

        impl ::kanister_sdk::output::Outputs for #ident {
            const OPEN: bool = false;

            fn outputs() -> ::std::vec::Vec<::kanister_sdk::types::Output> {
                ::std::vec![#(#outputs),*]
            }
        }
    })
}
