use super::*;
use proptest::prelude::*;
use serde_json::json;

fn prune(object: Value, paths: &[&str]) -> Value {
    let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
    Fields::parse(&paths).unwrap().prune(object)
}

#[test]
fn keeps_what_was_named() {
    let object = json!({
        "metadata": {"name": "db", "labels": {"app.io/x": "1", "b": "2"}},
        "spec": {"replicas": 3, "containers": [{"name": "a", "image": "x"}, {"name": "b"}]},
    });
    assert_eq!(prune(object.clone(), &[]), object);
    assert_eq!(
        prune(
            object.clone(),
            &["spec.replicas", "metadata.name", "status.phase"]
        ),
        json!({"spec": {"replicas": 3}, "metadata": {"name": "db"}})
    );
    assert_eq!(
        prune(object.clone(), &[r"metadata.labels.app\.io/x"]),
        json!({"metadata": {"labels": {"app.io/x": "1"}}})
    );
    assert_eq!(
        prune(object, &["spec.containers.name", "spec.containers.image"]),
        json!({"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b"}]}})
    );
}

#[test]
fn an_empty_part_is_refused() {
    for path in ["", "a..b", "a.", "."] {
        assert!(Fields::parse(&[path.to_owned()]).is_err(), "{path:?}");
    }
    assert!(Fields::parse(&vec!["a".to_owned(); MOST + 1]).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), Just(json!(1)), Just(json!("x"))];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            proptest::collection::btree_map("[ab]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn pruning_twice_is_pruning_once(
        object in any_json(),
        paths in proptest::collection::vec("[ab](\\.[ab]){0,2}", 1..4),
    ) {
        let fields = Fields::parse(&paths).unwrap();
        let once = fields.prune(object);
        prop_assert_eq!(fields.prune(once.clone()), once);
    }
}
