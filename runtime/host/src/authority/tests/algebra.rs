//! Layers only ever take away, and what is displayed is what is decided.

use kanister_api::function::Rules;
use proptest::prelude::*;

use super::super::effective::intersect;
use super::super::{Authority, effective};
use super::arbitrary::{Texts, access, rules};
use super::{allows, context, layer};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// T2: no combination of rules may give what one of them does not.
    #[test]
    fn the_intersection_allows_exactly_what_both_allow(
        a in rules(), b in rules(), accesses in prop::collection::vec(access(Texts::Few), 8),
    ) {
        let both = intersect(&a, &b);
        for access in accesses {
            prop_assert_eq!(
                allows(&both, &access),
                allows(&a, &access) && allows(&b, &access),
                "{}", access
            );
        }
    }

    #[test]
    fn the_order_of_layers_changes_nothing(
        a in rules(), b in rules(), c in rules(), access in access(Texts::Few),
    ) {
        let decide = |order: [&Rules; 3]| {
            let layers = order.map(|rules| layer(rules.clone())).to_vec();
            let displayed = allows(&effective(&layers), &access);
            let decided = Authority::new(layers, &context()).decide(&access).is_ok();
            (displayed, decided)
        };
        let first = decide([&a, &b, &c]);
        prop_assert_eq!(first.0, first.1, "displayed and decided: {}", access);
        for order in [[&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]] {
            prop_assert_eq!(decide(order), first);
        }
    }

    #[test]
    fn a_further_layer_never_widens(a in rules(), b in rules(), access in access(Texts::Few)) {
        let one = Authority::new(vec![layer(a.clone())], &context());
        let two = Authority::new(vec![layer(a), layer(b)], &context());
        prop_assert!(two.decide(&access).is_err() || one.decide(&access).is_ok());
    }

    #[test]
    fn the_same_layer_twice_is_that_layer(a in rules(), access in access(Texts::Few)) {
        prop_assert_eq!(allows(&intersect(&a, &a), &access), allows(&a, &access));
    }

    #[test]
    fn empty_stays_empty(a in rules(), access in access(Texts::Few)) {
        let nothing = Rules::default();
        prop_assert!(intersect(&a, &nothing).is_empty());
        prop_assert!(intersect(&nothing, &a).is_empty());
        prop_assert!(!allows(&nothing, &access));
        prop_assert!(Authority::new(Vec::new(), &context()).decide(&access).is_err());
        let with_empty = Authority::new(vec![layer(a), layer(nothing)], &context());
        prop_assert!(with_empty.decide(&access).is_err());
    }
}

/// The algebra says nothing if rules and accesses never meet.
#[test]
fn the_generated_rules_and_accesses_meet() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut met = [0_u32; 2];
    for _ in 0..2000 {
        let a = rules().new_tree(&mut runner).unwrap().current();
        let b = rules().new_tree(&mut runner).unwrap().current();
        for _ in 0..8 {
            let access = access(Texts::Few).new_tree(&mut runner).unwrap().current();
            met[0] += u32::from(allows(&a, &access));
            met[1] += u32::from(allows(&intersect(&a, &b), &access));
        }
    }
    assert!(met[0] > 800 && met[1] > 80, "{met:?}");
}
