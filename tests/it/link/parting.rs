//! Engines and clients go away in any order, and sockets come and go with them.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use flightdeck::domain::diff::DiffScope;
use flightdeck::link::protocol::{Call, LiveOutput, Notice, Reply};
use flightdeck::link::{Client, LinkError, Server};

use super::host::{Engine, serve, serve_at};

const ATTACH: Call = Call::Attach { output: LiveOutput::Wanted };

#[tokio::test]
async fn an_engine_that_stops_says_what_waited_and_then_nothing() {
    let serving = serve().await;
    let (client, mut notices) = Client::connect(&serving.socket, "test").await.unwrap();
    client.call(ATTACH).await.unwrap();
    for _ in 0..200 {
        serving.engine.happen();
    }
    let open = tokio::spawn({
        let client = client.clone();
        async move { client.call(Call::Diff { scope: DiffScope::Mission }).await }
    });
    serving.stop.cancel();
    serving.task.await.unwrap();
    for seq in 1..=200 {
        assert!(matches!(notices.next().await, Some(Notice::Event(event)) if event.seq == seq));
    }
    assert_eq!(notices.next().await, None);
    assert_eq!(notices.next().await, None);
    assert!(matches!(open.await.unwrap(), Err(LinkError::Gone)));
    assert!(matches!(client.call(Call::Land).await, Err(LinkError::Gone)));
    assert!(!serving.socket.exists());
}

#[tokio::test]
async fn a_client_that_leaves_is_forgotten_and_others_stay() {
    let serving = serve().await;
    let (staying, mut notices) = Client::connect(&serving.socket, "staying").await.unwrap();
    staying.call(ATTACH).await.unwrap();
    let (leaving, leaving_notices) = Client::connect(&serving.socket, "leaving").await.unwrap();
    leaving.call(ATTACH).await.unwrap();
    assert_eq!(serving.engine.feed.clients(), 2);
    drop(leaving);
    serving.engine.happen();
    assert_eq!(serving.engine.feed.clients(), 2, "its notices keep the connection");
    drop(leaving_notices);
    serving.engine.listeners(1).await;
    serving.engine.happen();
    for seq in 1..=2 {
        assert!(matches!(notices.next().await, Some(Notice::Event(event)) if event.seq == seq));
    }
}

#[tokio::test]
async fn a_client_finds_the_next_engine_at_the_same_place() {
    let serving = serve().await;
    let (first, mut notices) = Client::connect(&serving.socket, "test").await.unwrap();
    first.call(ATTACH).await.unwrap();
    serving.stop.cancel();
    assert_eq!(notices.next().await, None);
    serving.task.await.unwrap();
    let (task, stop) = serve_at(&serving.socket, &serving.engine).await;
    serving.engine.happen();
    let (second, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    let Reply::Attached { mission, .. } = second.call(ATTACH).await.unwrap() else { panic!() };
    assert_eq!(mission.seq, 1);
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn a_socket_is_for_its_owner_alone() {
    let serving = serve().await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&serving.socket), 0o600);
    assert_eq!(mode(serving.socket.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn a_socket_is_taken_over_from_the_dead_and_not_from_the_living() {
    let serving = serve().await;
    let refused = Server::bind(&serving.socket).await.unwrap_err();
    assert!(matches!(refused, LinkError::Taken { .. }), "{refused:?}");
    let (client, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    assert!(client.call(Call::Land).await.is_ok(), "looking does not disturb the engine");
    let stale = serving.dir.path().join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    let (task, stop) = serve_at(&stale, &serving.engine).await;
    assert!(Client::connect(&stale, "test").await.is_ok());
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn an_engine_that_ends_late_leaves_the_socket_of_its_successor() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("engine.sock");
    let engine = Engine::new();
    let (old, stop_old) = serve_at(&socket, &engine).await;
    std::fs::remove_file(&socket).unwrap();
    let (_new, _stop_new) = serve_at(&socket, &Arc::clone(&engine)).await;
    stop_old.cancel();
    old.await.unwrap();
    assert!(Client::connect(&socket, "test").await.is_ok());
}

#[tokio::test]
async fn a_socket_that_is_deleted_is_put_back_and_nobody_is_cut_off() {
    let serving = serve().await;
    let (early, _notices) = Client::connect(&serving.socket, "early").await.unwrap();
    std::fs::remove_file(&serving.socket).unwrap();
    let again = async {
        while Client::connect(&serving.socket, "late").await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), again).await.unwrap();
    assert!(matches!(early.call(ATTACH).await, Ok(Reply::Attached { .. })));
    serving.stop.cancel();
    serving.task.await.unwrap();
    assert!(!serving.socket.exists(), "it still goes with its server");
}
