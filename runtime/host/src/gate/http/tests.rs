//! What the gate in front of the network promises.

use std::net::IpAddr;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Permitted, TargetError, target};
use crate::authority::tests::authority;
use crate::authority::{Caller, Denial, TracingAudit};
use crate::gate::Gate;

fn gate(rules: &str) -> Gate {
    let audit = Arc::new(TracingAudit);
    Gate::new(Caller::default(), Arc::new(authority(rules)), audit)
}

fn get(rules: &str, url: &str) -> Result<Permitted, Denial> {
    gate(rules).http("GET", target(url).unwrap(), [].into())
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

const EXAMPLE: &str = "http:\n- {hosts: [example.com, \"*.s3.example.com\", \"api.example.com:8443\"], methods: [GET]}";
const EVERYWHERE: &str = "http:\n- {hosts: [\"*:*\"], methods: [\"*\"], schemes: [https, http]}";

#[test]
fn what_is_granted_passes() {
    for url in [
        "https://example.com",
        "https://example.com:443/a?b#c",
        "https://EXAMPLE.com/",
        "https://example.com./",
        "https://bucket.s3.example.com/",
        "https://a.b.s3.example.com/",
        "https://api.example.com:8443/",
    ] {
        assert!(get(EXAMPLE, url).is_ok(), "{url}");
    }
    let permitted = get(EXAMPLE, "https://EXAMPLE.com./a/../b#c").unwrap();
    assert_eq!(permitted.url().as_str(), "https://example.com/b");
}

/// T5: another host, port, scheme, method, or a name that only looks alike.
#[test]
fn what_is_not_granted_does_not_pass() {
    for url in [
        "http://example.com/",
        "https://example.com:8443/",
        "https://api.example.com/",
        "https://s3.example.com/",
        "https://evils3.example.com/",
        "https://example.com.evil.org/",
        "https://evil.org/example.com",
        "https://evil.org/?@example.com",
        "https://evil.org#@example.com",
        "https://еxample.com/",
        "https://93.184.216.34/",
    ] {
        assert!(get(EXAMPLE, url).is_err(), "{url}");
    }
    let post = gate(EXAMPLE).http("POST", target("https://example.com").unwrap(), [].into());
    assert!(post.is_err());
    let credential = ["aws".to_owned()].into();
    let with = gate(EXAMPLE).http("GET", target("https://example.com").unwrap(), credential);
    assert!(with.is_err());
}

/// T5: URLs that two readers read differently.
#[test]
fn urls_with_two_readings_are_refused() {
    for (url, error) in [
        ("https://user@example.com/", TargetError::UserInfo),
        ("https://:pass@example.com/", TargetError::UserInfo),
        ("https://@example.com/", TargetError::UserInfo),
        ("https://example.com@evil.org/", TargetError::UserInfo),
        ("https:example.com", TargetError::UserInfo),
        ("https://example.com\\@evil.org/", TargetError::Characters),
        ("https://evil.org\\.example.com/", TargetError::Characters),
        ("https://exam\nple.com/", TargetError::Characters),
        (" https://example.com/", TargetError::Characters),
        ("ftp://example.com/", TargetError::Scheme("ftp".to_owned())),
        ("file:///etc/passwd", TargetError::Scheme("file".to_owned())),
        ("https://a..example.com/", TargetError::Host),
        ("https://example.com:0/", TargetError::Host),
    ] {
        assert_eq!(target(url), Err(error), "{url}");
    }
    for url in [
        "https://",
        "https://a b/",
        "https://%00/",
        "https://[::1",
        "//x",
        "x",
        "",
    ] {
        assert!(target(url).is_err(), "{url}");
    }
}

/// T5: this machine, under every spelling that some resolver takes.
#[test]
fn special_addresses_are_denied_however_they_are_spelled() {
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "①②⑦.0.0.1",
        "0",
        "0.0.0.0",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "10.0.0.1",
        "100.100.100.200",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "255.255.255.255",
        "224.0.0.1",
        "198.18.0.1",
        "192.0.2.1",
    ] {
        let denied = get(EVERYWHERE, &format!("http://{host}/latest/meta-data/"));
        assert!(denied.is_err(), "{host}");
    }
    for host in ["93.184.216.34", "[2606:2800:220:1::1]"] {
        assert!(
            get(EVERYWHERE, &format!("https://{host}/")).is_ok(),
            "{host}"
        );
    }
}

