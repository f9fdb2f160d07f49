//! Any path at all.

use proptest::prelude::*;

use super::table::resolve;

/// Pieces of which paths that are nearly right are made.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(&[
            "api", "apis", "v1", "v1beta1", "namespaces", "shop", "pods", "db-0", "exec", "log",
            "proxy", "watch", "status", "apps", "deployments", "scale",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(&["", ".", "..", "%2e%2e", "%2f", "a%2Fb", "A", "%", "*", " "])
            .prop_map(str::to_owned),
        1 => "\\PC{0,5}",
    ]
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8192))]

    #[test]
    fn no_request_makes_the_reader_panic(target in "\\PC{0,40}") {
        let _ = resolve("GET", &target);
        let _ = resolve("GET", &format!("/api/v1/pods?{target}"));
    }

    /// What is read is what was sent: written out again, it is the same path.
    #[test]
    fn a_path_that_is_read_has_one_reading(
        method in method(), pieces in prop::collection::vec(piece(), 1..9),
    ) {
        let path = format!("/{}", pieces.join("/"));
        // What comes behind these is no path any more.
        prop_assume!(!path.contains(['?', '#']));
        let Ok(read) = resolve(method, &path) else { return Ok(()) };
        for bad in ["", ".", "..", "%2e%2e", "%2f", "a%2Fb", "%", "*", " "] {
            prop_assert!(!pieces.iter().any(|piece| piece == bad), "{path}");
        }
        if read == "discovery" {
            prop_assert!(pieces.len() <= 3 && method == "GET");
            return Ok(());
        }
        let fields: Vec<&str> = read.split(' ').collect();
        let [verb, group, version, namespace, resource, name, subresource] = fields[..] else {
            panic!("{read}");
        };
        let mut written = match group {
            "core" => format!("/api/{version}"),
            group => format!("/apis/{group}/{version}"),
        };
        if verb == "watch" {
            written.push_str("/watch");
        }
        if namespace != "-" && resource != "namespaces" {
            written.push_str(&format!("/namespaces/{namespace}"));
        }
        for part in [resource, name, subresource] {
            if part != "-" {
                written.push_str(&format!("/{part}"));
            }
        }
        let is_proxy = subresource == "proxy";
        let doubled = format!("/namespaces/{namespace}/namespaces");
        prop_assert!(
            path == written || is_proxy && path.starts_with(&written) || path.contains(&doubled),
            "{path} was read as {read}"
        );
    }
}
