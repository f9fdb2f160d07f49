//! `kanister run` with a function that needs nothing: how it begins, ends, stops and goes on.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod support;

use support::Place;

const SET: &str = r#"
apiVersion: cr.kanister.io/v1alpha1
kind: ActionSet
metadata: {name: first, namespace: kanister}
spec:
  actions:
  - name: backup
    blueprint: greetings
    object: {kind: Namespace, name: default, namespace: default}
    options: {who: you}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("actionset.yaml", SET);
    place
}

const RUN: [&str; 3] = ["run", "blueprint.yaml", "actionset.yaml"];
const BREAK: [&str; 5] = [RUN[0], RUN[1], RUN[2], "--break", "second"];

#[test]
fn a_run_shows_its_phases_and_leaves_its_record() {
    let place = place();
    let text = place.succeeds(&RUN);
    for part in [
        "first",
        "second",
        "last",
        "complete",
        "artifact letter: text",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let record = place.record("first");
    assert_eq!(record["status"]["state"], "complete");
    let phases = &record["status"]["actions"][0]["phases"];
    assert_eq!(phases[0]["output"]["greeting"], "hello, you");
    assert_eq!(phases[1]["output"]["greeting"], "hello, hello, you");
    let letter = &record["status"]["actions"][0]["artifacts"]["letter"];
    assert_eq!(letter["keyValue"]["text"], "hello, hello, you");
    assert_eq!(
        record["status"]["actions"][0]["deferPhase"]["state"],
        "complete"
    );
    assert!(record["status"]["run"]["finishedAt"].is_string());
    // Nothing holds it any more.
    assert!(record["metadata"].get("finalizers").is_none());
}

#[test]
fn the_same_again_is_told_and_another_one_of_that_name_is_refused() {
    let place = place();
    place.succeeds(&RUN);
    let before = place.record("first");
    let again = place.succeeds(&RUN);
    assert!(again.contains("nothing is run again"), "{again}");
    assert_eq!(place.record("first"), before);
    place.write("actionset.yaml", &SET.replace("who: you", "who: me"));
    let refused = place.ends(&RUN, 2);
    assert!(refused.contains("--name"), "{refused}");
    place.succeeds(&["run", "blueprint.yaml", "actionset.yaml", "--name", "other"]);
}

#[test]
fn options_make_an_action_set_and_a_restore_follows_its_backup() {
    let place = place();
    place.succeeds(&[
        "run",
        "blueprint.yaml",
        "--action",
        "backup",
        "--object",
        "namespace/default",
        "--option",
        "who=you",
        "--name",
        "b1",
    ]);
    // With the Blueprint of the run that it follows.
    let json = place.output(&[
        "run", "--from", "b1", "--action", "restore", "--name", "r1", "-o", "json",
    ]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["state"], "complete");
    let output = &json["actions"][0]["phases"][0]["output"]["greeting"];
    assert_eq!(output, "hello, hello, hello, you");
    let missing = place.ends(&["run", "--from", "none", "--action", "restore"], 2);
    assert!(missing.contains("b1"), "{missing}");
}

#[test]
fn it_stands_still_before_a_phase_until_enter_is_pressed() {
    let place = place();
    let mut run = place.start(&BREAK);
    run.wait_for("before backup.second");
    let record = place.record("first");
    let phases = &record["status"]["actions"][0]["phases"];
    assert_eq!(phases[0]["state"], "complete");
    assert_eq!(phases[1]["state"], "pending");
    run.press_enter();
    let (code, text) = run.end();
    assert_eq!(code, Some(0), "{text}");
    let none = place.ends(
        &[
            "run",
            "blueprint.yaml",
            "actionset.yaml",
            "--name",
            "x",
            "--break",
            "third",
        ],
        1,
    );
    assert!(none.contains("first, second, last"), "{none}");
}

#[test]
fn ctrl_c_cancels_and_the_defer_phase_runs() {
    let place = place();
    let mut run = place.start(&BREAK);
    run.wait_for("before backup.second");
    run.signal("INT");
    let (code, text) = run.end();
    assert_eq!(code, Some(130), "{text}");
    let status = &place.record("first")["status"];
    assert_eq!(status["state"], "failed");
    assert!(status["run"]["cancelledAt"].is_string());
    assert_eq!(status["actions"][0]["deferPhase"]["state"], "complete");
    assert!(status["actions"][0].get("artifacts").is_none());
    // What was cancelled is over.
    assert!(place.ends(&RUN, 130).contains("nothing is run again"));
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let place = place();
    let mut run = place.start(&BREAK);
    run.wait_for("before backup.second");
    run.signal("KILL");
    let (_, _) = run.end();
    let before = place.record("first");
    assert_eq!(before["status"]["state"], "running");
    let text = place.succeeds(&["run", "--resume"]);
    assert!(text.contains("resume first"), "{text}");
    let after = place.record("first");
    assert_eq!(after["status"]["state"], "complete");
    assert_eq!(after["status"]["run"]["attempt"], 2);
    let at = |record: &serde_json::Value, field: &str| {
        record["status"]["run"]["actions"][0][field].clone()
    };
    assert_eq!(at(&before, "time"), at(&after, "time"));
    let first = |record: &serde_json::Value| at(record, "phases")[0].clone();
    assert_eq!(
        first(&before),
        first(&after),
        "a complete phase is not run again"
    );
    assert!(place.ends(&["run", "--resume"], 2).contains("has ended"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let place = place();
    let wrong = |blueprint: &str, set: &str, code: i32, parts: &[&str]| {
        place.write("wrong.yaml", blueprint);
        place.write("set.yaml", set);
        let text = place.ends(&["run", "wrong.yaml", "set.yaml", "--name", "w"], code);
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(
            !place
                .path()
                .join(".kanister/runs/w/actionset.json")
                .exists()
        );
    };
    let greetings = support::GREETINGS;
    wrong("a: [", SET, 2, &["wrong.yaml", "line"]);
    wrong(
        &greetings.replacen("func: Hello", "func: Helo", 1),
        SET,
        1,
        &["Helo", "wrong.yaml:", "phases[0]"],
    );
    wrong(
        &greetings.replacen("args: {name:", "args: {nam:", 1),
        SET,
        1,
        &["name", "wrong.yaml:", "phases[0]"],
    );
    wrong(
        greetings,
        &SET.replace("name: backup", "name: bakcup"),
        1,
        &["bakcup", "backup"],
    );
    wrong(
        greetings,
        &SET.replace("actions:", "actions: 5\n  x:"),
        2,
        &["set.yaml", "spec.actions"],
    );
    wrong(
        &greetings.replace("name: first", "name: first\n      args: null"),
        SET,
        2,
        &["wrong.yaml"],
    );
}

#[test]
fn unchecked_faults_are_told_by_action_and_phase() {
    let place = place();
    let fails = |blueprint: &str, set: &str, name: &str, parts: &[&str]| {
        place.write("wrong.yaml", blueprint);
        place.write("set.yaml", set);
        let args = [
            "run",
            "wrong.yaml",
            "set.yaml",
            "--no-check",
            "--name",
            name,
        ];
        let text = place.ends(&args, 1);
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
        let record = place.record(name);
        assert_eq!(record["status"]["state"], "failed", "{text}");
    };
    let greetings = support::GREETINGS;
    fails(
        &greetings.replacen("func: Hello", "func: Helo", 1),
        SET,
        "function",
        &["action backup", "phase first", "Helo"],
    );
    fails(
        &greetings.replacen("args: {name:", "args: {nam:", 1),
        SET,
        "argument",
        &["action backup", "phase first", "name"],
    );
    fails(
        greetings,
        &SET.replace("who: you", "what: you"),
        "template",
        &["action backup", "phase first", "argument name", "who"],
    );
    fails(
        greetings,
        &SET.replace(
            "options:",
            "profile: {name: nowhere, namespace: kanister}\n    options:",
        ),
        "profile",
        &["action backup", "nowhere", "not found"],
    );
}

#[test]
fn every_argument_is_rendered_and_secrets_are_masked() {
    let place = place();
    place.write(
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {word: canary-7}\n",
    );
    let blueprint = support::GREETINGS.replacen(
        "{{ .Options.who }}",
        "{{ .Options.who }} {{ index .Secrets.s.Data \\\"word\\\" | toString }}",
        1,
    );
    place.write("blueprint.yaml", &blueprint);
    let text = place.succeeds(&[
        "render",
        "blueprint.yaml",
        "secret.yaml",
        "--action",
        "backup",
        "--object",
        "namespace/default",
        "--option",
        "who=you",
        "--secret",
        "s=s",
    ]);
    for part in [
        "phase first",
        "you ******",
        "<first.greeting>",
        "<second.greeting>",
        "defer",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("canary"), "{text}");
}
