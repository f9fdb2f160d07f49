//! Variables, helper pods, and rights that wildcards leave out.

use kanister_api::function::{PodReach, Rules, Verb};
use serde_json::json;

use super::super::access::*;
use super::super::{Authority, Context, Layer, LayerKind};
use super::{authority, context, layer, rules};

fn pods(verb: Verb, namespace: Option<&str>, name: ObjectName, sub: Option<&str>) -> Access {
    Access::Kubernetes(KubernetesAccess {
        verb,
        group: String::new(),
        version: "v1".to_owned(),
        resource: "pods".to_owned(),
        subresource: sub.map(str::to_owned),
        namespace: namespace.map(str::to_owned),
        name,
    })
}

fn exact(name: &str) -> ObjectName {
    ObjectName::Exact(name.to_owned())
}

const PODS: &str =
    "{verbs: [\"*\"], groups: [\"\"], resources: [pods], names: [\"*\"], namespaces: ";

/// T2: another namespace.
#[test]
fn variables_stand_for_the_namespaces_of_the_call() {
    let authority = authority(&format!("kubernetes:\n- {PODS}[$subject]}}"));
    let get = |namespace| authority.decide(&pods(Verb::Get, namespace, exact("p"), None));
    assert!(get(Some("shop")).is_ok());
    assert!(get(Some("kanister")).is_err());
    assert!(get(Some("$subject")).is_err());
    assert!(get(None).is_err());
}

#[test]
fn a_variable_without_a_value_stands_for_nothing() {
    let nowhere = Context::default();
    let rules = rules(&format!("kubernetes:\n- {PODS}[$subject, $controller]}}"));
    let layer = Layer::new(LayerKind::Plan, rules, &nowhere);
    let authority = Authority::new(vec![layer], &nowhere);
    for namespace in [None, Some(""), Some("shop"), Some("$subject")] {
        let get = pods(Verb::Get, namespace, exact("p"), None);
        assert!(authority.decide(&get).is_err(), "{namespace:?}");
    }
}

/// T2: a list over all namespaces is more than each of them.
#[test]
fn every_namespace_is_not_the_cluster() {
    let every = authority(&format!("kubernetes:\n- {PODS}[\"*\"]}}"));
    let cluster = authority(&format!("kubernetes:\n- {PODS}[$cluster]}}"));
    let list = |namespace| pods(Verb::List, namespace, ObjectName::Any, None);
    assert!(every.decide(&list(Some("shop"))).is_ok());
    assert!(every.decide(&list(None)).is_err());
    assert!(cluster.decide(&list(None)).is_ok());
    assert!(cluster.decide(&list(Some("shop"))).is_err());
}

/// T2: a wildcard over subresources must not run code or hand out identities.
#[test]
fn powerful_subresources_have_to_be_named() {
    let any = authority(&format!(
        "kubernetes:\n- {PODS}[\"*\"], subresources: [\"*\"]}}"
    ));
    let named = authority(&format!(
        "kubernetes:\n- {PODS}[\"*\"], subresources: [portforward]}}"
    ));
    for sub in [
        "attach",
        "exec",
        "portforward",
        "proxy",
        "ephemeralcontainers",
        "token",
    ] {
        let create = pods(Verb::Create, Some("shop"), exact("p"), Some(sub));
        assert!(any.decide(&create).is_err(), "{sub}");
        assert_eq!(named.decide(&create).is_ok(), sub == "portforward", "{sub}");
    }
    let log = pods(Verb::Get, Some("shop"), exact("p"), Some("log"));
    assert!(any.decide(&log).is_ok());
    assert!(
        any.decide(&pods(Verb::Get, Some("shop"), exact("p"), None))
            .is_err()
    );
}

/// T2: what one layer's wildcard leaves out, another layer's word does not bring back.
#[test]
fn a_powerful_subresource_needs_its_name_in_every_layer() {
    let layers = ["\"*\"", "proxy"].map(|subresources| {
        layer(rules(&format!(
            "kubernetes:\n- {PODS}[\"*\"], subresources: [{subresources}]}}"
        )))
    });
    let displayed = super::super::effective(&layers);
    assert!(displayed.kubernetes.is_empty(), "{displayed:?}");
    let proxy = pods(Verb::Get, Some("shop"), exact("p"), Some("proxy"));
    let both = Authority::new(layers.to_vec(), &context());
    assert!(both.decide(&proxy).is_err());
}

/// T2: a right to one name is no right to a list.
#[test]
fn a_list_needs_every_name_or_a_selector() {
    let authority = authority(
        "kubernetes:\n- {verbs: [list], groups: [\"\"], resources: [pods], namespaces: [shop], \
         names: [db]}",
    );
    let list = |name| authority.decide(&pods(Verb::List, Some("shop"), name, None));
    assert!(list(ObjectName::Any).is_err());
    assert!(list(exact("other")).is_err());
    assert!(list(exact("db")).is_ok());
}

#[test]
fn a_generated_name_needs_its_beginning() {
    let authority = authority(
        "kubernetes:\n- {verbs: [create], groups: [\"\"], resources: [pods], namespaces: [shop], \
         names: [backup-*]}",
    );
    let create = |name| authority.decide(&pods(Verb::Create, Some("shop"), name, None));
    assert!(create(ObjectName::Generated("backup-".to_owned())).is_ok());
    assert!(create(ObjectName::Generated("backup".to_owned())).is_err());
    assert!(create(ObjectName::Any).is_err());
}

