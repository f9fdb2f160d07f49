//! No text of a call widens a plan.

use kanister_api::function::{Rules, Verb};
use proptest::prelude::*;

use super::super::access::*;
use super::super::{PlanError, plan_rules};
use super::{allows, context};
use crate::bindings::kanister::function::types as wit;

fn plan(accesses: &[wit::Access]) -> Result<Rules, PlanError> {
    let kinds = |group: &str, kind: &str| {
        (group == "apps" && kind == "Deployment").then(|| "deployments".to_owned())
    };
    Ok(context().resolve(plan_rules(accesses, &kinds)?))
}

fn kube(
    verb: &str,
    resource: wit::ResourceName,
    scope: wit::Scope,
    name: Option<&str>,
) -> wit::Access {
    wit::Access::Kube(wit::KubeAccess {
        verb: verb.to_owned(),
        group: "apps".to_owned(),
        resource,
        subresource: None,
        scope,
        name: name.map(str::to_owned),
    })
}

fn get(namespace: Option<&str>, name: &str) -> Access {
    Access::Kubernetes(KubernetesAccess {
        verb: Verb::Get,
        group: "apps".to_owned(),
        version: "v1".to_owned(),
        resource: "deployments".to_owned(),
        subresource: None,
        namespace: namespace.map(str::to_owned),
        name: ObjectName::Exact(name.to_owned()),
    })
}

fn exec(argv: &[String]) -> Access {
    Access::Exec(ExecAccess {
        namespace: "shop".to_owned(),
        pod: "p".to_owned(),
        container: None,
        argv: argv.to_vec(),
    })
}

fn exec_plan(argv: Vec<wit::ArgvPart>) -> wit::Access {
    wit::Access::Exec(wit::ExecAccess {
        namespace: "shop".to_owned(),
        pod: None,
        container: None,
        argv,
    })
}

const TEXT: &str = "\\PC{0,6}|[*\\\\$]{1,3}";

proptest! {
    /// T6: an argument of a user that looks like a pattern.
    #[test]
    fn an_argument_is_never_a_pattern(
        planned in prop::collection::vec(TEXT, 1..4),
        other in prop::collection::vec(TEXT, 1..4),
    ) {
        let exact = planned.iter().cloned().map(wit::ArgvPart::Exact).collect();
        let rules = plan(&[exec_plan(exact)]).unwrap();
        prop_assert!(allows(&rules, &exec(&planned)));
        prop_assert_eq!(allows(&rules, &exec(&other)), planned == other);
    }

    /// T2: a name of a user that looks like a pattern.
    #[test]
    fn names_and_namespaces_are_never_patterns(
        namespace in TEXT, name in TEXT, other in TEXT, elsewhere in TEXT,
    ) {
        let rules = plan(&[kube(
            "get",
            wit::ResourceName::Plural("deployments".to_owned()),
            wit::Scope::Namespace(namespace.clone()),
            Some(&name),
        )]).unwrap();
        prop_assert!(allows(&rules, &get(Some(&namespace), &name)));
        prop_assert_eq!(allows(&rules, &get(Some(&namespace), &other)), name == other);
        prop_assert_eq!(allows(&rules, &get(Some(&elsewhere), &name)), namespace == elsewhere);
        prop_assert!(!allows(&rules, &get(None, &name)));
    }

    /// T9: names in a pod that look like patterns.
    #[test]
    fn what_a_pod_refers_to_is_never_a_pattern(planned in TEXT, other in TEXT) {
        let rules = plan(&[wit::Access::Workload(wit::WorkloadAccess {
            namespace: None,
            images: vec!["busybox:1".to_owned()],
            service_account: Some(planned.clone()),
            claims: vec![planned.clone()],
            secrets: vec![planned.clone()],
            override_keys: vec![planned.clone()],
            features: vec![planned.clone()],
        })]).unwrap();
        for field in 0..5 {
            let mut pod = WorkloadAccess {
                namespace: "kanister".to_owned(),
                images: ["busybox:1".parse().unwrap()].into(),
                service_account: None,
                claims: [].into(),
                secrets: [].into(),
                override_keys: [].into(),
                features: [].into(),
            };
            let names = [other.clone()].into();
            match field {
                0 => pod.service_account = Some(other.clone()),
                1 => pod.claims = names,
                2 => pod.secrets = names,
                3 => pod.override_keys = names,
                _ => pod.features = names,
            }
            prop_assert_eq!(allows(&rules, &Access::Workload(pod)), planned == other);
        }
    }

    #[test]
    fn a_host_is_never_a_pattern(host in "\\PC{0,8}|\\*|\\*:\\*|\\*\\.example\\.com|a:\\*") {
        let planned = plan(&[wit::Access::Http(wit::HttpAccess {
            host: host.clone(),
            methods: vec!["*".to_owned()],
        })]);
        if let Ok(rules) = planned {
            let access = Access::Http(HttpAccess {
                scheme: kanister_api::function::HttpScheme::Https,
                host: super::arbitrary::host("x.example.com"),
                port: 443,
                method: "GET".to_owned(),
                path: "/".to_owned(),
                credentials: [].into(),
                address: None,
            });
            prop_assert!(!allows(&rules, &access), "{host}");
        }
    }
}

