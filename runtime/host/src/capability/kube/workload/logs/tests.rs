use super::*;
use crate::capability::cancel::Cancel;
use crate::capability::io::Source;
use crate::capability::kube::mock::{Asked, End, Reply, Server};
use crate::capability::kube::scope::Told;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn pod_is(version: &str, state: Value) -> Value {
    json!({
        "metadata": {"name": "job-1", "uid": "u-1", "resourceVersion": version},
        "status": {"phase": "Running", "containerStatuses": [{
            "name": "c", "ready": false, "restartCount": 0, "image": "", "imageID": "",
            "state": state,
        }]},
    })
}

fn running() -> Value {
    pod_is("1", json!({"running": {}}))
}

fn ended() -> Value {
    pod_is("2", json!({"terminated": {"exitCode": 0}}))
}

fn source(server: &Server, mode: Mode) -> Source {
    let own = OwnPod {
        namespace: "shop".to_owned(),
        name: "job-1".to_owned(),
        uid: "u-1".to_owned(),
    };
    let scope = Scope::begin(&Cancel::never(), &Told::default()).unwrap();
    Source::new(LogSource::new(server.client(), own, "c".to_owned(), mode, scope).unwrap())
}

async fn read(mut source: Source) -> (String, Result<(), IoError>) {
    let mut all = Vec::new();
    loop {
        match source.read(1 << 20).await {
            Ok(Some(data)) => all.extend_from_slice(&data),
            Ok(None) => return (String::from_utf8(all).unwrap(), Ok(())),
            Err(error) => return (String::from_utf8(all).unwrap(), Err(error)),
        }
    }
}

fn is_follow(asked: &Asked) -> bool {
    asked.is("GET", "/log?") && asked.url.contains("follow=true")
}

fn is_tail(asked: &Asked) -> bool {
    asked.is("GET", "/log?") && asked.url.contains("tailLines=1")
}

/// A server whose container has ended once its followed log has.
fn server(followed: Reply, tail: &'static str, again: &'static [&'static str]) -> Server {
    let followed = std::sync::Mutex::new(Some(followed));
    let listed = AtomicUsize::new(0);
    Server::new(move |asked, _| {
        if is_follow(asked) {
            followed.lock().unwrap().take().unwrap()
        } else if is_tail(asked) {
            Reply::text(&[tail], End::Clean)
        } else if asked.is("GET", "/log?") {
            Reply::text(again, End::Clean)
        } else if asked.watches() {
            Reply::events(&[("MODIFIED", ended())], End::Never)
        } else if listed.fetch_add(1, Ordering::Relaxed) == 0 {
            Reply::list("1", &[running()])
        } else {
            Reply::list("2", &[ended()])
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_log_that_ended_with_its_container_is_complete() {
    for mode in [Mode::Follow, Mode::Whole] {
        let server = server(Reply::text(&["one\ntw", "o\n"], End::Clean), "two\n", &[]);
        let (text, end) = read(source(&server, mode)).await;
        assert_eq!((text.as_str(), end), ("one\ntwo\n", Ok(())));
    }
    let empty = server(Reply::text(&[], End::Clean), "", &[]);
    assert_eq!(
        read(source(&empty, Mode::Whole)).await,
        (String::new(), Ok(()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_cut_log_is_truncated_for_display_and_read_again_where_it_counts() {
    let cut = || Reply::text(&["one\ntw"], End::Cut);
    // A stream that ends cleanly in the middle is as cut as one that breaks.
    let short = || Reply::text(&["one\ntw"], End::Clean);
    for followed in [cut, short] {
        let shown = server(followed(), "two\n", &[]);
        let (text, end) = read(source(&shown, Mode::Follow)).await;
        assert_eq!((text.as_str(), end), ("one\ntw", Err(IoError::Truncated)));

        let counts = server(followed(), "two\n", &["on", "e\ntwo", "\n"]);
        let (text, end) = read(source(&counts, Mode::Whole)).await;
        assert_eq!((text.as_str(), end), ("one\ntwo\n", Ok(())));
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_whose_beginning_is_gone_is_never_whole() {
    let cut = Reply::text(&["one\ntw"], End::Cut);
    let rotated = server(cut, "three\n", &["two\nthree\n"]);
    let (text, end) = read(source(&rotated, Mode::Whole)).await;
    assert_eq!((text.as_str(), end), ("one\ntw", Err(IoError::Truncated)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_while_the_container_runs_is_truncated() {
    let server = Server::new(|asked, _| {
        if is_follow(asked) {
            Reply::text(&["one\n"], End::Clean)
        } else if asked.watches() {
            Reply::events(&[], End::Never)
        } else {
            Reply::list("1", &[running()])
        }
    });
    let (text, end) = read(source(&server, Mode::Follow)).await;
    assert_eq!((text.as_str(), end), ("one\n", Err(IoError::Truncated)));
}

#[tokio::test(start_paused = true)]
async fn the_log_waits_for_its_container() {
    let open = Arc::new(AtomicUsize::new(0));
    let opened = Arc::clone(&open);
    let server = Server::new(move |asked, _| {
        if is_follow(asked) {
            opened.fetch_add(1, Ordering::Relaxed);
            Reply::text(&["x"], End::Never)
        } else if asked.watches() {
            Reply::events(&[("MODIFIED", running())], End::Never)
        } else {
            Reply::list(
                "0",
                &[pod_is(
                    "0",
                    json!({"waiting": {"reason": "ContainerCreating"}}),
                )],
            )
        }
    });
    let mut source = source(&server, Mode::Follow);
    assert_eq!(source.read(8).await, Ok(Some("x".into())));
    assert_eq!(open.load(Ordering::Relaxed), 1);

    let mut never = pod_is("3", json!({"waiting": {"reason": "ErrImagePull"}}));
    never["status"]["phase"] = json!("Failed");
    let server = Server::new(move |_, _| Reply::list("3", &[never.clone()]));
    let (_, end) = read(self::source(&server, Mode::Whole)).await;
    assert_eq!(end, Err(IoError::NotFound));
}

#[tokio::test(start_paused = true)]
async fn another_pod_of_that_name_is_not_the_one() {
    let mut other = ended();
    other["metadata"]["uid"] = json!("u-2");
    let server = Server::new(move |_, _| Reply::list("3", &[other.clone()]));
    let (_, end) = read(source(&server, Mode::Whole)).await;
    assert_eq!(end, Err(IoError::Truncated));
}
