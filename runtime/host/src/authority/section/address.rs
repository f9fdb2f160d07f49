//! Which network an address belongs to.
//!
//! The sets are those of the IANA special-purpose address registries (RFC 6890 and its updates). For
//! IPv6 only global unicast (`2000::/3`) is public, less the special blocks in it; whatever else
//! there is or comes is special. Addresses that carry an IPv4 address are special too, since a
//! translator may deliver them inside; only the mapped form (`::ffff:a.b.c.d`), which the operating
//! system itself takes for IPv4, is judged as the IPv4 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use kanister_api::function::AddressPattern;

/// Which network an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressClass {
    /// The public internet.
    Public,
    /// A private network: RFC 1918, RFC 6598, RFC 4193.
    Private,
    /// Something else: this machine, this link, a group, a translation, a documentation.
    Special(&'static str),
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6(first: u16, second: u16, third: u16, length: u8) -> IpNet {
    let address = Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0);
    IpNet::V6(Ipv6Net::new_assert(address, length))
}

const PRIVATE: [IpNet; 5] = [
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    v4(100, 64, 0, 0, 10),
    v6(0xfc00, 0, 0, 7),
];

/// The most special first: metadata services are within other blocks.
const SPECIAL: [(IpNet, &str); 27] = [
    (v4(169, 254, 169, 254, 32), "metadata service of a cloud"),
    (v4(169, 254, 170, 2, 32), "metadata service of a cloud"),
    (v4(100, 100, 100, 200, 32), "metadata service of a cloud"),
    (v4(168, 63, 129, 16, 32), "metadata service of a cloud"),
    (v4(192, 0, 0, 192, 32), "metadata service of a cloud"),
    (
        IpNet::V6(Ipv6Net::new_assert(
            Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0),
            32,
        )),
        "metadata service of a cloud",
    ),
    (
        IpNet::V6(Ipv6Net::new_assert(
            Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0),
            32,
        )),
        "metadata service of a cloud",
    ),
    (v4(0, 0, 0, 0, 8), "unspecified, this host (RFC 1122)"),
    (v4(127, 0, 0, 0, 8), "loopback (RFC 1122)"),
    (v4(169, 254, 0, 0, 16), "link-local (RFC 3927)"),
    (v4(192, 0, 0, 0, 24), "protocol assignments (RFC 6890)"),
    (v4(192, 0, 2, 0, 24), "documentation (RFC 5737)"),
    (v4(192, 88, 99, 0, 24), "6to4 relay (RFC 7526)"),
    (v4(198, 18, 0, 0, 15), "benchmarking (RFC 2544)"),
    (v4(198, 51, 100, 0, 24), "documentation (RFC 5737)"),
    (v4(203, 0, 113, 0, 24), "documentation (RFC 5737)"),
    (v4(224, 0, 0, 0, 4), "multicast (RFC 5771)"),
    (v4(240, 0, 0, 0, 4), "reserved or broadcast (RFC 1112)"),
    (
        v6(0x2001, 0, 0, 23),
        "protocol assignments, Teredo (RFC 2928, RFC 4380)",
    ),
    (v6(0x2001, 0xdb8, 0, 32), "documentation (RFC 3849)"),
    (v6(0x2002, 0, 0, 16), "6to4 (RFC 3056)"),
    (v6(0x3fff, 0, 0, 20), "documentation (RFC 9637)"),
    (v6(0x64, 0xff9b, 0, 96), "NAT64 (RFC 6052)"),
    (v6(0x64, 0xff9b, 1, 48), "NAT64 (RFC 8215)"),
    (v6(0xfe80, 0, 0, 10), "link-local (RFC 4291)"),
    (v6(0xfec0, 0, 0, 10), "site-local (RFC 3879)"),
    (v6(0xff00, 0, 0, 8), "multicast (RFC 4291)"),
];

const GLOBAL_V6: IpNet = v6(0x2000, 0, 0, 3);

/// Which network an address belongs to.
pub(crate) fn class_of(address: IpAddr) -> AddressClass {
    let address = address.to_canonical();
    if let Some((_, what)) = SPECIAL.iter().find(|(net, _)| net.contains(&address)) {
        return AddressClass::Special(what);
    }
    if PRIVATE.iter().any(|net| net.contains(&address)) {
        return AddressClass::Private;
    }
    match address {
        IpAddr::V6(address) if address.is_loopback() => {
            AddressClass::Special("loopback (RFC 4291)")
        }
        IpAddr::V6(address) if address.is_unspecified() => {
            AddressClass::Special("unspecified (RFC 4291)")
        }
        IpAddr::V6(_) if !GLOBAL_V6.contains(&address) => {
            AddressClass::Special("not global unicast (RFC 4291)")
        }
        _ => AddressClass::Public,
    }
}

/// Whether a set of addresses has this one.
pub(super) fn allows(set: AddressPattern, address: IpAddr) -> bool {
    match set {
        AddressPattern::Public => class_of(address) == AddressClass::Public,
        AddressPattern::Private => class_of(address) == AddressClass::Private,
        AddressPattern::Block(net) => net.contains(&address.to_canonical()),
    }
}

/// The blocks whose borders are borders of a class.
fn borders() -> impl Iterator<Item = IpNet> {
    let special = SPECIAL.iter().map(|(net, _)| *net);
    let single = [Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED];
    special
        .chain(PRIVATE)
        .chain([GLOBAL_V6])
        .chain(single.map(|address| IpNet::from(IpAddr::V6(address))))
}

/// The parts of a block whose addresses are of a class: halves it until each part is of one class.
fn within(net: IpNet, class: AddressClass, parts: &mut Vec<AddressPattern>) {
    let divided = borders().any(|border| border != net && net.contains(&border));
    if !divided {
        if class_of(net.network()) == class {
            parts.push(AddressPattern::Block(net));
        }
    } else if let Ok(halves) = net.subnets(net.prefix_len() + 1) {
        halves.for_each(|half| within(half, class, parts));
    }
}

/// The addresses that two lists of sets have in common.
pub(super) fn common_addresses(a: &[AddressPattern], b: &[AddressPattern]) -> Vec<AddressPattern> {
    use AddressPattern::{Block, Private, Public};
    let mut list = Vec::new();
    for (x, y) in a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y))) {
        match (x, y) {
            (Block(net), Public) | (Public, Block(net)) => {
                within(net, AddressClass::Public, &mut list);
            }
            (Block(net), Private) | (Private, Block(net)) => {
                within(net, AddressClass::Private, &mut list);
            }
            (Block(x), Block(y)) if x.contains(&y) => list.push(Block(y)),
            (Block(x), Block(y)) if y.contains(&x) => list.push(Block(x)),
            (x, y) if x == y => list.push(x),
            _ => {}
        }
    }
    list.sort();
    list.dedup();
    list
}
