//! Rules and accesses over a small alphabet, so that they often meet, and over hostile texts.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kanister_api::function::{
    AddressPattern, ArgvPart, ArgvPattern, ContainerPattern, DomainPattern, ExecRule, HostPattern,
    HttpRule, HttpScheme, ImageReference, KubernetesRule, NamePattern, NamespacePattern, Port,
    Rules, SecretRule, SecretUse, StorageOperation, StorageRule, Verb, VerbPattern, WordPattern,
    WorkloadRule,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::super::access::*;

const NAMES: [&str; 5] = ["a", "ab", "abc", "b", "a*"];

fn of<T: std::str::FromStr + Clone + std::fmt::Debug + 'static>(
    texts: &'static [&'static str],
) -> impl Strategy<Value = T>
where
    T::Err: std::fmt::Debug,
{
    select(texts).prop_map(|text| text.parse().unwrap())
}

fn some<T: std::fmt::Debug>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    vec(one, 1..3)
}

fn name_pattern() -> impl Strategy<Value = NamePattern> {
    of(&[
        "*", "*", "*", "a*", "ab*", "b*", "a", "ab", "abc", "b", "\\a*",
    ])
}

fn namespace_pattern() -> impl Strategy<Value = NamespacePattern> {
    of(&["*", "*", "$cluster", "$cluster", "$subject", "shop", "a"])
}

fn word(texts: &'static [&'static str]) -> impl Strategy<Value = WordPattern> {
    of(texts)
}

fn kubernetes_rule() -> impl Strategy<Value = KubernetesRule> {
    (
        some(of::<VerbPattern>(&["*", "*", "*", "get", "list", "create"])),
        some(word(&["*", "*", "*", "", "apps"])),
        some(word(&["*", "*", "*", "pods", "secrets"])),
        vec(word(&["*", "log", "proxy", "status"]), 0..3),
        some(namespace_pattern()),
        some(name_pattern()),
    )
        .prop_map(
            |(verbs, groups, resources, subresources, namespaces, names)| KubernetesRule {
                verbs,
                groups,
                resources,
                subresources,
                namespaces,
                names,
            },
        )
}

fn argv_pattern() -> impl Strategy<Value = ArgvPattern> {
    let part = of::<ArgvPart>(&["*", "a", "b", "\\*", "\\**"]);
    (vec(part, 1..4), any::<bool>()).prop_map(|(mut parts, rest)| {
        if rest {
            parts.push(ArgvPart::Rest);
        }
        ArgvPattern::new(parts).unwrap()
    })
}

fn exec_rule() -> impl Strategy<Value = ExecRule> {
    (
        some(namespace_pattern()),
        some(name_pattern()),
        some(of::<ContainerPattern>(&["*", "$default", "a", "b"])),
        some(argv_pattern()),
    )
        .prop_map(|(namespaces, pods, containers, argv)| ExecRule {
            namespaces,
            pods,
            containers,
            argv,
        })
}

const IMAGES: [&str; 8] = [
    "busybox",
    "busybox:1",
    "ghcr.io/org/a",
    "ghcr.io/org/a:16",
    "ghcr.io/org/a:16@sha256:00112233445566778899aabbccddeeff",
    "ghcr.io/org/b/c:16.1",
    "ghcr.io/organ/a",
    "ghcr.io/org",
];

fn workload_rule() -> impl Strategy<Value = WorkloadRule> {
    let names = || vec(name_pattern(), 0..3);
    (
        some(namespace_pattern()),
        some(of(&[
            "*",
            "busybox",
            "busybox:latest",
            "ghcr.io/org/*",
            "ghcr.io/org/**",
            "ghcr.io/**",
            "ghcr.io/org/a",
            "ghcr.io/org/a:16*",
            "ghcr.io/**:*",
            "ghcr.io/org/a@sha256:00112233445566778899aabbccddeeff",
        ])),
        names(),
        names(),
        names(),
        names(),
        names(),
    )
        .prop_map(
            |(namespaces, images, service_accounts, claims, secrets, override_keys, features)| {
                WorkloadRule {
                    namespaces,
                    images,
                    service_accounts,
                    claims,
                    secrets,
                    override_keys,
                    features,
                }
            },
        )
}

