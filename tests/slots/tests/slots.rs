//! What stands behind slots, and what is said where nothing does.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use kanister_host::call::CallError;
use serde_json::{Value, json};
use slot_tests::{TIGHT, World, get, keys, location, output, put};
use store_tests::server::{Server, folder, s3s_fs};

/// A folder as store and a world around it.
async fn world(grants: &str) -> (Server, World) {
    (folder().unwrap(), World::new(grants).await.unwrap())
}

async fn message(world: &World, server: &Server, args: Value) -> String {
    let profile = server.settings.profile().unwrap();
    let end = world.run(Some(&profile), &profile, args).await.unwrap();
    end.outcome.unwrap_err().to_string()
}

#[tokio::test]
async fn keys_lie_below_the_prefix_of_the_profile() {
    let (server, world) = world(TIGHT).await;
    let profile = server.settings.profile().unwrap();
    let run = async |args| output(world.run(Some(&profile), &profile, args).await.unwrap());
    let args = json!({"operation": "put", "key": "b", "under": "a", "text": "hello"});
    let put = run(args).await.unwrap();
    assert_eq!((&put["size"], &put["key"]), (&json!(5), &json!("b")));
    let file = format!("{}/base/dir/a/b", server.settings.bucket);
    assert_eq!(std::fs::read(file).unwrap(), b"hello");
    let got = run(json!({"operation": "get", "key": "a/b"}))
        .await
        .unwrap();
    assert_eq!(got["text"], "hello");
    let listed = run(json!({"operation": "list", "under": "a"}))
        .await
        .unwrap();
    assert_eq!(listed["keys"], json!(["b"]));
}

#[tokio::test]
async fn a_bound_slot_is_the_folder_that_the_grant_names() {
    let (server, world) = world(TIGHT).await;
    let profile = server.settings.profile().unwrap();
    let store = location(&profile).unwrap();
    put(&store, "from/x", "inside".into()).await.unwrap();
    put(&store, "y", "outside".into()).await.unwrap();
    let run = async |key| {
        let args = json!({"operation": "copy", "key": key, "under": "copies"});
        world.run(Some(&profile), &profile, args).await.unwrap()
    };
    output(run("x").await).unwrap();
    assert_eq!(get(&store, "copies/x").await.unwrap(), b"inside");
    let Err(CallError::Permanent(cause)) = run("y").await.outcome else {
        panic!("an object outside of the folder was read");
    };
    assert_eq!(cause.code, "not-found");
}

#[tokio::test]
async fn deletes_keep_to_whole_segments() {
    let (server, world) = world(TIGHT).await;
    let profile = server.settings.profile().unwrap();
    let store = location(&profile).unwrap();
    for key in ["app/1", "app/2/3", "app", "application", "zoo/app/4"] {
        // A folder cannot be a file too.
        if key != "app" {
            put(&store, key, "x".into()).await.unwrap();
        }
    }
    let run = async |args| output(world.run(Some(&profile), &profile, args).await.unwrap());
    for prefix in ["ap", "1"] {
        let none = run(json!({"operation": "delete-prefix", "key": prefix})).await;
        assert_eq!(none.unwrap()["deleted"], 0, "{prefix}");
    }
    let gone = run(json!({"operation": "delete-prefix", "key": "app/"})).await;
    assert_eq!(gone.unwrap()["deleted"], 2);
    let gone = run(json!({"operation": "delete-prefix", "under": "zoo"})).await;
    assert_eq!(gone.unwrap()["deleted"], 1, "the prefix itself was given");
    assert_eq!(keys(&store).await.unwrap(), ["application"]);
    run(json!({"operation": "delete", "key": "application"}))
        .await
        .unwrap();
    run(json!({"operation": "delete", "key": "application"}))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_whole_location_is_never_emptied() {
    let (server, world) = world(TIGHT).await;
    let profile = server.settings.profile().unwrap();
    put(&location(&profile).unwrap(), "x", "x".into())
        .await
        .unwrap();
    for prefix in ["", "/", "//", ".", "..", "a/..", "../dir"] {
        let args = json!({"operation": "delete-prefix", "key": prefix});
        message(&world, &server, args).await;
        assert_eq!(
            keys(&location(&profile).unwrap()).await.unwrap(),
            ["x"],
            "{prefix:?}"
        );
    }
}

#[tokio::test]
async fn an_action_without_profile_is_told_so() {
    let (server, world) = world(TIGHT).await;
    let other = server.settings.profile().unwrap();
    let args = json!({"operation": "list"});
    let end = world.run(None, &other, args).await.unwrap();
    let text = end.outcome.unwrap_err().to_string();
    assert!(text.contains("the action has no Profile"), "{text}");
}

#[tokio::test]
async fn a_slot_that_no_grant_binds_is_told_so() {
    let (server, world) = world(&TIGHT.replace("other:", "unused:")).await;
    let args = json!({"operation": "copy", "key": "x"});
    let text = message(&world, &server, args).await;
    assert!(text.contains("no grant binds the slot other"), "{text}");
}

#[tokio::test]
async fn a_grant_does_not_take_the_slot_of_the_action() {
    let (server, world) = world(&TIGHT.replace("other:", "profile:")).await;
    let text = message(&world, &server, json!({"operation": "list"})).await;
    assert!(text.contains("always the Profile of the action"), "{text}");
}

#[tokio::test]
async fn nothing_is_sent_for_what_is_not_allowed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut server = s3s_fs().await.unwrap();
    server.settings.endpoint = format!("http://{}", listener.local_addr().unwrap());
    let allowed = "  rules: {storage: [{slot: profile, access: [read], prefix: mine/}]}";
    let grants = TIGHT.replace("  allow: [storage, exec]", allowed);
    let world = World::new(&grants).await.unwrap();
    for args in [
        json!({"operation": "list"}),
        json!({"operation": "get", "key": "mined"}),
        json!({"operation": "put", "key": "mine/x"}),
        json!({"operation": "delete", "key": "mine/x"}),
        json!({"operation": "delete-prefix", "key": "mine"}),
    ] {
        let profile = server.settings.profile().unwrap();
        let end = world
            .run(Some(&profile), &profile, args.clone())
            .await
            .unwrap();
        assert!(
            matches!(end.outcome, Err(CallError::Denied(_))),
            "{args}: {:?}",
            end.outcome
        );
    }
    let asked = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
    assert!(asked.is_err(), "the store was asked");
}

#[tokio::test]
async fn what_a_person_must_mend_is_said() {
    let server = s3s_fs().await.unwrap();
    let world = World::new(TIGHT).await.unwrap();
    let good = &server.settings;
    let (mut bucket, mut secret, mut nobody) = (good.clone(), good.clone(), good.clone());
    bucket.bucket = "nonesuch".to_owned();
    secret.pair.1 = "canary-0f00".to_owned();
    nobody.endpoint = "http://127.0.0.1:1".to_owned();
    for (settings, said) in [
        (bucket, "bucket \"nonesuch\" at "),
        (secret, "does not accept the credentials"),
        (
            nobody,
            "cannot reach the store at http://127.0.0.1:1: connection refused",
        ),
    ] {
        for operation in ["list", "delete", "delete-prefix", "get", "put"] {
            let profile = settings.profile().unwrap();
            let args = json!({"operation": operation, "key": "x"});
            let end = world.run(Some(&profile), &profile, args).await.unwrap();
            let text = format!("{:?}", end.outcome.unwrap_err());
            assert!(!text.contains("canary"), "{text}");
            let text = text.replace("\\\"", "\"");
            assert!(text.contains(said), "{operation}: {text}");
        }
    }
}
