//! Create, read, replace.

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::Target;

pub(super) async fn created_as_asked(at: &Target) -> anyhow::Result<()> {
    let body = json!({"metadata": {"name": "a", "labels": {"x": "y"}, "uid": "made-up", "generation": 7,
        "creationTimestamp": "2001-01-01T00:00:00Z", "selfLink": "/x"}, "data": {"k": "v"}});
    let made = at
        .post(&at.path("", "configmaps"), &body)
        .await?
        .expect(201, "")?;
    ensure!(made.text("/kind") == "ConfigMap" && made.text("/apiVersion") == "v1");
    ensure!(made.text("/metadata/namespace") == at.namespace);
    ensure!(
        made.text("/metadata/uid").len() == 36,
        "uid {}",
        made.at("/metadata/uid")
    );
    ensure!(made.text("/metadata/creationTimestamp") > "2020");
    ensure!(
        made.at("/metadata/generation") == &json!(7) && made.at("/metadata/selfLink").is_null()
    );
    let version: u64 = made.text("/metadata/resourceVersion").parse()?;
    ensure!(version > 0);
    let manager = made.at("/metadata/managedFields/0");
    ensure!(manager["manager"] == "conformance" && manager["operation"] == "Update");
    ensure!(
        manager["fieldsV1"]
            == json!({"f:data": {".": {}, "f:k": {}}, "f:metadata": {"f:labels": {".": {}, "f:x": {}}}}),
        "{manager}"
    );
    let read = at.get(&at.path("", "configmaps/a")).await?.ok()?;
    ensure!(read.body == made.body);
    at.post(&at.path("", "configmaps"), &body)
        .await?
        .expect(409, "AlreadyExists")?;
    let missing = at
        .get(&at.path("", "configmaps/b"))
        .await?
        .expect(404, "NotFound")?;
    ensure!(missing.at("/details") == &json!({"name": "b", "kind": "configmaps"}));
    ensure!(missing.text("/message") == "configmaps \"b\" not found");
    Ok(())
}

pub(super) async fn names_are_checked(at: &Target) -> anyhow::Result<()> {
    for (name, reason) in [
        ("A_b", "FieldValueInvalid"),
        ("", "FieldValueRequired"),
        ("-a", "FieldValueInvalid"),
        ("a..b", "FieldValueInvalid"),
    ] {
        let body = json!({"metadata": {"name": name}});
        let reply = at
            .post(&at.path("", "configmaps"), &body)
            .await?
            .expect(422, "Invalid")?;
        ensure!(
            reply.text("/details/causes/0/reason") == reason,
            "{name}: {}",
            reply.body
        );
        ensure!(reply.text("/details/causes/0/field") == "metadata.name");
    }
    let body = json!({"metadata": {"name": "a", "labels": {"bad key": "v"}}});
    at.post(&at.path("", "configmaps"), &body)
        .await?
        .expect(422, "Invalid")?;
    let body = json!({"metadata": {"name": "a", "labels": {"k": "bad value"}}});
    at.post(&at.path("", "configmaps"), &body)
        .await?
        .expect(422, "Invalid")?;
    let body = json!({"metadata": {"name": "a"}, "data": {"bad/key": "v"}});
    at.post(&at.path("", "configmaps"), &body)
        .await?
        .expect(422, "Invalid")?;
    Ok(())
}

pub(super) async fn generated_names(at: &Target) -> anyhow::Result<()> {
    let body = json!({"metadata": {"generateName": "run-"}});
    let one = at
        .post(&at.path("", "configmaps"), &body)
        .await?
        .expect(201, "")?;
    let two = at
        .post(&at.path("", "configmaps"), &body)
        .await?
        .expect(201, "")?;
    for made in [&one, &two] {
        let name = made.text("/metadata/name");
        ensure!(name.starts_with("run-") && name.len() == 9, "{name}");
        ensure!(made.text("/metadata/generateName") == "run-");
    }
    ensure!(one.at("/metadata/name") != two.at("/metadata/name"));
    Ok(())
}

