//! Attaching: the state, then everything after it, without a gap and without waiting for anybody.

use std::sync::Arc;

use flightdeck::domain::id::{AttemptId, Timestamp};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::transcript::{Entry, EntryBody};
use flightdeck::link::Client;
use flightdeck::link::protocol::{Call, LiveOutput, Notice, OutputPiece, Reply};
use serde_json::json;

use super::host::serve;
use super::raw::Raw;

async fn attach(client: &Client, output: LiveOutput) -> Mission {
    let Reply::Attached { mission, .. } = client.call(Call::Attach { output }).await.unwrap() else {
        panic!()
    };
    *mission
}

fn said(text: &str) -> OutputPiece {
    OutputPiece::Text { text: text.to_owned() }
}

fn entry(number: u64) -> Entry {
    Entry { number, at: Timestamp(1), body: EntryBody::Said { text: "done".to_owned() } }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attaching_while_events_happen_misses_none_and_tells_none_twice() {
    const EVENTS: u64 = 3_000;
    let serving = serve().await;
    let engine = Arc::clone(&serving.engine);
    let happening = tokio::task::spawn_blocking(move || {
        for _ in 0..EVENTS {
            engine.happen();
            std::thread::yield_now();
        }
    });
    let clients = (0..8).map(|_| {
        let socket = serving.socket.clone();
        tokio::spawn(async move {
            let (client, mut notices) = Client::connect(&socket, "test").await.unwrap();
            let mut mission = attach(&client, LiveOutput::Unwanted).await;
            while mission.seq < EVENTS {
                let Some(Notice::Event(event)) = notices.next().await else { panic!("at {}", mission.seq) };
                assert_eq!(event.seq, mission.seq + 1);
                mission.apply(&event);
            }
            mission
        })
    });
    for client in clients.collect::<Vec<_>>() {
        let mission = client.await.unwrap();
        assert_eq!(mission, *serving.engine.mission.lock().unwrap());
    }
    happening.await.unwrap();
}

#[tokio::test]
async fn events_on_either_side_of_the_state_are_told_once() {
    let serving = serve().await;
    serving.engine.restless.store(3, std::sync::atomic::Ordering::SeqCst);
    let (client, mut notices) = Client::connect(&serving.socket, "test").await.unwrap();
    assert_eq!(attach(&client, LiveOutput::Wanted).await.seq, 3);
    serving.engine.happen();
    for seq in 4..=7 {
        let notice = notices.next().await;
        assert!(matches!(&notice, Some(Notice::Event(event)) if event.seq == seq), "{seq}: {notice:?}");
    }
}

#[tokio::test]
async fn a_client_that_reads_nothing_gets_every_event_and_skipped_output() {
    let serving = serve().await;
    let mut slow = Raw::known(&serving).await;
    slow.send(&json!({"id": 1, "method": "attach", "params": {"output": "wanted"}}).to_string()).await;
    serving.engine.listeners(1).await;
    let piece = "x".repeat(1_000);
    for round in 0..100_u32 {
        serving.engine.happen();
        for attempt in 1..=50 {
            for _ in 0..4 {
                serving.engine.feed.publish_output(AttemptId(attempt), said(&piece));
            }
        }
        if round % 10 == 0 {
            tokio::task::yield_now().await;
        }
    }
    serving.engine.happen();
    let attached = slow.hear().await.unwrap();
    let mut seq = attached["result"]["value"]["mission"]["seq"].as_u64().unwrap();
    let (mut bytes, mut skipped) = (0, 0);
    while seq < 101 {
        let notice = slow.hear().await.unwrap();
        match notice["method"].as_str().unwrap() {
            "event" => {
                seq += 1;
                assert_eq!(notice["params"]["seq"], seq);
            }
            "output" if notice["params"]["piece"]["piece"] == "skipped" => {
                skipped += notice["params"]["piece"]["pieces"].as_u64().unwrap();
            }
            "output" => bytes += notice["params"]["piece"]["text"].as_str().unwrap().len() as u64,
            other => panic!("{other}"),
        }
    }
    assert!(skipped > 0, "nothing was skipped");
    assert_eq!(bytes / 1_000 + skipped, 100 * 50 * 4, "what is left out is counted");
}

#[tokio::test]
async fn only_clients_that_watch_agents_hear_them() {
    let serving = serve().await;
    let (watching, mut seen) = Client::connect(&serving.socket, "watching").await.unwrap();
    let (quiet, mut told) = Client::connect(&serving.socket, "quiet").await.unwrap();
    attach(&watching, LiveOutput::Wanted).await;
    attach(&quiet, LiveOutput::Unwanted).await;
    let attempt = AttemptId(7);
    serving.engine.feed.publish_output(attempt, said("hello"));
    serving.engine.feed.entry(attempt, entry(1));
    serving.engine.feed.warning("the prompt has an error");
    let warning = Notice::Warning { sentence: "the prompt has an error".to_owned() };
    assert_eq!(seen.next().await, Some(Notice::Output { attempt, piece: said("hello") }));
    assert_eq!(seen.next().await, Some(Notice::Entry { attempt, entry: entry(1) }));
    assert_eq!(seen.next().await, Some(warning.clone()));
    assert_eq!(told.next().await, Some(warning));
}

#[tokio::test]
async fn attaching_again_starts_from_the_state_of_then() {
    let serving = serve().await;
    let (client, mut notices) = Client::connect(&serving.socket, "test").await.unwrap();
    assert_eq!(attach(&client, LiveOutput::Wanted).await.seq, 0);
    serving.engine.happen();
    assert!(matches!(notices.next().await, Some(Notice::Event(event)) if event.seq == 1));
    serving.engine.happen();
    assert_eq!(attach(&client, LiveOutput::Wanted).await.seq, 2);
    serving.engine.listeners(1).await;
    serving.engine.happen();
    let mut last = 0;
    while last < 3 {
        let Some(Notice::Event(event)) = notices.next().await else { panic!() };
        assert!(event.seq > last, "event {} came after {last}", event.seq);
        last = event.seq;
    }
}

#[tokio::test]
async fn a_client_that_takes_no_notices_still_gets_its_answers() {
    let serving = serve().await;
    let (client, mut notices) = Client::connect(&serving.socket, "test").await.unwrap();
    attach(&client, LiveOutput::Wanted).await;
    let piece = "x".repeat(4_000);
    for _ in 0..2_000 {
        serving.engine.feed.publish_output(AttemptId(1), said(&piece));
        serving.engine.happen();
        tokio::task::yield_now().await;
    }
    assert!(matches!(client.call(Call::Land).await.unwrap(), Reply::Landed { .. }));
    let mut seq = 0;
    while seq < 2_000 {
        if let Notice::Event(event) = notices.next().await.unwrap() {
            seq += 1;
            assert_eq!(event.seq, seq);
        }
    }
}