const OPERATIONS: [StorageOperation; 3] = [
    StorageOperation::Read,
    StorageOperation::Write,
    StorageOperation::Delete,
];

fn storage_rule() -> impl Strategy<Value = StorageRule> {
    (
        select(&["primary", "other"]),
        some(select(&OPERATIONS)),
        of(&["", "a/", "a/b", "ab", "b"]),
    )
        .prop_map(|(slot, access, prefix)| StorageRule {
            slot: slot.to_owned(),
            access,
            prefix,
        })
}

fn http_rule() -> impl Strategy<Value = HttpRule> {
    (
        some(of::<HostPattern>(&[
            "*",
            "*:*",
            "*.example.com",
            "*.a.example.com:*",
            "example.com",
            "a.example.com:8443",
            "10.0.0.1",
        ])),
        some(of(&["*", "GET", "POST"])),
        some(select(&[HttpScheme::Https, HttpScheme::Http])),
        of(&["", "v1", "/v1/x"]),
        some(of::<AddressPattern>(&[
            "public",
            "private",
            "10.0.0.0/8",
            "0.0.0.0/0",
            "127.0.0.1/32",
            "8.8.0.0/16",
            "::/0",
        ])),
        vec(name_pattern(), 0..2),
    )
        .prop_map(
            |(hosts, methods, schemes, path_prefix, addresses, credentials)| HttpRule {
                hosts,
                methods,
                schemes,
                path_prefix,
                addresses,
                credentials,
                body_limit: None,
            },
        )
}

fn secret_rule() -> impl Strategy<Value = SecretRule> {
    (
        select(&["a", "b"]),
        some(select(&[SecretUse::Inject, SecretUse::Reveal])),
    )
        .prop_map(|(slot, uses)| SecretRule {
            slot: slot.to_owned(),
            uses,
        })
}

pub(super) fn rules() -> impl Strategy<Value = Rules> {
    (
        vec(kubernetes_rule(), 0..3),
        vec(exec_rule(), 0..3),
        vec(workload_rule(), 0..3),
        vec(storage_rule(), 0..3),
        vec(http_rule(), 0..3),
        vec(secret_rule(), 0..3),
    )
        .prop_map(|(kubernetes, exec, workload, storage, http, secrets)| {
            super::context().resolve(Rules {
                kubernetes,
                exec,
                workload,
                storage,
                http,
                secrets,
            })
        })
}

/// Texts of the alphabet, or any texts at all.
#[derive(Clone, Copy)]
pub(super) enum Texts {
    Few,
    Hostile,
}

impl Texts {
    fn name(self) -> BoxedStrategy<String> {
        match self {
            Self::Few => select(&NAMES).prop_map(str::to_owned).boxed(),
            Self::Hostile => {
                prop_oneof![".{0,12}", "[$*\\\\a{}\\[\\],:\"'#&!|>%@` -]{0,8}"].boxed()
            }
        }
    }

    fn names(self) -> impl Strategy<Value = BTreeSet<String>> {
        btree_set(self.name(), 0..3)
    }
}

fn kubernetes_access(texts: Texts) -> impl Strategy<Value = KubernetesAccess> {
    let name = prop_oneof![
        Just(ObjectName::Any),
        texts.name().prop_map(ObjectName::Exact),
        select(&["a", "ab-"]).prop_map(|start| ObjectName::Generated(start.to_owned())),
    ];
    (
        select(&[Verb::Get, Verb::List, Verb::Create, Verb::Delete]),
        select(&["", "apps"]),
        select(&["pods", "secrets"]),
        proptest::option::of(select(&["log", "proxy", "status"])),
        proptest::option::of(select(&["shop", "kanister", "a"])),
        name,
    )
        .prop_map(
            |(verb, group, resource, subresource, namespace, name)| KubernetesAccess {
                verb,
                group: group.to_owned(),
                version: "v1".to_owned(),
                resource: resource.to_owned(),
                subresource: subresource.map(str::to_owned),
                namespace: namespace.map(str::to_owned),
                name,
            },
        )
}