pub(super) async fn updates_need_the_version(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "configmaps/a");
    let made = at.config_map("a", &json!({"k": "1"})).await?;
    let mut object = made.body.clone();
    object["data"]["k"] = "2".into();
    let second = at.put(&path, &object).await?.expect(200, "")?;
    ensure!(second.text("/metadata/resourceVersion") != made.text("/metadata/resourceVersion"));
    ensure!(second.at("/metadata/uid") == made.at("/metadata/uid"));
    let refused = at.put(&path, &object).await?.expect(409, "Conflict")?;
    ensure!(refused.text("/message").starts_with(
        "Operation cannot be fulfilled on configmaps \"a\": the object has been modified"
    ));
    let unconditional = json!({"metadata": {"name": "a"}, "data": {"k": "3"}});
    at.put(&path, &unconditional).await?.expect(200, "")?;
    let other = json!({"metadata": {"name": "a", "uid": "00000000-0000-0000-0000-000000000000"}, "data": {}});
    at.put(&path, &other).await?.expect(409, "Conflict")?;
    let renamed = json!({"metadata": {"name": "b"}, "data": {}});
    at.put(&path, &renamed).await?.expect(400, "BadRequest")?;
    at.put(
        &at.path("", "configmaps/zz"),
        &json!({"metadata": {"name": "zz"}}),
    )
    .await?
    .expect(404, "NotFound")?;
    let elsewhere = json!({"metadata": {"name": "a", "namespace": "default"}});
    at.put(&path, &elsewhere).await?.expect(400, "BadRequest")?;
    Ok(())
}

pub(super) async fn unknown_fields(at: &Target) -> anyhow::Result<()> {
    let body = json!({"metadata": {"name": "a", "odd": 1}, "dat": {"k": "v"}});
    let path = at.path("", "configmaps");
    let refused = at
        .post(&format!("{path}?fieldValidation=Strict"), &body)
        .await?
        .expect(400, "BadRequest")?;
    ensure!(
        refused.text("/message").contains("unknown field \"dat\""),
        "{}",
        refused.body
    );
    let made = at
        .post(&format!("{path}?fieldValidation=Warn"), &body)
        .await?
        .expect(201, "")?;
    ensure!(
        made.warnings
            .iter()
            .any(|text| text == "299 - \"unknown field \\\"dat\\\"\""),
        "{:?}",
        made.warnings
    );
    ensure!(made.at("/dat").is_null() && made.at("/metadata/odd").is_null());
    let body = json!({"metadata": {"name": "b"}, "dat": 1});
    let made = at
        .post(&format!("{path}?fieldValidation=Ignore"), &body)
        .await?
        .expect(201, "")?;
    ensure!(made.warnings.is_empty());
    Ok(())
}

pub(super) async fn wrong_types(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "configmaps");
    let body = json!({"metadata": {"name": "a"}, "data": {"k": 5}});
    let refused = at.post(&path, &body).await?.expect(400, "BadRequest")?;
    ensure!(
        refused
            .text("/message")
            .starts_with("ConfigMap in version \"v1\" cannot be handled as a ConfigMap")
    );
    let body = json!({"apiVersion": "apps/v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    at.post(&path, &body).await?.expect(400, "BadRequest")?;
    let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}});
    at.post(&path, &body).await?.expect(400, "BadRequest")?;
    at.post(&path, &json!([]))
        .await?
        .expect(400, "BadRequest")?;
    let reply = at
        .send(http::Method::POST, &path, "text/html", Some(&json!({})))
        .await?;
    reply.expect(415, "UnsupportedMediaType")?;
    let big = json!({"metadata": {"name": "a"}, "data": {"k": "x".repeat(4 << 20)}});
    ensure!(at.post(&path, &big).await?.code == 413);
    Ok(())
}

pub(super) async fn dry_run(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "configmaps");
    let body = json!({"metadata": {"name": "a"}, "data": {"k": "1"}});
    let made = at
        .post(&format!("{path}?dryRun=All"), &body)
        .await?
        .expect(201, "")?;
    ensure!(
        made.text("/metadata/uid").len() == 36 && made.at("/metadata/resourceVersion").is_null()
    );
    at.get(&at.path("", "configmaps/a"))
        .await?
        .expect(404, "NotFound")?;
    let made = at.config_map("a", &json!({"k": "1"})).await?;
    at.post(&format!("{path}?dryRun=All"), &body)
        .await?
        .expect(409, "AlreadyExists")?;
    let one = at.path("", "configmaps/a");
    let patched = at
        .patch(
            &format!("{one}?dryRun=All"),
            crate::target::MERGE,
            &json!({"data": {"k": "2"}}),
        )
        .await?
        .ok()?;
    ensure!(patched.text("/data/k") == "2");
    at.delete(&one, &json!({"dryRun": ["All"]})).await?.ok()?;
    ensure!(at.get(&one).await?.ok()?.body == made.body);
    at.post(&format!("{path}?dryRun=Some"), &body)
        .await
        .map(|reply| ensure_code(reply.code))??;
    Ok(())
}

