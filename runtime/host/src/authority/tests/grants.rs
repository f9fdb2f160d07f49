//! Which grants count for a call, and what they give.

use kanister_api::function::{ComponentDigest, FunctionManifest, Plugin, Section};

use super::super::access::*;
use super::super::{Access, Authority, FunctionIdentity, GrantConflict, Granted, granted};
use super::super::{BoundSlot, Layer};
use super::{context, grant_file, rules};

const HEAD: &str = "apiVersion: functions.kanister.io/v1alpha1\nkind: ";

fn function() -> FunctionIdentity {
    FunctionIdentity {
        name: "Dump".to_owned(),
        version: "1.2.0".parse().unwrap(),
        digest: ComponentDigest::new([7; 32]),
    }
}

fn manifest() -> FunctionManifest {
    let mut manifest = FunctionManifest::new(Plugin {
        name: "pg".to_owned(),
        version: "1.2.0".parse().unwrap(),
        description: String::new(),
    });
    manifest.requires = rules(
        "exec:\n- {namespaces: [\"*\"], pods: [\"*\"], containers: [\"*\"], argv: [[pg_dump, \
         \"**\"]]}\nsecrets:\n- {slot: key, use: [inject, reveal]}",
    );
    manifest
}

fn give(grants: &str) -> Result<Granted, GrantConflict> {
    granted(&function(), &manifest(), &grant_file(grants), &context())
}

fn authority(grants: &str) -> Authority {
    let manifest = Layer::manifest(&manifest(), &context());
    Authority::new(vec![manifest, give(grants).unwrap().layer], &context())
}

fn exec(namespace: &str, argv: &[&str]) -> Access {
    Access::Exec(ExecAccess {
        namespace: namespace.to_owned(),
        pod: "pg-0".to_owned(),
        container: None,
        argv: argv.iter().map(|text| (*text).to_owned()).collect(),
    })
}

fn secret(reveal: bool) -> Access {
    Access::Secret(SecretAccess {
        slot: "key".to_owned(),
        reveal,
    })
}

fn cluster_grant(spec: &str) -> String {
    format!("{HEAD}ClusterFunctionGrant\nmetadata: {{name: g}}\nspec: {spec}\n")
}

#[test]
fn nothing_granted_is_nothing_allowed() {
    let denial = authority("")
        .decide(&exec("shop", &["pg_dump"]))
        .unwrap_err();
    assert!(denial.reason().contains("no grant names the function Dump"));
}

#[test]
fn a_section_is_granted_as_the_manifest_has_it() {
    let authority = authority(&cluster_grant(
        "{functions: [{name: Dump}], allow: [exec, secrets]}",
    ));
    assert!(authority.decide(&exec("shop", &["pg_dump", "-Fc"])).is_ok());
    assert!(authority.decide(&exec("shop", &["sh"])).is_err());
    // T4: to see a secret's bytes always needs a rule that says so.
    assert!(authority.decide(&secret(false)).is_ok());
    assert!(authority.decide(&secret(true)).is_err());
}

/// T11: another component under the name that was granted.
#[test]
fn name_version_and_digest_have_to_fit() {
    let selects = |selector: &str| {
        let spec = format!("{{functions: [{selector}], allow: [exec]}}");
        authority(&cluster_grant(&spec))
            .decide(&exec("shop", &["pg_dump"]))
            .is_ok()
    };
    let digest = |byte: &str| format!("{{name: Dump, digest: \"sha256:{}\"}}", byte.repeat(32));
    assert!(selects("{name: Dump}"));
    assert!(selects("{name: Dump, version: ^1.1}"));
    assert!(selects(&digest("07")));
    assert!(!selects("{name: dump}"));
    assert!(!selects("{name: Dump, version: ^2}"));
    assert!(!selects(&digest("08")));
}

/// T12: a tenant's grant gives nothing of another tenant or of the cluster.
#[test]
fn a_namespaced_grant_reaches_only_its_namespace() {
    let in_namespace = |namespace: &str| {
        format!(
            "{HEAD}FunctionGrant\nmetadata: {{name: g, namespace: {namespace}}}\nspec:\n  \
             functions: [{{name: Dump}}]\n  allow: [exec]\n  rules:\n    kubernetes:\n    - \
             {{verbs: [get], groups: [\"\"], resources: [nodes], namespaces: [$cluster, other], \
             names: [\"*\"]}}\n"
        )
    };
    let own = authority(&in_namespace("shop"));
    assert!(own.decide(&exec("shop", &["pg_dump"])).is_ok());
    assert!(own.decide(&exec("other", &["pg_dump"])).is_err());
    let foreign = authority(&in_namespace("other"));
    assert!(foreign.decide(&exec("shop", &["pg_dump"])).is_err());
    assert!(foreign.decide(&exec("other", &["pg_dump"])).is_err());
    assert!(
        give(&in_namespace("shop"))
            .unwrap()
            .layer
            .rules()
            .kubernetes
            .is_empty()
    );
}

#[test]
fn grants_add_up() {
    let grants = [
        cluster_grant(
            "{functions: [{name: Dump}], rules: {exec: [{namespaces: [shop], pods: [\"*\"], \
             containers: [\"*\"], argv: [[pg_dump]]}]}, limits: {memory: 1Gi}}",
        ),
        cluster_grant(
            "{functions: [{name: Dump}], rules: {exec: [{namespaces: [other], pods: [\"*\"], \
             containers: [\"*\"], argv: [[pg_dump]]}]}, limits: {wall: 1h}}",
        ),
    ]
    .join("---\n");
    let authority = authority(&grants);
    assert!(authority.decide(&exec("shop", &["pg_dump"])).is_ok());
    assert!(authority.decide(&exec("other", &["pg_dump"])).is_ok());
    let limits = give(&grants).unwrap().limits;
    assert!(limits.memory.is_some() && limits.wall.is_some());
}

#[test]
fn slots_are_bound_in_the_grants_namespace() {
    let grant = |namespace: &str| {
        format!(
            "{HEAD}FunctionGrant\nmetadata: {{name: g, namespace: shop}}\nspec:\n  functions: \
             [{{name: Dump}}]\n  slots: {{primary: {{profile: {{name: s3{namespace}}}, prefix: \
             shop/}}}}\n"
        )
    };
    assert_eq!(
        give(&grant("")).unwrap().slots["primary"],
        BoundSlot::Profile {
            namespace: "shop".to_owned(),
            name: "s3".to_owned(),
            prefix: "shop/".parse().unwrap(),
        }
    );
    // T12: a tenant uses another tenant's Profile.
    assert!(matches!(
        give(&grant(", namespace: other")),
        Err(GrantConflict::Foreign { .. })
    ));
}

#[test]
fn a_slot_cannot_mean_two_things() {
    let bind = |name: &str| {
        cluster_grant(&format!(
            "{{functions: [{{name: Dump}}], slots: {{key: {{secret: {{name: {name}, namespace: \
             shop, key: k}}}}}}}}"
        ))
    };
    assert!(give(&[bind("a"), bind("a")].join("---\n")).is_ok());
    assert!(matches!(
        give(&[bind("a"), bind("b")].join("---\n")),
        Err(GrantConflict::Slot { .. })
    ));
    assert_eq!(Section::Exec.to_string(), "exec");
}