fn exec_access(texts: Texts) -> impl Strategy<Value = ExecAccess> {
    let argument = match texts {
        Texts::Few => select(&["a", "b", "*", "**"])
            .prop_map(str::to_owned)
            .boxed(),
        Texts::Hostile => texts.name(),
    };
    (
        select(&["shop", "kanister", "a"]),
        texts.name(),
        proptest::option::of(texts.name()),
        vec(argument, 1..4),
    )
        .prop_map(|(namespace, pod, container, argv)| ExecAccess {
            namespace: namespace.to_owned(),
            pod,
            container,
            argv,
        })
}

fn workload_access(texts: Texts) -> impl Strategy<Value = WorkloadAccess> {
    let image = select(&IMAGES).prop_map(|text| text.parse::<ImageReference>().unwrap());
    (
        select(&["shop", "kanister", "a"]),
        btree_set(image, 1..3),
        proptest::option::of(texts.name()),
        texts.names(),
        texts.names(),
        texts.names(),
        texts.names(),
    )
        .prop_map(
            |(namespace, images, service_account, claims, secrets, override_keys, features)| {
                WorkloadAccess {
                    namespace: namespace.to_owned(),
                    images,
                    service_account,
                    claims,
                    secrets,
                    override_keys,
                    features,
                }
            },
        )
}

fn http_access() -> impl Strategy<Value = HttpAccess> {
    (
        select(&[HttpScheme::Https, HttpScheme::Http]),
        of::<HostPattern>(&[
            "example.com",
            "a.example.com",
            "b.a.example.com",
            "10.0.0.1",
        ]),
        select(&[443_u16, 80, 8443]),
        select(&["GET", "POST"]),
        select(&["/", "/v1", "/v1/x/y", "/v10", "/v1/%2e%2e/x"]),
        btree_set(select(&NAMES).prop_map(str::to_owned), 0..2),
        proptest::option::of(select(&[
            "8.8.8.8",
            "9.9.9.9",
            "10.0.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "::ffff:10.0.0.1",
            "2606:4700::1111",
            "fd00::1",
            "::1",
        ])),
    )
        .prop_map(
            |(scheme, host, port, method, path, credentials, address)| HttpAccess {
                scheme,
                host: match host {
                    HostPattern {
                        domain,
                        port: Port::Default | Port::Any | Port::One(_),
                    } => domain,
                },
                port,
                method: method.to_owned(),
                path: path.to_owned(),
                credentials,
                address: address.map(|text| text.parse::<IpAddr>().unwrap()),
            },
        )
}

pub(super) fn access(texts: Texts) -> impl Strategy<Value = Access> {
    prop_oneof![
        kubernetes_access(texts).prop_map(Access::Kubernetes),
        exec_access(texts).prop_map(Access::Exec),
        workload_access(texts).prop_map(Access::Workload),
        (
            select(&["primary", "other"]),
            select(&["", "a", "a/b", "a/b/c", "ab", "b"]),
            select(&OPERATIONS)
        )
            .prop_map(|(slot, key, operation)| Access::Storage(StorageAccess {
                slot: slot.to_owned(),
                key: key.to_owned(),
                operation,
            })),
        http_access().prop_map(Access::Http),
        (select(&["a", "b"]), any::<bool>()).prop_map(|(slot, reveal)| Access::Secret(
            SecretAccess {
                slot: slot.to_owned(),
                reveal,
            }
        )),
    ]
}

/// A host that is a name, for accesses written by hand.
pub(super) fn host(text: &str) -> DomainPattern {
    DomainPattern::normalise(text).unwrap()
}
