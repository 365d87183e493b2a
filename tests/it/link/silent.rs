//! An engine that is there and says nothing: it is told, and not waited for.

use flightdeck::link::protocol::Call;
use flightdeck::link::{Client, LinkError};

use super::host::serve;

#[tokio::test(start_paused = true)]
async fn an_engine_that_does_not_greet_is_told_with_its_process() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("engine.sock");
    // It listens, so that the system takes connections for it, and never looks.
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let silent = Client::connect(&socket, "test").await.unwrap_err();
    let LinkError::Silent { pid } = silent else { panic!("{silent:?}") };
    let sentence = silent.to_string();
    assert!(sentence.contains("does not answer"), "{sentence}");
    if let Some(pid) = pid {
        assert!(sentence.contains(&format!("kill -CONT {pid}")), "{sentence}");
    }
}

#[tokio::test]
async fn an_engine_that_takes_long_is_waited_for_as_long_as_it_is_there() {
    let serving = serve().await;
    let (client, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    client.is_there().await.unwrap();
    serving.stop.cancel();
    serving.task.await.unwrap();
    assert!(matches!(client.is_there().await, Err(LinkError::Gone)));
    assert!(matches!(client.call(Call::Land).await, Err(LinkError::Gone)));
}
