//! Reading attributes.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of the doc comments, one paragraph kept apart from the next.
pub fn doc(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) => text(&pair.value),
            _ => None,
        })
        .map(|line| line.trim().to_owned())
        .collect();
    lines.join("\n").trim().to_owned()
}

/// The value of a string literal.
pub fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// `pod_override` as `podOverride`.
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| all + &capital(word))
}

/// `kube_task` as `KubeTask`.
pub fn pascal_case(name: &str) -> String {
    name.split('_').map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_case_as_blueprints_write_them() {
        assert_eq!(camel_case("pod_override"), "podOverride");
        assert_eq!(camel_case("namespace"), "namespace");
        assert_eq!(pascal_case("kube_exec_all"), "KubeExecAll");
    }

    #[test]
    fn doc_comments_become_text() {
        let item: syn::ItemStruct = syn::parse_quote! {
            /// First.
            ///
            /// Second.
            #[other]
            struct S;
        };
        assert_eq!(doc(&item.attrs), "First.\n\nSecond.");
    }
}
