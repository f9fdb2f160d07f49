//! What a reader of manifests and grants can rely on.

use super::*;

const HEAD: &str = "apiVersion: functions.kanister.io/v1alpha1\nkind: FunctionManifest\nplugin: {name: pg-tools, version: 1.2.0}\n";

fn manifest(rest: &str) -> Result<FunctionManifest, FileError> {
    FunctionManifest::from_yaml("m.yaml", &format!("{HEAD}{rest}"))
}

#[test]
fn a_manifest_has_every_section() {
    let manifest = manifest(
        r#"
requires:
  kubernetes:
  - {verbs: [get, "*"], groups: [apps, ""], resources: [deployments], subresources: [scale], namespaces: [$subject], names: [web-*]}
  exec:
  - {namespaces: [$subject], pods: ["*"], containers: [$default, db], argv: [[pg_dump, "**"], [echo, \*]]}
  workload:
  - namespaces: [$controller]
    images: [ghcr.io/org/**, "busybox:1.36"]
    serviceAccounts: [runner]
    claims: ["*"]
    secrets: [pull]
    overrideKeys: [tolerations]
    features: ["capability:*"]
  storage:
  - {slot: primary, access: [read, write, delete], prefix: dumps/}
  http:
  - {hosts: ["*.example.com:8443"], methods: [GET], schemes: [http], pathPrefix: /v1, addresses: [private, 10.0.0.0/8], credentials: [aws], bodyLimit: 4Mi}
  secrets:
  - {slot: aws, use: [inject, reveal]}
limits: {memory: 64Mi, cpu: 30s, wall: 4h, handles: 64, log: 1Mi, copies: 16Mi, concurrency: 4}
rationale: {exec: Runs pg_dump in the database's container.}
"#,
    )
    .unwrap();
    assert_eq!(manifest.limits.memory.unwrap().bytes(), 64 << 20);
    assert_eq!(
        to_flow_yaml(&manifest.requires),
        r#"{kubernetes: [{verbs: [get, "*"], groups: [apps, ""], resources: [deployments], subresources: [scale], namespaces: [$subject], names: [web-*]}], exec: [{namespaces: [$subject], pods: ["*"], containers: [$default, db], argv: [[pg_dump, "**"], [echo, "\\*"]]}], workload: [{namespaces: [$controller], images: [ghcr.io/org/**, "docker.io/library/busybox:1.36"], serviceAccounts: [runner], claims: ["*"], secrets: [pull], overrideKeys: [tolerations], features: ["capability:*"]}], storage: [{slot: primary, access: [read, write, delete], prefix: dumps}], http: [{hosts: ["*.example.com:8443"], methods: [GET], schemes: [http], pathPrefix: v1, addresses: [private, "10.0.0.0/8"], credentials: [aws], bodyLimit: "4Mi"}], secrets: [{slot: aws, use: [inject, reveal]}]}"#
    );
    let again = format!("requires: {}", to_flow_yaml(&manifest.requires));
    assert_eq!(self::manifest(&again).unwrap().requires, manifest.requires);
}

#[test]
fn a_manifest_without_rules_asks_for_nothing() {
    let manifest = manifest("").unwrap();
    assert!(manifest.requires.is_empty());
    assert_eq!(manifest, FunctionManifest::new(manifest.plugin.clone()));
}

/// A field that is left out must not mean everything.
#[test]
fn a_scope_is_never_implied() {
    let whole =
        "{verbs: [get], groups: [apps], resources: [deployments], namespaces: [a], names: [b]}";
    assert!(manifest(&format!("requires: {{kubernetes: [{whole}]}}")).is_ok());
    for field in ["verbs", "groups", "resources", "namespaces", "names"] {
        let start = whole.find(&format!("{field}:")).unwrap();
        let end = start + whole[start..].find(']').unwrap() + 1;
        let without = format!("{}{}", &whole[..start], &whole[end..])
            .replace(", ,", ",")
            .replace("{,", "{")
            .replace(", }", "}");
        let error = manifest(&format!("requires: {{kubernetes: [{without}]}}")).unwrap_err();
        assert!(error.to_string().contains(field), "{without}: {error}");
    }
}

#[test]
fn an_unknown_field_is_an_error_with_its_place_and_the_valid_names() {
    let error = manifest("requires:\n  exec:\n  - {namespaces: [a], pod: [b]}\n").unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("m.yaml:6:"), "{text}");
    for name in ["pod", "namespaces", "pods", "containers", "argv"] {
        assert!(text.contains(name), "{text}");
    }
    for unknown in ["require: {}", "requires: {kube: []}", "limits: {mem: 1Mi}"] {
        assert!(
            matches!(manifest(unknown), Err(FileError::Yaml { .. })),
            "{unknown}"
        );
    }
}

#[test]
fn a_wrong_pattern_is_an_error_with_its_place_and_a_hint() {
    for (rule, hint) in [
        ("kubernetes: [{verbs: [read]}]", "deletecollection"),
        (
            "kubernetes: [{resources: [pods/exec]}]",
            "a subresource has its own field",
        ),
        (
            "kubernetes: [{names: [a*b]}]",
            "* can only stand at the end",
        ),
        ("kubernetes: [{namespaces: [$target]}]", "$subject"),
        ("kubernetes: [{namespaces: [shop-*]}]", "$subject"),
        (
            "exec: [{argv: [[\"**\", a]]}]",
            "** can only stand at the end",
        ),
        ("exec: [{argv: [[]]}]", "at least one argument"),
        (
            "workload: [{images: [\"ghcr.io/*/tools\"]}]",
            "registry/path/**",
        ),
        ("storage: [{prefix: ../x}]", "cannot be empty, . or .."),
        ("storage: [{access: [append]}]", "read"),
        ("http: [{hosts: [\"https://example.com\"]}]", "no scheme"),
        ("http: [{hosts: [\"*example.com\"]}]", "*.example.com"),
        ("http: [{addresses: [10.0.0.1/8]}]", "beyond the block"),
        ("http: [{methods: [get]}]", "upper case"),
        ("secrets: [{use: [show]}]", "reveal"),
        (
            "kubernetes: [{subresources: [exec], verbs: [get], groups: [\"\"], resources: [pods], namespaces: [a], names: [b]}]",
            "exec rule",
        ),
    ] {
        let error = manifest(&format!("requires:\n  {rule}\n")).unwrap_err();
        assert!(error.to_string().contains(hint), "{rule}: {error}");
        assert!(error.to_string().starts_with("m.yaml"), "{error}");
    }
}

