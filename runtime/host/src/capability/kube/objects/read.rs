//! `get` and `list`.

use super::fields::Fields;
use crate::bindings::kanister::kube::objects::ListQuery;
use crate::bindings::kanister::kube::types::ObjectRef;
use crate::capability::kube::KubeError;
use crate::capability::kube::path::Path;
use crate::capability::kube::transport::{self, LARGEST_OBJECT};
use serde_json::Value;

/// Objects of a page: at most, and if the guest leaves it to the host.
const LARGEST_PAGE: u32 = 500;
const USUAL_PAGE: u32 = 100;

/// Bytes of a page as the server sends it, and as the guest gets it. A page that has more
/// is asked for again with half as many objects.
const LARGEST_ANSWER: usize = 32 << 20;
const LARGEST_PRUNED: usize = 4 << 20;

/// One object.
pub(super) async fn get(
    client: &kube::Client,
    target: &ObjectRef,
    fields: &Fields,
) -> Result<String, KubeError> {
    let request = transport::get(&Path::object(target)?)?;
    let object = transport::send(client, request, LARGEST_OBJECT).await?;
    Ok(fields.prune(object).to_string())
}

/// A page of objects.
pub(super) struct Page {
    /// As JSON.
    pub(super) items: Vec<String>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}

/// A page of a list.
pub(super) async fn list(
    client: &kube::Client,
    query: &ListQuery,
    next: Option<&str>,
) -> Result<Page, KubeError> {
    let fields = Fields::parse(&query.fields)?;
    let mut path = Path::collection(&query.api, query.namespace.as_deref())?;
    let selectors = [
        ("labelSelector", &query.label_selector),
        ("fieldSelector", &query.field_selector),
    ];
    for (key, selector) in selectors {
        if let Some(selector) = selector {
            path = path.query(key, selector);
        }
    }
    if let Some(next) = next {
        path = path.query("continue", next);
    }
    let mut size = match query.page_size {
        0 => USUAL_PAGE,
        size => size.min(LARGEST_PAGE),
    };
    loop {
        let path = path.clone().query("limit", &size.to_string());
        let limit = LARGEST_ANSWER;
        let answer = transport::send(client, transport::get(&path)?, limit).await;
        let page = match answer {
            Ok(answer) => page(answer, &fields),
            Err(error) if error == transport::too_large(limit) => None,
            Err(error) => return Err(error),
        };
        match page {
            Some(page) => return Ok(page),
            None if size > 1 => size /= 2,
            None => return Err(transport::too_large(LARGEST_PRUNED)),
        }
    }
}

/// The page in a list; none if it is too large.
fn page(mut list: Value, fields: &Fields) -> Option<Page> {
    // The items of a typed list leave out what the list says for all of them.
    let api_version = list.get("apiVersion").cloned();
    let kind = list
        .get("kind")
        .and_then(Value::as_str)
        .and_then(|kind| kind.strip_suffix("List"))
        .map(Value::from);
    let next = list
        .pointer("/metadata/continue")
        .and_then(Value::as_str)
        .filter(|next| !next.is_empty())
        .map(str::to_owned);
    let Some(Value::Array(items)) = list.get_mut("items").map(Value::take) else {
        return Some(Page {
            items: Vec::new(),
            next,
        });
    };
    let mut size: usize = 0;
    let mut page = Vec::with_capacity(items.len());
    for mut item in items {
        if let Value::Object(object) = &mut item {
            for (key, value) in [("apiVersion", &api_version), ("kind", &kind)] {
                if let (false, Some(value)) = (object.contains_key(key), value) {
                    object.insert(key.to_owned(), value.clone());
                }
            }
        }
        let item = fields.prune(item).to_string();
        size = size.saturating_add(item.len());
        page.push(item);
    }
    // One object alone is never too large; the transport has its limit.
    (size <= LARGEST_PRUNED || page.len() <= 1).then_some(Page { items: page, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_say_what_they_are() {
        let list = json!({
            "apiVersion": "v1", "kind": "PodList", "metadata": {"continue": ""},
            "items": [{"metadata": {"name": "a"}}, {"kind": "Odd", "metadata": {"name": "b"}}],
        });
        let fields = Fields::parse(&["kind".to_owned(), "metadata.name".to_owned()]).unwrap();
        let page = page(list, &fields).unwrap();
        assert_eq!(page.next, None);
        assert_eq!(
            page.items,
            [
                r#"{"kind":"Pod","metadata":{"name":"a"}}"#,
                r#"{"kind":"Odd","metadata":{"name":"b"}}"#,
            ]
        );
    }

    #[test]
    fn a_page_that_is_too_large_is_none() {
        let big = "x".repeat(LARGEST_PRUNED / 2 + 1);
        let list = json!({"items": [{"a": big}, {"a": big}]});
        let all = Fields::parse(&[]).unwrap();
        assert!(page(list.clone(), &all).is_none());
        let pruned = Fields::parse(&["b".to_owned()]).unwrap();
        assert_eq!(page(list, &pruned).unwrap().items, ["{}", "{}"]);
    }
}
