//! Attacks on the host's time and memory.

use crate::world::{Try, attack, host};
use kanister_host::call::CallError;
use kanister_host::capability::cancel::Cancel;
use kanister_host::limits::LimitHit;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

fn hit(error: &CallError) -> &'static str {
    match error {
        CallError::Limit(hit) => hit.name(),
        other => panic!("no limit was hit: {other}"),
    }
}

#[tokio::test]
async fn each_limit_ends_the_call_and_is_named() {
    let cases = [
        (attack("loop"), "cpu", "CPU limit of 500 ms"),
        (attack("allocate"), "memory", "memory limit of 64 MiB"),
        (attack("handles"), "handles", "1024 open handles"),
        (attack("hold"), "held", "32 MiB"),
        (attack("recurse"), "stack", "512 KiB"),
        (attack("huge"), "output", "output limit of 1 MiB"),
        (
            attack("copy").granting_with("", "memory: 512Mi, cpu: 10s"),
            "copies",
            "16 MiB in one call",
        ),
        (
            attack("sleep").granting_with("", "wall: 300ms"),
            "wall",
            "time limit of 300 ms",
        ),
        (
            attack("pipe").granting_with("", "wall: 300ms"),
            "wall",
            "time limit of 300 ms",
        ),
        (
            attack("progress").granting_with("", "cpu: 100ms"),
            "cpu",
            "CPU limit of 100 ms",
        ),
    ];
    for (case, name, text) in cases {
        let error = case.error().await;
        assert_eq!(hit(&error), name, "{}", case.attack);
        assert!(error.to_string().contains(text), "{}: {error}", case.attack);
    }
}

#[tokio::test]
async fn a_gigabyte_of_log_is_cut_and_counted() {
    let case = attack("log").granting_with("", "memory: 64Mi, cpu: 60s, wall: 60s");
    let end = case.run().await;
    assert!(end.outcome.is_ok(), "{:?}", end.outcome);
    assert!(end.dropped_log_lines >= 1023);
    let lines = case.heard.lines.lock().unwrap();
    let bytes: usize = lines.iter().map(|line| line.message.len()).sum();
    assert!(bytes <= (1 << 20) + 200, "{bytes} bytes were kept");
    assert!(lines.last().unwrap().message.contains("lines dropped"));
}

#[tokio::test]
async fn a_broken_guest_says_so() {
    for case in [attack("trap"), attack("panic")] {
        let error = case.error().await;
        assert!(matches!(error, CallError::Trapped(_)), "{error}");
        if case.attack == "panic" {
            assert!(case.heard.text().contains("on purpose"));
        }
    }
}

#[tokio::test]
async fn what_is_too_much_is_refused_as_a_value() {
    assert_eq!(attack("checkpoint").output().await, json!({"saved": false}));
    assert_eq!(attack("random").output().await, json!({"bytes": 65536}));
}

#[tokio::test]
async fn a_deaf_guest_ends_with_its_grace() {
    let (canceller, cancel) = Cancel::new();
    let case = attack("sleep-on").services(|services| services.cancel = cancel);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        canceller.cancel(Duration::from_millis(100));
    });
    assert_eq!(hit(&case.error().await), "grace");
}

#[tokio::test]
async fn a_guest_that_listens_ends_well() {
    let (canceller, cancel) = Cancel::new();
    let case = attack("sleep").services(|services| services.cancel = cancel);
    canceller.cancel(Duration::from_secs(10));
    assert_eq!(case.output().await, json!({"cancelled": true}));
}

/// On one thread: whoever computes must not keep the others from going on.
#[tokio::test(flavor = "current_thread")]
async fn others_are_untouched() {
    let host = Arc::new(host().await);
    let start = |case: Try| {
        let host = Arc::clone(&host);
        tokio::spawn(async move { case.run_on(&host).await.outcome })
    };
    let endless = start(attack("loop").granting_with("", "cpu: 10m, wall: 10m"));
    let attacks = ["allocate", "trap", "recurse", "handles"].map(|name| start(attack(name)));
    for _ in 0..5 {
        let case = attack("sleep").with("value", "1");
        let outcome = case.run_on(&host).await.outcome.unwrap();
        assert_eq!(outcome.get("cancelled"), Some(&json!(false)));
    }
    for attack in attacks {
        assert!(attack.await.unwrap().is_err());
    }
    assert!(!endless.is_finished());
    endless.abort();
}

#[tokio::test]
async fn the_memory_of_the_host_stays_bounded() {
    let host = Arc::new(host().await);
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        line.split_whitespace()
            .next()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            / 1024
    };
    let before = resident();
    for _ in 0..20 {
        for name in ["allocate", "handles", "hold", "trap", "recurse", "huge"] {
            let ended = attack(name).run_on(&host).await.outcome;
            assert!(ended.is_err(), "{name}");
        }
    }
    let after = resident();
    assert!(
        after < before + 256,
        "120 attacks left {after} MiB resident, {before} MiB before"
    );
}

#[test]
fn every_limit_has_a_name() {
    assert_eq!(LimitHit::Held(1).name(), "held");
}
