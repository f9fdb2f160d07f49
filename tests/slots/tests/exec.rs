//! What a command prints becomes an object, whole or not at all.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use kanister_devcluster::{SUPERVISE, supervise};
use serde_json::json;
use slot_tests::{MEMORY, Machine, POD, TIGHT, World, files, location, output};
use store_tests::server::{folder, s3s_fs};

/// Bytes that the command prints.
const SIZE: u64 = 40 << 20;

/// This program also is the cluster's supervisor of containers, so it has no harness of its own.
fn main() -> std::process::ExitCode {
    if std::env::args().nth(1).as_deref() == Some(SUPERVISE) {
        return supervise();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let machine = Machine::start(std::env::current_exe().unwrap())
            .await
            .unwrap();
        let mut world = World::new(TIGHT).await.unwrap();
        world.cluster = Some(machine.host());
        a_dump_is_stored_without_entering_the_function(&world).await;
        a_command_that_fails_stores_nothing(&world).await;
        machine.stop().await;
    });
    println!("2 passed, 0 failed, 0 skipped");
    std::process::ExitCode::SUCCESS
}

async fn a_dump_is_stored_without_entering_the_function(world: &World) {
    let server = s3s_fs().await.unwrap();
    let profile = server.settings.profile().unwrap();
    let dump = format!("head -c {SIZE} /dev/zero");
    let args = json!({
        "operation": "exec", "key": "dump", "pod": POD, "command": ["sh", "-c", dump],
    });
    let end = world.run(Some(&profile), &profile, args).await.unwrap();
    assert!(end.memory <= MEMORY, "{} bytes of memory", end.memory);
    assert_eq!(output(end).unwrap()["size"], SIZE);
    let meta = location(&profile).unwrap().head("dump").await.unwrap();
    assert_eq!(meta.size, SIZE);
}

async fn a_command_that_fails_stores_nothing(world: &World) {
    let store = folder().unwrap();
    let profile = store.settings.profile().unwrap();
    let dump = format!("head -c {SIZE} /dev/zero; exit 3");
    let args = json!({
        "operation": "exec", "key": "dump", "pod": POD, "command": ["sh", "-c", dump],
    });
    let end = world.run(Some(&profile), &profile, args).await.unwrap();
    let text = end.outcome.unwrap_err().to_string();
    assert!(text.contains('3'), "{text}");
    assert_eq!(files(&store.settings.bucket).unwrap(), 0);
}
