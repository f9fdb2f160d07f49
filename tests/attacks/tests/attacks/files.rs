//! Files that are no plugin.

use crate::world::{attack, host, hostile};
use kanister_host::host::{Host, HostOptions};

#[tokio::test]
async fn what_is_no_component_is_refused_with_its_reason() {
    let host = Host::start(&HostOptions::default()).unwrap();
    let core = *b"\0asm\x01\0\0\0";
    let empty = *b"\0asm\x0d\0\x01\0";
    for (bytes, reason) in [
        (&b""[..], "WebAssembly"),
        (&b"#!/bin/sh\n"[..], "WebAssembly"),
        (&core[..], "module"),
        (&empty[..], "export"),
    ] {
        let error = host.load("file", bytes.into()).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn a_truncated_or_damaged_file_is_refused_and_harms_nothing() {
    let host = host().await;
    let whole = hostile().await;
    for cut in (0..whole.len()).step_by(whole.len() / 50) {
        assert!(
            host.load("cut", whole[..cut].into()).await.is_err(),
            "cut at {cut}"
        );
    }
    let mut refused = 0;
    for place in (0..whole.len()).step_by(whole.len() / 40) {
        let mut damaged = whole.to_vec();
        damaged[place] ^= 0xff;
        // A flipped byte in a text or a constant leaves a component; it must only not harm.
        refused += usize::from(host.load("damaged", damaged.into()).await.is_err());
    }
    assert!(refused > 5, "only {refused} damaged files were refused");
    let after = attack("random").run_on(&host).await.outcome;
    assert!(after.is_ok(), "{after:?}");
}