/// T5: a name that resolves to an address inside.
#[test]
fn resolved_addresses_are_judged() {
    let permitted = get(EVERYWHERE, "https://rebind.example.com/").unwrap();
    for inside in [
        "127.0.0.1",
        "169.254.169.254",
        "10.1.2.3",
        "::1",
        "::ffff:10.0.0.1",
        "fd00::1",
    ] {
        let denial = permitted.addresses([address(inside)]).unwrap_err();
        assert!(denial.reason().contains("addresses"), "{denial}");
    }
    let mixed = permitted
        .addresses([address("10.0.0.1"), address("93.184.216.34")])
        .unwrap();
    assert_eq!(mixed, ["93.184.216.34:443".parse().unwrap()]);
    assert!(permitted.addresses([]).is_err());
}

#[test]
fn an_address_in_the_url_is_the_only_one_to_connect_to() {
    let permitted = get(EVERYWHERE, "https://93.184.216.34/").unwrap();
    assert!(permitted.addresses([address("8.8.8.8")]).is_err());
    assert!(permitted.addresses([address("93.184.216.34")]).is_ok());
}

#[test]
fn private_and_special_addresses_have_to_be_written() {
    let rule = |addresses: &str| {
        format!("http:\n- {{hosts: [minio.local], methods: [GET], addresses: [{addresses}]}}")
    };
    let reaches = |addresses: &str, to: &str| {
        let permitted = get(&rule(addresses), "https://minio.local/").unwrap();
        permitted.addresses([address(to)]).is_ok()
    };
    assert!(reaches("private", "10.0.0.1"));
    assert!(reaches("private", "100.64.0.1"));
    assert!(reaches("private", "fd12::1"));
    assert!(!reaches("private", "8.8.8.8"));
    assert!(!reaches("private", "127.0.0.1"));
    assert!(!reaches("private", "169.254.169.254"));
    assert!(!reaches("private", "100.100.100.200"));
    assert!(!reaches("private", "fd00:ec2::254"));
    assert!(reaches("127.0.0.1/32", "127.0.0.1"));
    assert!(reaches("127.0.0.1/32", "::ffff:127.0.0.1"));
    assert!(!reaches("127.0.0.1/32", "127.0.0.2"));
    assert!(!reaches("10.0.0.0/8", "8.8.8.8"));
}

/// T5: a folder that is left again.
#[test]
fn a_folder_of_a_url_is_not_left() {
    let rule = "http:\n- {hosts: [example.com], methods: [GET], pathPrefix: /v1/a}";
    for path in ["/v1/a", "/v1/a/", "/v1/a/b?x=/../..", "/v1/b/../a"] {
        assert!(
            get(rule, &format!("https://example.com{path}")).is_ok(),
            "{path}"
        );
    }
    for path in [
        "/",
        "/v1",
        "/v1/ab",
        "/v1/a/../b",
        "/v1/a/%2e%2e/b",
        "/v1/a/..%2fb",
        "/v1/a/%2F..%2Fb",
        "/v1/a%5c..%5cb",
        "//v1/a",
    ] {
        assert!(
            get(rule, &format!("https://example.com{path}")).is_err(),
            "{path}"
        );
    }
}

#[test]
fn the_limit_of_an_answer_is_that_of_the_rule() {
    let rule = "http:\n- {hosts: [example.com], methods: [GET], bodyLimit: 1Ki}";
    let permitted = get(rule, "https://example.com").unwrap();
    assert_eq!(permitted.body_limit().unwrap().bytes(), 1024);
    let open = get(EXAMPLE, "https://example.com").unwrap();
    assert_eq!(open.body_limit(), None);
}

proptest! {
    #[test]
    fn no_url_makes_the_reader_panic(text in "\\PC{0,40}", rest in "\\PC{0,20}") {
        let _ = target(&text);
        let _ = target(&format!("https://{rest}"));
    }

    /// T5: whatever the URL looks like, only the granted host is asked.
    #[test]
    fn a_permitted_url_is_of_a_granted_host(
        before in "[a-z.@:/\\\\?#%0-9-]{0,8}", after in "[a-z.@:/\\\\?#%0-9-]{0,8}",
    ) {
        if let Ok(read) = target(&format!("https://{before}example.com{after}"))
            && let Ok(permitted) = gate(EXAMPLE).http("GET", read, [].into())
        {
            let host = permitted.url().host_str().unwrap();
            prop_assert!(
                host == "example.com"
                    || host == "api.example.com" && permitted.port() == 8443
                    || host.ends_with(".s3.example.com"),
                "{}", permitted.url()
            );
        }
    }
}