#[test]
fn a_kind_is_resolved() {
    let deployment = |kind: &str| {
        kube(
            "get",
            wit::ResourceName::Kind(kind.to_owned()),
            wit::Scope::AnyNamespace,
            None,
        )
    };
    let rules = plan(&[deployment("Deployment")]).unwrap();
    assert!(allows(&rules, &get(Some("anywhere"), "x")));
    assert!(allows(&rules, &get(None, "x")));
    let error = plan(&[deployment("Gadget")]).unwrap_err();
    assert!(error.to_string().contains("no resource of kind \"Gadget\""));
}

#[test]
fn the_positions_of_a_command_can_be_open() {
    let rules = plan(&[exec_plan(vec![
        wit::ArgvPart::Exact("pg_dump".to_owned()),
        wit::ArgvPart::Any,
        wit::ArgvPart::Rest,
    ])])
    .unwrap();
    let argv = |argv: &[&str]| exec(&argv.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
    assert!(allows(&rules, &argv(&["pg_dump", "a"])));
    assert!(allows(&rules, &argv(&["pg_dump", "a", "b", "c"])));
    assert!(!allows(&rules, &argv(&["pg_dump"])));
    assert!(!allows(&rules, &argv(&["sh", "a"])));
}

#[test]
fn malformed_plans_are_errors() {
    let malformed = [
        exec_plan(Vec::new()),
        exec_plan(vec![wit::ArgvPart::Rest, wit::ArgvPart::Any]),
        kube(
            "exec",
            wit::ResourceName::Plural("pods".to_owned()),
            wit::Scope::Cluster,
            None,
        ),
        wit::Access::Storage(wit::StorageAccess {
            slot: "primary".to_owned(),
            prefix: "a/../b".to_owned(),
            read: true,
            write: false,
            delete: false,
        }),
        wit::Access::Workload(wit::WorkloadAccess {
            namespace: None,
            images: vec!["*".to_owned()],
            service_account: None,
            claims: Vec::new(),
            secrets: Vec::new(),
            override_keys: Vec::new(),
            features: Vec::new(),
        }),
    ];
    for access in malformed {
        assert!(plan(std::slice::from_ref(&access)).is_err(), "{access:?}");
    }
}

/// T3: a plan that is to exhaust the host.
#[test]
fn a_plan_has_a_size() {
    let many = vec![exec_plan(vec![wit::ArgvPart::Any]); 1025];
    assert!(matches!(
        plan(&many),
        Err(PlanError::Size { accesses: 1025, .. })
    ));
    let long = exec_plan(vec![wit::ArgvPart::Exact("x".repeat(2 << 20))]);
    assert!(matches!(plan(&[long]), Err(PlanError::Size { .. })));
}

#[test]
fn an_access_of_an_unknown_kind_grants_nothing() {
    let unknown = wit::Access::Extension(wit::ExtensionAccess {
        kind: "teleport".to_owned(),
        detail: "{}".to_owned(),
    });
    assert!(plan(&[unknown]).unwrap().is_empty());
}