#[test]
fn an_own_helper_pod_may_be_looked_at_and_deleted_and_no_more() {
    let authority = Authority::new(vec![layer(Rules::default())], &context());
    let in_kanister = |verb, name: &str, sub| pods(verb, Some("kanister"), exact(name), sub);
    let get = in_kanister(Verb::Get, "helper-1", None);
    assert!(authority.decide(&get).is_err());
    authority.adopt_pod("kanister", "helper-1");
    for verb in [Verb::Get, Verb::List, Verb::Watch, Verb::Delete] {
        assert!(
            authority
                .decide(&in_kanister(verb, "helper-1", None))
                .is_ok()
        );
        assert!(
            authority
                .decide(&in_kanister(verb, "helper-2", None))
                .is_err()
        );
    }
    let log = in_kanister(Verb::Get, "helper-1", Some("log"));
    assert!(authority.decide(&log).is_ok());
    for denied in [
        in_kanister(Verb::Update, "helper-1", None),
        in_kanister(Verb::Create, "helper-1", Some("attach")),
        pods(Verb::Get, Some("shop"), exact("helper-1"), None),
        pods(Verb::List, Some("kanister"), ObjectName::Any, None),
        Access::Exec(ExecAccess {
            namespace: "kanister".to_owned(),
            pod: "helper-1".to_owned(),
            container: None,
            argv: vec!["sh".to_owned()],
        }),
    ] {
        assert!(authority.decide(&denied).is_err(), "{denied}");
    }
}

/// T9: a service account of the pod's own choice.
#[test]
fn only_the_hosts_own_service_account_needs_no_rule() {
    let authority = authority("workload:\n- {namespaces: [$controller], images: [busybox]}");
    let pod = |account: Option<&str>| {
        Access::Workload(WorkloadAccess {
            namespace: "kanister".to_owned(),
            images: ["busybox".parse().unwrap()].into(),
            service_account: account.map(str::to_owned),
            claims: [].into(),
            secrets: [].into(),
            override_keys: [].into(),
            features: [].into(),
        })
    };
    assert!(authority.decide(&pod(None)).is_ok());
    assert!(authority.decide(&pod(Some("helper"))).is_ok());
    assert!(authority.decide(&pod(Some("admin"))).is_err());
}

#[test]
fn discovery_comes_with_any_right_in_the_cluster() {
    let discovery = Access::Discovery {
        path: "/apis".to_owned(),
    };
    let with = authority(&format!("kubernetes:\n- {PODS}[$subject]}}"));
    let without = authority("storage:\n- {slot: primary, access: [read]}");
    assert!(with.decide(&discovery).is_ok());
    assert!(without.decide(&discovery).is_err());
}

/// T10: whoever may write backups may not delete them.
#[test]
fn writing_is_not_deleting() {
    use kanister_api::function::StorageOperation::{Delete, Read, Write};
    let authority = authority("storage:\n- {slot: primary, access: [write], prefix: dumps/}");
    let at = |key: &str, operation| {
        Access::Storage(StorageAccess {
            slot: "primary".to_owned(),
            key: key.to_owned(),
            operation,
        })
    };
    assert!(authority.decide(&at("dumps/1", Write)).is_ok());
    for denied in [
        at("dumps/1", Delete),
        at("dumps/1", Read),
        at("dumpster/1", Write),
        at("", Write),
    ] {
        assert!(authority.decide(&denied).is_err(), "{denied}");
    }
}

/// What an ActionSet overrides is no part of a function's arguments, so its plan cannot know it.
#[test]
fn an_override_of_the_action_set_widens_the_plan_and_nothing_else() {
    let workload = |yaml: &str| rules(&format!("workload:\n- {{namespaces: [shop], {yaml}}}"));
    let operator = layer(workload(
        "images: [tools, sidecar], overrideKeys: [nodeSelector, hostname]",
    ));
    let plan = Layer::new(LayerKind::Plan, workload("images: [tools]"), &context());
    let authority = Authority::new(vec![operator, plan], &context());
    let pod = |image: &str, key: &str| {
        let spec = json!({"containers": [{"image": image}], key: "x"});
        let reach = PodReach::of(&json!({"spec": spec})).unwrap();
        Access::Workload(WorkloadAccess {
            namespace: "shop".to_owned(),
            images: reach.images,
            service_account: None,
            claims: reach.claims,
            secrets: reach.secrets,
            override_keys: reach.override_keys,
            features: reach.features,
        })
    };
    assert!(authority.decide(&pod("tools", "restartPolicy")).is_ok());
    assert!(authority.decide(&pod("tools", "hostname")).is_err());
    let override_ = json!({
        "hostname": "x", "tolerations": [],
        "containers": [{"name": "more", "image": "sidecar"}],
    });
    let widened = authority.with_pod_override(&PodReach::of_override(&override_).unwrap());
    assert!(widened.decide(&pod("tools", "hostname")).is_ok());
    assert!(widened.decide(&pod("sidecar", "hostname")).is_ok());
    // Not in the override.
    assert!(widened.decide(&pod("tools", "nodeSelector")).is_err());
    // Not the operator's.
    assert!(widened.decide(&pod("tools", "tolerations")).is_err());
}
