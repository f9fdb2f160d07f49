use super::*;
use proptest::prelude::*;
use serde_json::json;

fn merged(spec: Value, patch: Value) -> Value {
    merge(spec, patch).unwrap()
}

#[test]
fn containers_by_name_and_mounts_by_path() {
    let spec = json!({
        "restartPolicy": "Never",
        "containers": [{
            "name": "container", "image": "tools",
            "volumeMounts": [{"name": "data", "mountPath": "/var/lib/data"}],
        }],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "default"}}],
    });
    let patch = json!({
        "restartPolicy": "OnFailure",
        "containers": [{
            "name": "container",
            "volumeMounts": [{"name": "data", "mountPath": "/var/lib/other"}],
            "env": [{"name": "A", "value": "1"}],
        }],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "other"}}],
        "nodeSelector": {"disk": "ssd"},
    });
    assert_eq!(
        merged(spec, patch),
        json!({
            "restartPolicy": "OnFailure",
            "containers": [{
                "name": "container", "image": "tools",
                "volumeMounts": [
                    {"name": "data", "mountPath": "/var/lib/other"},
                    {"name": "data", "mountPath": "/var/lib/data"},
                ],
                "env": [{"name": "A", "value": "1"}],
            }],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "other"}}],
            "nodeSelector": {"disk": "ssd"},
        })
    );
}

#[test]
fn other_lists_are_replaced_and_null_deletes() {
    let spec = json!({
        "containers": [{"name": "a", "command": ["x", "y"], "image": "i"}],
        "tolerations": [{"key": "a"}],
        "nodeName": "n",
    });
    let patch = json!({
        "containers": [{"name": "a", "command": ["z"]}],
        "tolerations": [{"key": "b"}],
        "nodeName": null,
    });
    assert_eq!(
        merged(spec, patch),
        json!({
            "containers": [{"name": "a", "command": ["z"], "image": "i"}],
            "tolerations": [{"key": "b"}],
        })
    );
}

#[test]
fn directives() {
    let spec = || json!({"containers": [{"name": "a"}, {"name": "b"}, {"name": "c"}]});
    let patch = json!({"containers": [{"name": "b", "$patch": "delete"}]});
    assert_eq!(
        merged(spec(), patch),
        json!({"containers": [{"name": "a"}, {"name": "c"}]})
    );
    let patch = json!({"containers": [{"$patch": "replace"}, {"name": "d"}]});
    assert_eq!(
        merged(spec(), patch),
        json!({"containers": [{"name": "d"}]})
    );
    let volumes = json!({"volumes": [{"name": "v", "emptyDir": {}}]});
    let patch = json!({"volumes": [{
        "name": "v", "$retainKeys": ["name", "persistentVolumeClaim"],
        "persistentVolumeClaim": {"claimName": "c"},
    }]});
    assert_eq!(
        merged(volumes, patch),
        json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]})
    );
    for wrong in [
        json!({"$deleteFromPrimitiveList/x": []}),
        json!({"securityContext": {"$patch": "explode"}}),
        json!({"containers": [{"image": "x"}]}),
        json!({"containers": ["x"]}),
    ] {
        assert!(merge(spec(), wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn an_override_cannot_be_deeper_than_we_can_go() {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({"a": deep});
    }
    assert!(merge(json!({}), deep).is_err());
}

fn spec() -> impl Strategy<Value = Value> {
    let container = ("[abc]", proptest::option::of("[xy]"));
    let containers = proptest::collection::btree_map("[abc]", container, 0..4);
    containers.prop_map(|all| {
        let all: Vec<_> = all
            .into_iter()
            .map(|(name, (env, image))| {
                json!({"name": name, "env": [{"name": env, "value": "1"}], "image": image})
            })
            .collect();
        // A null in what is there would not survive being merged over itself.
        let text = json!({"containers": all}).to_string();
        serde_json::from_str(&text.replace("\"image\":null", "\"image\":\"z\"")).unwrap()
    })
}

proptest! {
    #[test]
    fn merging_twice_is_merging_once(there in spec(), patch in spec()) {
        let once = merged(there, patch.clone());
        prop_assert_eq!(merged(once.clone(), patch), once);
    }

    #[test]
    fn an_empty_patch_changes_nothing_and_onto_nothing_it_is_all(one in spec()) {
        prop_assert_eq!(merged(one.clone(), json!({})), one.clone());
        prop_assert_eq!(merged(json!({}), one.clone()), one);
    }
}