fn ensure_code(code: u16) -> anyhow::Result<()> {
    ensure!(
        code == 400 || code == 422,
        "a dry run of another kind gave {code}"
    );
    Ok(())
}

pub(super) async fn namespaces_must_exist(at: &Target) -> anyhow::Result<()> {
    let missing = at
        .post(
            "/api/v1/namespaces/there-is-none/configmaps",
            &json!({"metadata": {"name": "a"}}),
        )
        .await?
        .expect(404, "NotFound")?;
    ensure!(missing.text("/message") == "namespaces \"there-is-none\" not found");
    let listed = at
        .get("/api/v1/namespaces/there-is-none/configmaps")
        .await?
        .ok()?;
    ensure!(listed.at("/items") == &json!([]));
    let own = at
        .get(&format!("/api/v1/namespaces/{}", at.namespace))
        .await?
        .ok()?;
    ensure!(
        own.text("/status/phase") == "Active"
            && own.at("/spec/finalizers") == &json!(["kubernetes"])
    );
    ensure!(own.text("/metadata/labels/kubernetes.io~1metadata.name") == at.namespace);
    let wrong = json!({"metadata": {"name": "a", "namespace": "default"}});
    at.post(&at.path("", "configmaps"), &wrong)
        .await?
        .expect(400, "BadRequest")?;
    Ok(())
}

pub(super) async fn generation_counts_spec(at: &Target) -> anyhow::Result<()> {
    let body = json!({"metadata": {"name": "d"}, "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "x:1"}]}}}});
    let made = at
        .post(&at.path("apps/v1", "deployments"), &body)
        .await?
        .expect(201, "")?;
    ensure!(made.at("/metadata/generation") == &json!(1));
    for (path, value) in [
        ("/spec/strategy/rollingUpdate/maxSurge", json!("25%")),
        ("/spec/revisionHistoryLimit", json!(10)),
        ("/spec/progressDeadlineSeconds", json!(600)),
        ("/spec/template/spec/restartPolicy", json!("Always")),
        (
            "/spec/template/spec/terminationGracePeriodSeconds",
            json!(30),
        ),
        (
            "/spec/template/spec/containers/0/imagePullPolicy",
            json!("IfNotPresent"),
        ),
        (
            "/spec/template/spec/containers/0/terminationMessagePath",
            json!("/dev/termination-log"),
        ),
    ] {
        ensure!(made.at(path) == &value, "{path} is {}", made.at(path));
    }
    let path = at.path("apps/v1", "deployments/d");
    let labelled = at
        .patch(
            &path,
            crate::target::MERGE,
            &json!({"metadata": {"labels": {"q": "r"}}}),
        )
        .await?
        .ok()?;
    ensure!(labelled.at("/metadata/generation") == &json!(1));
    let changed = at
        .patch(
            &path,
            crate::target::MERGE,
            &json!({"spec": {"minReadySeconds": 1}}),
        )
        .await?
        .ok()?;
    ensure!(changed.at("/metadata/generation") == &json!(2));
    let wrong = json!({"spec": {"selector": {"matchLabels": {"a": "c"}}}});
    at.patch(&path, crate::target::MERGE, &wrong)
        .await?
        .expect(422, "Invalid")?;
    Ok(())
}

pub(super) async fn no_change_no_version(at: &Target) -> anyhow::Result<()> {
    let made = at.config_map("a", &json!({"k": "1"})).await?;
    let path = at.path("", "configmaps/a");
    let same = at
        .patch(&path, crate::target::MERGE, &json!({"data": {"k": "1"}}))
        .await?
        .ok()?;
    ensure!(same.at("/metadata/resourceVersion") == made.at("/metadata/resourceVersion"));
    let same = at.put(&path, &made.body).await?.ok()?;
    ensure!(same.at("/metadata/resourceVersion") == made.at("/metadata/resourceVersion"));
    Ok(())
}

pub(super) async fn secrets_are_coded(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "secrets");
    let made = at
        .post(
            &path,
            &json!({"metadata": {"name": "s"}, "stringData": {"a": "b"}}),
        )
        .await?
        .expect(201, "")?;
    ensure!(made.at("/data") == &json!({"a": "Yg=="}) && made.at("/stringData").is_null());
    ensure!(made.text("/type") == "Opaque");
    let bad = json!({"metadata": {"name": "t"}, "data": {"a": "no base64!"}});
    at.post(&path, &bad).await?.expect(400, "BadRequest")?;
    let typed = json!({"type": "other/type"});
    at.patch(&at.path("", "secrets/s"), crate::target::MERGE, &typed)
        .await?
        .expect(422, "Invalid")?;
    Ok(())
}

pub(super) async fn defaults_of_a_pod(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "pods?dryRun=All");
    let body = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "x", "env": [{"name": "E", "value": ""}]}]}});
    let made = at.post(&path, &body).await?.expect(201, "")?;
    for (path, value) in [
        ("/spec/restartPolicy", json!("Always")),
        ("/spec/dnsPolicy", json!("ClusterFirst")),
        ("/spec/serviceAccountName", json!("default")),
        ("/spec/securityContext", json!({})),
        ("/spec/schedulerName", json!("default-scheduler")),
        ("/spec/enableServiceLinks", json!(true)),
        ("/spec/containers/0/imagePullPolicy", json!("Always")),
        ("/spec/containers/0/env", json!([{"name": "E"}])),
        ("/spec/containers/0/resources", json!({})),
        ("/status/phase", json!("Pending")),
        ("/status/qosClass", json!("BestEffort")),
        ("/metadata/generation", json!(1)),
    ] {
        ensure!(made.at(path) == &value, "{path} is {}", made.at(path));
    }
    let resources = json!({"limits": {"memory": "2Mi", "cpu": "1"}, "requests": {"memory": "1Mi"}});
    let body = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "x", "resources": resources}]}});
    let made = at.post(&path, &body).await?.expect(201, "")?;
    let requests = made.at("/spec/containers/0/resources/requests");
    ensure!(
        requests == &json!({"memory": "1Mi", "cpu": "1"}),
        "what is limited is requested: {requests}"
    );
    let body = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "C_", "image": ""}], "restartPolicy": "foo"}});
    let refused = at.post(&path, &body).await?.expect(422, "Invalid")?;
    let fields: Vec<&str> = refused
        .at("/details/causes")
        .as_array()
        .context("causes")?
        .iter()
        .filter_map(|cause| cause["field"].as_str())
        .collect();
    ensure!(
        fields
            == [
                "spec.containers[0].name",
                "spec.containers[0].image",
                "spec.restartPolicy"
            ],
        "{fields:?}"
    );
    Ok(())
}

