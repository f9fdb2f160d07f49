//! The conformance suite on the embedded cluster.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use kanister_conformance::{Confinement, run_all, start};

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_cluster_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_devcluster-alone");
    let cluster = start(folder.path(), program, Confinement::Best)
        .await
        .unwrap();
    let filter = std::env::var("CASES").unwrap_or_default();
    let failed = run_all(&cluster.client(), &filter, 8).await;
    cluster.shutdown().await;
    assert!(failed.is_empty(), "failed: {failed:?}");
}
