//! Calls of our own client, any number at a time.

use flightdeck::domain::attempt::Role;
use flightdeck::domain::command::Command;
use flightdeck::domain::diff::DiffScope;
use flightdeck::domain::id::AttemptId;
use flightdeck::domain::rejection::Reason;
use flightdeck::domain::text::Title;
use flightdeck::link::protocol::{Before, Call, PROTOCOL, Reply};
use flightdeck::link::{Client, LinkError, bridge};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::host::serve;
use super::raw::hello;

fn transcript(limit: u32) -> Call {
    Call::Transcript { attempt: AttemptId(1), before: Before::End, limit }
}

#[tokio::test]
async fn an_engine_of_another_protocol_is_named_with_both_versions() {
    let (ours, theirs) = tokio::io::duplex(4_096);
    let (reader, writer) = tokio::io::split(ours);
    let newer = tokio::spawn(async move {
        let (input, mut output) = tokio::io::split(theirs);
        let line = BufReader::new(input).lines().next_line().await.unwrap().unwrap();
        assert!(line.contains(r#""method":"hello""#), "{line}");
        let reply = r#"{"jsonrpc":"2.0","id":1,"result":{"reply":"hello","value":
            {"protocol":42,"version":"9.9.9","mission":"m","pid":1,"more":true}}}"#;
        output.write_all(format!("{}\n", reply.replace('\n', "")).as_bytes()).await.unwrap();
        output
    });
    let refused = Client::over(reader, writer, "test").await.unwrap_err();
    assert!(matches!(refused, LinkError::Version { ours: PROTOCOL, theirs: 42, .. }), "{refused:?}");
    let sentence = refused.to_string();
    assert!(sentence.contains("42") && sentence.contains("9.9.9") && sentence.contains("stop the engine"));
    drop(newer.await.unwrap());
}

#[tokio::test]
async fn nobody_at_the_socket_is_no_engine() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("engine.sock");
    let refused = Client::connect(&socket, "test").await.unwrap_err();
    assert!(matches!(refused, LinkError::NoEngine { .. }), "{refused:?}");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let refused = Client::connect(&socket, "test").await.unwrap_err();
    assert!(matches!(refused, LinkError::NoEngine { .. }), "a socket whose engine died: {refused:?}");
}

#[tokio::test]
async fn a_slow_call_holds_up_no_other() {
    let serving = serve().await;
    let (client, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.call(Call::Diff { scope: DiffScope::Mission }).await }
    });
    let calls = (1..=200).map(|limit| {
        let client = client.clone();
        tokio::spawn(async move { (limit, client.call(transcript(limit)).await.unwrap()) })
    });
    for call in calls.collect::<Vec<_>>() {
        let (limit, reply) = call.await.unwrap();
        assert!(matches!(reply, Reply::Transcript { older, .. } if older == u64::from(limit)));
    }
    assert!(!slow.is_finished());
    serving.engine.diffs.add_permits(1);
    assert!(matches!(slow.await.unwrap().unwrap(), Reply::Diff { .. }));
}

#[tokio::test]
async fn refusals_and_failures_come_back_as_what_they_are() {
    let serving = serve().await;
    let (client, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    let pause = Call::Command { command: Box::new(Command::Pause) };
    let refused = client.call(pause).await.unwrap_err();
    assert!(matches!(&refused, LinkError::Rejected(rejection) if rejection.reason == Reason::OutOfTurn));
    assert_eq!(refused.to_string(), "not now");
    let failed = client.call(Call::Events { after: 7, limit: 1 }).await.unwrap_err();
    assert_eq!(failed.to_string(), "no events after 7");
}

#[tokio::test]
async fn commands_of_a_client_are_carried_out_in_its_order() {
    let serving = serve().await;
    let (client, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    let choose = |n: u32| Command::ChooseModel { role: Role::Worker, model: Title::clipped(n.to_string()) };
    let asked: Vec<Command> = (0..40).map(choose).collect();
    let calls = asked.iter().map(|command| client.call(Call::Command { command: Box::new(command.clone()) }));
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(LinkError::Rejected(_)))));
    assert_eq!(*serving.engine.commands.lock().unwrap(), asked);
}

#[tokio::test]
async fn a_call_that_is_broken_off_leaves_the_connection_whole() {
    let serving = serve().await;
    let (client, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    for _ in 0..50 {
        let call = client.call(Call::Diff { scope: DiffScope::Mission });
        tokio::select! {
            biased;
            answered = call => panic!("{answered:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    serving.engine.diffs.add_permits(50);
    assert!(matches!(client.call(transcript(3)).await.unwrap(), Reply::Transcript { older: 3, .. }));
}

#[tokio::test]
async fn a_call_that_is_too_long_is_not_sent() {
    let serving = serve().await;
    let (client, _notices) = Client::connect(&serving.socket, "test").await.unwrap();
    let reference = flightdeck::domain::verdict::EvidenceRef("x".repeat(17 << 20));
    let refused = client.call(Call::Evidence { reference }).await.unwrap_err();
    assert!(refused.to_string().contains("16 MiB"), "{refused}");
    assert!(client.call(Call::Land).await.is_ok());
}

#[tokio::test]
async fn the_bridge_carries_a_whole_conversation() {
    let serving = serve().await;
    let (ours, theirs) = tokio::io::duplex(1_024);
    let (input, output) = tokio::io::split(theirs);
    let socket = serving.socket.clone();
    let bridging = tokio::spawn(async move { bridge(input, output, &socket).await });
    let (reader, writer) = tokio::io::split(ours);
    let (client, mut notices) = Client::over(reader, writer, "ssh").await.unwrap();
    assert!(client.call(Call::Land).await.is_ok());
    serving.stop.cancel();
    assert_eq!(notices.next().await, None);
    bridging.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_bridge_answers_what_was_asked_before_its_input_ended() {
    let serving = serve().await;
    let asked = format!("{}\n{}\n", hello(PROTOCOL), r#"{"id":1,"method":"land"}"#);
    let (mut ours, theirs) = tokio::io::duplex(1 << 16);
    bridge(asked.as_bytes(), theirs, &serving.socket).await.unwrap();
    let mut answers = String::new();
    ours.read_to_string(&mut answers).await.unwrap();
    assert_eq!(answers.lines().count(), 2, "{answers}");
    assert!(answers.contains(r#""reply":"landed""#), "{answers}");
    let nobody = serving.dir.path().join("nobody.sock");
    let refused = bridge(&b""[..], tokio::io::sink(), &nobody).await.unwrap_err();
    assert!(matches!(refused, LinkError::NoEngine { .. }));
}
