//! Sets of addresses.

use std::net::IpAddr;

use kanister_api::function::AddressPattern;
use proptest::prelude::*;

use super::address::{allows, common_addresses};
use super::{AddressClass, class_of};

fn any_address() -> impl Strategy<Value = IpAddr> {
    let near = [
        "10.0.0.0",
        "172.16.0.0",
        "192.168.0.0",
        "100.64.0.0",
        "127.0.0.1",
        "169.254.169.254",
        "8.8.8.8",
        "::1",
        "::",
        "::ffff:10.0.0.1",
        "64:ff9b::",
        "2000::",
        "2001:db8::",
        "2002::",
        "3fff::",
        "fc00::",
        "fe80::",
        "ff00::",
    ];
    let near = prop::sample::select(near.to_vec()).prop_map(|it| it.parse::<IpAddr>().unwrap());
    let moved = (near, -2_i8..3).prop_map(|(address, by)| match address {
        IpAddr::V4(it) => IpAddr::from(u32::from(it).wrapping_add_signed(by.into()).to_be_bytes()),
        IpAddr::V6(it) => IpAddr::from(u128::from(it).wrapping_add_signed(by.into()).to_be_bytes()),
    });
    prop_oneof![
        moved,
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from),
    ]
}

fn any_set() -> impl Strategy<Value = AddressPattern> {
    let block = (any_address(), 0_u8..33).prop_map(|(address, length)| {
        let address = address.to_canonical();
        let net = ipnet::IpNet::new(address, length).unwrap();
        AddressPattern::Block(net.trunc())
    });
    prop_oneof![
        Just(AddressPattern::Public),
        Just(AddressPattern::Private),
        block
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn common_addresses_are_those_of_both(
        a in any_set(), b in any_set(), addresses in prop::collection::vec(any_address(), 32),
    ) {
        let both = common_addresses(&[a], &[b]);
        for address in addresses {
            prop_assert_eq!(
                both.iter().any(|set| allows(*set, address)),
                allows(a, address) && allows(b, address),
                "{} in {} and {}", address, a, b
            );
        }
    }

    #[test]
    fn a_mapped_address_is_the_address(bytes in any::<[u8; 4]>()) {
        let plain = std::net::Ipv4Addr::from(bytes);
        prop_assert_eq!(
            class_of(plain.into()), class_of(plain.to_ipv6_mapped().into())
        );
    }
}

#[test]
fn public_addresses_are_public() {
    for text in [
        "1.1.1.1",
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "192.1.0.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
    ] {
        assert_eq!(
            class_of(text.parse().unwrap()),
            AddressClass::Public,
            "{text}"
        );
    }
}
