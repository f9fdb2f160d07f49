//! Patterns, their texts, and what they stand for.

use proptest::prelude::*;

use super::*;

fn image(text: &str) -> ImageReference {
    text.parse().unwrap()
}

#[test]
fn images_have_one_long_form() {
    for (short, long) in [
        ("busybox", "docker.io/library/busybox:latest"),
        ("busybox:1", "docker.io/library/busybox:1"),
        ("org/tool", "docker.io/org/tool:latest"),
        ("docker.io/busybox", "docker.io/library/busybox:latest"),
        (
            "index.docker.io/library/busybox:1",
            "docker.io/library/busybox:1",
        ),
        ("GHCR.io/org/tool:1", "ghcr.io/org/tool:1"),
        ("localhost/tool", "localhost/tool:latest"),
        ("host:5000/tool", "host:5000/tool:latest"),
        ("host:5000/a/b:1", "host:5000/a/b:1"),
        (
            "ghcr.io/a:1@sha256:00112233445566778899AABBCCDDEEFF",
            "ghcr.io/a@sha256:00112233445566778899aabbccddeeff",
        ),
    ] {
        assert_eq!(image(short).to_string(), long);
    }
    for text in [
        "",
        " ",
        "a b",
        "a:",
        ":1",
        "a@",
        "a@sha256:1",
        "a//b",
        "/a",
        "a/",
        "../a",
        "a/../b",
        "A",
        "a:b:c",
        "a:1/",
        "*",
        "a/*",
        "a\n",
        "ghcr.io/A",
        "host:x y/a",
        ".a/b",
        "a./b",
        "a..b/c",
        "h:/a",
    ] {
        assert!(text.parse::<ImageReference>().is_err(), "{text:?}");
    }
}

/// T9: an image that only looks like one that was granted.
#[test]
fn image_patterns_end_at_borders() {
    const DIGEST: &str = "sha256:00112233445566778899aabbccddeeff";
    let matches = |pattern: &str, text: &str| {
        let pattern: ImagePattern = pattern.parse().unwrap();
        pattern.matches(&image(text))
    };
    for (pattern, allowed, denied) in [
        ("*", "evil.example.com/x", ""),
        ("busybox", "busybox:1", "docker.io/evil/busybox"),
        ("busybox:1.36", "busybox:1.36", "busybox:1.37"),
        ("busybox:1.36", "busybox:1.36", "busybox"),
        ("busybox:latest", "busybox", "busybox:1"),
        ("busybox:1*", "busybox:1.36", "busybox:2.1"),
        (
            "ghcr.io/org/*",
            "ghcr.io/org/tool:1",
            "ghcr.io/org/team/tool",
        ),
        ("ghcr.io/org/*", "ghcr.io/org/tool", "ghcr.io/organ/tool"),
        ("ghcr.io/org/**", "ghcr.io/org/team/tool", "ghcr.io/org"),
        ("ghcr.io/**", "ghcr.io/a/b", "ghcr.io.evil.com/a/b"),
        (
            "ghcr.io/org/tool",
            "ghcr.io/org/tool:9",
            "ghcr.io/org/tools",
        ),
        ("org/*", "org/tool", "ghcr.io/org/tool"),
    ] {
        assert!(matches(pattern, allowed), "{pattern} {allowed}");
        assert!(
            denied.is_empty() || !matches(pattern, denied),
            "{pattern} {denied}"
        );
    }
    let pinned = format!("ghcr.io/a/b@{DIGEST}");
    assert!(matches(&pinned, &format!("ghcr.io/a/b:1@{DIGEST}")));
    assert!(!matches(&pinned, "ghcr.io/a/b:1"));
    // The digest decides what runs, so a tag says nothing about such an image.
    assert!(!matches(
        "ghcr.io/a/b:1",
        &format!("ghcr.io/a/b:1@{DIGEST}")
    ));
    assert!(!matches(
        "ghcr.io/a/b:*",
        &format!("ghcr.io/a/b:1@{DIGEST}")
    ));
    assert!(matches("ghcr.io/a/b", &format!("ghcr.io/a/b:1@{DIGEST}")));
}

#[test]
fn hosts_are_normalised() {
    for (text, written) in [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("*.Example.com:*", "*.example.com:*"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("0x7f.1:80", "127.0.0.1:80"),
        ("[::1]", "[::1]"),
        ("[0:0::1]:9000", "[::1]:9000"),
        ("*", "*"),
    ] {
        let pattern: HostPattern = text.parse().unwrap();
        assert_eq!(pattern.to_string(), written);
        assert_eq!(written.parse::<HostPattern>().unwrap(), pattern);
    }
    for text in [
        "",
        "https://a",
        "a/b",
        "a b",
        "*a.com",
        "a.*.com",
        "*.",
        "*.*",
        "*.1.2.3.4",
        "a:70000",
        "a:-1",
        "a:",
        "a..b",
        "::1",
        "u@a",
        "\u{fe61}",
        "a.\u{ff0a}",
    ] {
        assert!(text.parse::<HostPattern>().is_err(), "{text:?}");
    }
}

#[test]
fn folders_end_at_borders() {
    let folder: KeyPrefix = "dumps/".parse().unwrap();
    assert!(folder.contains("dumps") && folder.contains("dumps/1"));
    assert!(!folder.contains("dumpster") && !folder.contains("") && !folder.contains("a/dumps"));
    for text in ["a//b", "..", "a/..", "./a", "a\0", "//"] {
        assert!(text.parse::<KeyPrefix>().is_err(), "{text:?}");
    }
}

/// The texts that patterns are made of, and then some.
const TEXT: &str = "[a-z*$\\\\. -]{0,6}|\\PC{0,8}";

proptest! {
    #[test]
    fn what_is_written_reads_back(text in TEXT) {
        macro_rules! reads_back {
            ($($type:ty),+) => {$(
                if let Ok(pattern) = text.parse::<$type>() {
                    prop_assert_eq!(&pattern.to_string().parse::<$type>().unwrap(), &pattern);
                }
            )+};
        }
        reads_back!(
            NamePattern, NamespacePattern, ContainerPattern, WordPattern, MethodPattern,
            HostPattern, ImagePattern, KeyPrefix, AddressPattern
        );
    }

    #[test]
    fn arguments_read_back(text in TEXT) {
        let Ok(part) = text.parse::<ArgvPart>();
        prop_assert_eq!(part.to_string().parse::<ArgvPart>().unwrap(), part);
    }

    /// T6: a text that is taken literally stays literal when it is written and read again.
    #[test]
    fn a_literal_reads_back_as_that_literal(text in TEXT) {
        let name = NamePattern::Exact(text.as_str().into());
        prop_assert_eq!(name.to_string().parse::<NamePattern>().unwrap(), name);
        let namespace = NamespacePattern::Exact(text.as_str().into());
        prop_assert_eq!(namespace.to_string().parse::<NamespacePattern>().unwrap(), namespace);
        let container = ContainerPattern::Exact(text.as_str().into());
        prop_assert_eq!(container.to_string().parse::<ContainerPattern>().unwrap(), container);
        let part = ArgvPart::Exact(text.as_str().into());
        prop_assert_eq!(part.to_string().parse::<ArgvPart>().unwrap(), part);
    }
}