pub(super) async fn immutable(at: &Target) -> anyhow::Result<()> {
    let body = json!({"metadata": {"name": "a"}, "data": {"k": "1"}, "immutable": true});
    at.post(&at.path("", "configmaps"), &body)
        .await?
        .expect(201, "")?;
    let path = at.path("", "configmaps/a");
    at.patch(&path, crate::target::MERGE, &json!({"data": {"k": "2"}}))
        .await?
        .expect(422, "Invalid")?;
    at.patch(
        &path,
        crate::target::MERGE,
        &json!({"metadata": {"labels": {"a": "b"}}}),
    )
    .await?
    .ok()?;
    Ok(())
}

pub(super) async fn events_have_two_views(at: &Target) -> anyhow::Result<()> {
    let body = json!({"metadata": {"name": "e"}, "eventTime": "2026-01-01T08:00:00.000000Z", "reportingController": "c",
        "reportingInstance": "i", "action": "Act", "reason": "Why Not", "type": "Normal", "note": "hello",
        "regarding": {"kind": "Pod", "name": "x", "namespace": at.namespace}});
    at.post(&at.path("events.k8s.io/v1", "events"), &body)
        .await?
        .expect(201, "")?;
    let core = at.get(&at.path("", "events/e")).await?.ok()?;
    ensure!(
        core.text("/message") == "hello"
            && core.text("/involvedObject/name") == "x"
            && core.text("/reportingComponent") == "c"
    );
    let found = at
        .get(&at.path(
            "",
            "events?fieldSelector=involvedObject.name%3Dx,reason%3DWhy%20Not",
        ))
        .await?
        .ok()?;
    ensure!(
        found.at("/items").as_array().map(Vec::len) == Some(1),
        "{}",
        found.body
    );
    let body = json!({"metadata": {"name": "f"}, "reason": "R", "message": "m", "type": "Warning", "source": {"component": "s"},
        "involvedObject": {"kind": "Pod", "name": "y", "namespace": at.namespace}});
    at.post(&at.path("", "events"), &body)
        .await?
        .expect(201, "")?;
    let new = at
        .get(&at.path("events.k8s.io/v1", "events/f"))
        .await?
        .ok()?;
    ensure!(
        new.text("/note") == "m"
            && new.text("/regarding/name") == "y"
            && new.text("/deprecatedSource/component") == "s"
    );
    Ok(())
}