#[test]
fn a_file_of_grants_is_a_stream_and_may_have_lists() {
    let grant = |kind: &str, metadata: &str| {
        format!(
            "apiVersion: functions.kanister.io/v1alpha1\nkind: {kind}\nmetadata: {{{metadata}}}\n\
             spec: {{functions: [{{name: Dump}}], allow: [exec]}}\n"
        )
    };
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: functions.kanister.io/v1alpha1\n  \
                kind: ClusterFunctionGrant\n  metadata: {name: c}\n  spec: {functions: [{name: D}]}\n";
    let file = GrantFile::from_yaml(
        "g.yaml",
        &[
            grant("FunctionGrant", "name: a, namespace: shop"),
            grant("ClusterFunctionGrant", "name: b"),
            list.to_owned(),
        ]
        .join("---\n"),
    )
    .unwrap();
    assert_eq!(file.grants.len(), 1);
    assert_eq!(file.cluster_grants.len(), 2);
    assert_eq!(
        GrantFile::from_yaml("g.yaml", "").unwrap(),
        GrantFile::default()
    );
    for (kind, metadata, message) in [
        ("FunctionGrant", "name: a", "ClusterFunctionGrant"),
        ("ClusterFunctionGrant", "name: a, namespace: b", "remove it"),
        ("FunctionGrant", "namespace: b", "metadata.name"),
        ("Grant", "name: a", "ClusterFunctionGrant"),
    ] {
        let error = GrantFile::from_yaml("g.yaml", &grant(kind, metadata)).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn fields_of_a_grant_have_to_fit_together() {
    let spec = |spec: &str| {
        let text = format!(
            "apiVersion: functions.kanister.io/v1alpha1\nkind: ClusterFunctionGrant\nmetadata: \
             {{name: g}}\nspec: {spec}\n"
        );
        GrantFile::from_yaml("g.yaml", &text).map_err(|error| error.to_string())
    };
    let slot = |slot: &str| {
        spec(&format!(
            "{{functions: [{{name: D}}], slots: {{a: {slot}}}}}"
        ))
    };
    assert!(slot("{profile: {name: p, namespace: n}, prefix: x/}").is_ok());
    assert!(slot("{secret: {name: p, namespace: n, key: k}}").is_ok());
    for (result, message) in [
        (spec("{functions: []}"), "names no function"),
        (slot("{}"), "exactly one"),
        (slot("{profile: {name: p}}"), "names no namespace"),
        (
            slot("{secret: {name: p, namespace: n, key: k}, prefix: x}"),
            "no prefix",
        ),
        (
            slot("{profile: {name: p}, secret: {name: p, key: k}}"),
            "exactly one",
        ),
        (
            spec("{functions: [{name: D, digest: sha256:ab}]}"),
            "64 hexadecimal",
        ),
        (spec("{functions: [{name: D, version: one}]}"), "version"),
        (
            spec(
                "{functions: [{name: D}], rules: {kubernetes: [{subresources: [exec], verbs: [get], groups: [\"\"], resources: [pods], namespaces: [a], names: [b]}]}}",
            ),
            "exec rule",
        ),
    ] {
        let error = result.unwrap_err();
        assert!(error.contains(message), "{error}");
    }
}

/// T3: a file that is to exhaust its reader.
#[test]
fn files_have_a_size_and_references_a_bound() {
    let long = format!("{HEAD}# {}", "x".repeat(2 << 20));
    assert!(matches!(
        FunctionManifest::from_yaml("m", &long),
        Err(FileError::Size { .. })
    ));
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    assert!(FunctionManifest::from_yaml("m", &bomb).is_err());
}

#[test]
fn limits_of_a_grant_come_before_those_of_the_manifest() {
    let limits = |text: &str| manifest(&format!("limits: {text}")).unwrap().limits;
    let grant = limits("{memory: 128Mi}");
    let both = grant.or(&limits("{memory: 64Mi, wall: 1h}"));
    assert_eq!(both, limits("{memory: 128Mi, wall: 1h}"));
}
