//! A denial says which line would help, and that line helps exactly so far.

use kanister_api::function::Rules;
use proptest::prelude::*;

use super::super::access::*;
use super::super::{Authority, DeniedBy, LayerKind, exact};
use super::arbitrary::{Texts, access, host};
use super::{allows, authority, context, layer, rules};

/// What the line for `asked` may allow besides: the version of the API does not count, a request on
/// all names has every name, and a folder has what is in it.
fn within(asked: &Access, other: &Access) -> bool {
    let folder = |outer: &str, inner: &str| {
        let outer = outer.trim_matches('/');
        let inner = inner.trim_matches('/');
        outer.is_empty() || inner == outer || inner.starts_with(&format!("{outer}/"))
    };
    match (asked, other) {
        (Access::Kubernetes(a), Access::Kubernetes(b)) => {
            let name = match (&a.name, &b.name) {
                (ObjectName::Any, _) => true,
                (ObjectName::Generated(a), ObjectName::Exact(b) | ObjectName::Generated(b)) => {
                    b.starts_with(a.as_str())
                }
                (a, b) => a == b,
            };
            let mut same = b.clone();
            same.name = a.name.clone();
            name && same == *a
        }
        (Access::Storage(a), Access::Storage(b)) => {
            a.slot == b.slot && a.operation == b.operation && folder(&a.key, &b.key)
        }
        (Access::Workload(a), Access::Workload(b)) => {
            a.namespace == b.namespace
                && b.images.is_subset(&a.images)
                && (b.service_account.is_none() || a.service_account == b.service_account)
                && b.claims.is_subset(&a.claims)
                && b.secrets.is_subset(&a.secrets)
                && b.override_keys.is_subset(&a.override_keys)
                && b.features.is_subset(&a.features)
        }
        (Access::Http(a), Access::Http(b)) => {
            let plain = |path: &str| !path.contains('%');
            a.scheme == b.scheme
                && a.host == b.host
                && a.port == b.port
                && a.method == b.method
                && b.credentials.is_subset(&a.credentials)
                && (!plain(&a.path) || a.path == "/" || plain(&b.path) && folder(&a.path, &b.path))
        }
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_line_of_a_denial_allows_the_access(asked in access(Texts::Hostile)) {
        // The host chooses this account itself; nobody has to be asked.
        let nothing = Authority::new(vec![layer(Rules::default())], &context());
        let denial = nothing.decide(&asked).unwrap_err();
        let granted = rules(denial.grant());
        prop_assert_eq!(&granted, &exact(&asked), "{}", denial.grant());
        let now = Authority::new(vec![layer(granted)], &context());
        prop_assert!(now.decide(&asked).is_ok(), "{}", denial);
    }

    #[test]
    fn the_line_of_a_denial_allows_nothing_beside(
        asked in access(Texts::Few), others in prop::collection::vec(access(Texts::Few), 16),
    ) {
        let granted = context().resolve(exact(&asked));
        for other in others {
            if allows(&granted, &other) {
                prop_assert!(within(&asked, &other), "{} opens {}", asked, other);
            }
        }
    }

    /// T2, T6: a pod, claim or argument with the name of a pattern opens no pattern.
    #[test]
    fn hostile_names_open_only_themselves(
        asked in access(Texts::Hostile), other in access(Texts::Hostile),
    ) {
        let granted = context().resolve(exact(&asked));
        prop_assert!(!allows(&granted, &other) || within(&asked, &other), "{asked} opens {other}");
    }
}

#[test]
fn a_denial_names_layer_reason_and_line() {
    let authority = authority(
        "kubernetes:\n- {verbs: [get], groups: [\"\"], resources: [secrets], namespaces: [$subject], names: [app]}",
    );
    let denial = authority
        .decide(&Access::Kubernetes(KubernetesAccess {
            verb: kanister_api::function::Verb::Get,
            group: String::new(),
            version: "v1".to_owned(),
            resource: "secrets".to_owned(),
            subresource: None,
            namespace: Some("shop".to_owned()),
            name: ObjectName::Exact("db".to_owned()),
        }))
        .unwrap_err();
    assert_eq!(
        denial.to_string(),
        "not allowed: kubernetes: get secrets \"db\" in namespace \"shop\": refused by the grants \
         for F (g): its kubernetes rule does not fit in names; the line below, in spec.rules of a \
         grant, allows it\n  kubernetes: [{verbs: [get], groups: [\"\"], resources: [secrets], \
         namespaces: [shop], names: [db]}]"
    );
    assert!(matches!(
        denial.by(),
        DeniedBy::Layer(LayerKind::Grants { .. })
    ));
}

/// T5: a credential goes to the host it is for.
#[test]
fn a_credential_is_bound_to_its_host() {
    let authority = authority(
        "http:\n- {hosts: [rds.amazonaws.com], methods: [POST], credentials: [aws]}\n- {hosts: \
         [evil.example.com], methods: [POST]}",
    );
    let post = |name: &str| {
        Access::Http(HttpAccess {
            scheme: kanister_api::function::HttpScheme::Https,
            host: host(name),
            port: 443,
            method: "POST".to_owned(),
            path: "/".to_owned(),
            credentials: ["aws".to_owned()].into(),
            address: None,
        })
    };
    assert!(authority.decide(&post("rds.amazonaws.com")).is_ok());
    assert!(authority.decide(&post("evil.example.com")).is_err());
}
