//! Bytes pass between stores without entering the function, and a store never shows half of them.

use kanister_host::call::CallError;
use serde_json::json;
use slot_tests::{MEMORY, TIGHT, World, files, get, keys, location, output, put};
use store_tests::fault::{Fault, Proxy};
use store_tests::pattern;
use store_tests::server::{folder, google, s3s_fs};

/// Thirty times what the function has as memory, and several parts of an upload.
const SIZE: usize = 60 << 20;

#[tokio::test]
async fn more_bytes_pass_than_the_function_has_memory() {
    let (from, to) = (folder().unwrap(), s3s_fs().await.unwrap());
    let from = from.settings.profile().unwrap();
    let to = to.settings.profile().unwrap();
    let bytes = pattern(SIZE);
    let source = location(&from).unwrap();
    put(&source, "from/a/object", bytes.clone()).await.unwrap();
    let world = World::new(TIGHT).await.unwrap();
    let args = json!({"operation": "copy", "key": "a/object"});
    let end = world.run(Some(&to), &from, args).await.unwrap();
    assert!(end.memory <= MEMORY, "{} bytes of memory", end.memory);
    assert_eq!(output(end).unwrap()["size"], SIZE);
    let arrived = get(&location(&to).unwrap(), "a/object").await.unwrap();
    assert!(arrived == bytes, "{} bytes arrived", arrived.len());
}

#[tokio::test]
async fn an_upload_that_is_dropped_leaves_nothing() {
    let (from, store) = (folder().unwrap(), folder().unwrap());
    let from = from.settings.profile().unwrap();
    let to = store.settings.profile().unwrap();
    let source = location(&from).unwrap();
    put(&source, "from/object", pattern(SIZE)).await.unwrap();
    let world = World::new(TIGHT).await.unwrap();
    let args = json!({"operation": "abandon", "key": "object"});
    output(world.run(Some(&to), &from, args).await.unwrap()).unwrap();
    // Not even a temporary file.
    assert_eq!(files(&store.settings.bucket).unwrap(), 0);
}

#[tokio::test]
async fn damaged_bytes_are_never_stored() {
    let (from, store) = (google().await.unwrap(), folder().unwrap());
    let honest = location(&from.settings.profile().unwrap()).unwrap();
    put(&honest, "from/object", pattern(1 << 20)).await.unwrap();
    let proxy = Proxy::start(from.address.unwrap(), Fault::Flip(500_000)).await;
    let proxy = proxy.unwrap();
    let from = from.through(proxy.address).profile().unwrap();
    let to = store.settings.profile().unwrap();
    let world = World::new(TIGHT).await.unwrap();
    let args = json!({"operation": "copy", "key": "object"});
    let end = world.run(Some(&to), &from, args).await.unwrap();
    assert_eq!(proxy.broken(), 1, "nothing was changed");
    let Err(CallError::Permanent(cause)) = end.outcome else {
        panic!("{:?}", end.outcome);
    };
    assert_eq!(cause.code, "checksum-mismatch");
    assert!(keys(&location(&to).unwrap()).await.unwrap().is_empty());
    assert_eq!(files(&store.settings.bucket).unwrap(), 0);
}
