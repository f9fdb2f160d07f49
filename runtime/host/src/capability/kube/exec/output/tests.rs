use super::*;
use crate::limits::Meter;
use std::sync::Arc;

fn output() -> (Arc<Output>, Holdings) {
    let holdings = Holdings::new(1 << 20, Meter::default());
    (Arc::new(Output::new(holdings.clone())), holdings)
}

#[tokio::test]
async fn pieces_come_in_order_and_the_end_after_them() {
    let (output, holdings) = output();
    output.put(Origin::Stdout, "a".into()).await.unwrap();
    output.put(Origin::Stderr, "b".into()).await.unwrap();
    output.end(Ok(3));
    output.end(Err(KubeError::Truncated));
    assert_eq!(holdings.used(), 2);
    let next = || output.next();
    assert_eq!(next().await, Ok(Some((Origin::Stdout, "a".into()))));
    assert_eq!(next().await, Ok(Some((Origin::Stderr, "b".into()))));
    assert_eq!(next().await, Ok(None));
    assert_eq!(output.ended().await, Ok(3));
    assert_eq!(holdings.used(), 0);
}

#[tokio::test]
async fn a_full_output_waits_and_a_reader_who_leaves_sets_it_free() {
    let (output, holdings) = output();
    let full = Arc::clone(&output);
    let filling = tokio::spawn(async move {
        for _ in 0..100 {
            let piece = Bytes::from(vec![b'x'; 64 << 10]);
            full.put(Origin::Stdout, piece).await?;
        }
        Ok::<_, KubeError>(())
    });
    while holdings.used() < MOST as u64 {
        tokio::task::yield_now().await;
    }
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(holdings.used(), MOST as u64);
    assert!(!filling.is_finished());
    output.set_reader(Reader::Nobody);
    filling.await.unwrap().unwrap();
    assert_eq!(holdings.used(), 0);
}

#[tokio::test]
async fn standard_error_never_stands_in_the_way_of_standard_output() {
    let (output, _) = output();
    output.set_reader(Reader::Stdout);
    for _ in 0..100 {
        let piece = Bytes::from(vec![b'e'; 64 << 10]);
        output.put(Origin::Stderr, piece).await.unwrap();
    }
    output.put(Origin::Stdout, "o".into()).await.unwrap();
    assert_eq!(output.next().await, Ok(Some((Origin::Stdout, "o".into()))));
    assert_eq!(output.stderr_tail().len(), super::super::tail::LONGEST);
}
