//! What a client that is not ours may send: line by line, right or wrong.

use flightdeck::link::protocol::PROTOCOL;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::host::{Serving, serve};

/// A client that speaks lines.
pub struct Raw {
    pub lines: Lines<BufReader<OwnedReadHalf>>,
    pub output: OwnedWriteHalf,
}

impl Raw {
    pub async fn connect(serving: &Serving) -> Self {
        let (input, output) = UnixStream::connect(&serving.socket).await.unwrap().into_split();
        Self { lines: BufReader::new(input).lines(), output }
    }

    /// Connects and says hello.
    pub async fn known(serving: &Serving) -> Self {
        let mut raw = Self::connect(serving).await;
        let reply = raw.ask(&hello(PROTOCOL)).await;
        assert_eq!(reply["result"]["reply"], "hello");
        raw
    }

    pub async fn send(&mut self, line: &str) {
        self.output.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    pub async fn hear(&mut self) -> Option<Value> {
        let line = self.lines.next_line().await.unwrap()?;
        Some(serde_json::from_str(&line).unwrap())
    }

    pub async fn ask(&mut self, call: &Value) -> Value {
        self.send(&call.to_string()).await;
        self.hear().await.unwrap()
    }
}

pub fn hello(protocol: u32) -> Value {
    json!({"jsonrpc": "2.0", "id": 0, "method": "hello", "params": {"protocol": protocol, "client": "raw"}})
}

fn land(id: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "land"})
}

#[tokio::test]
async fn a_client_of_another_protocol_is_told_ours_and_parted_from() {
    let serving = serve().await;
    let mut raw = Raw::connect(&serving).await;
    let reply = raw.ask(&hello(PROTOCOL + 1)).await;
    assert_eq!(reply["result"]["value"]["protocol"], PROTOCOL);
    assert_eq!(raw.hear().await, None);
}

#[tokio::test]
async fn nothing_is_answered_before_hello() {
    let serving = serve().await;
    let mut raw = Raw::connect(&serving).await;
    let reply = raw.ask(&land(&1.into())).await;
    assert_eq!((&reply["error"]["code"], &reply["id"]), (&json!(-32_002), &json!(1)));
    raw.ask(&hello(PROTOCOL)).await;
    assert_eq!(raw.ask(&land(&2.into())).await["result"]["reply"], "landed");
}

#[tokio::test]
async fn garbage_is_answered_and_does_not_end_the_conversation() {
    let serving = serve().await;
    let mut raw = Raw::known(&serving).await;
    for (line, code, id) in [
        ("garbage", -32_700, Value::Null),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"meth", -32_700, Value::Null),
        ("\u{0}\u{1}", -32_700, Value::Null),
        ("[]", -32_600, Value::Null),
        (r#"{"id":"a","method":"launch"}"#, -32_601, "a".into()),
        (r#"{"id":4,"method":"events","params":{"after":"x","limit":1}}"#, -32_602, 4.into()),
    ] {
        raw.send("\n  \n").await;
        raw.send(line).await;
        let reply = raw.hear().await.unwrap();
        assert_eq!((&reply["error"]["code"], &reply["id"]), (&code.into(), &id), "{line}");
        assert_eq!(reply["jsonrpc"], "2.0");
    }
    raw.output.write_all(b"\xff\xfe\n").await.unwrap();
    assert_eq!(raw.hear().await.unwrap()["error"]["code"], -32_700);
    assert_eq!(raw.ask(&land(&"last".into())).await["id"], "last");
}

#[tokio::test]
async fn a_line_of_twenty_megabytes_is_refused_and_the_next_is_answered() {
    let serving = serve().await;
    let Raw { mut lines, mut output } = Raw::known(&serving).await;
    let writing = tokio::spawn(async move {
        let megabyte = vec![b'x'; 1 << 20];
        for _ in 0..20 {
            output.write_all(&megabyte).await.unwrap();
        }
        output.write_all(format!("\n{}\n", land(&5.into())).as_bytes()).await.unwrap();
        output
    });
    let refused: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    assert_eq!(refused["error"]["message"], "the line is longer than 16 MiB");
    let answered: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    assert_eq!(answered["id"], 5);
    drop(writing.await.unwrap());
}

#[tokio::test]
async fn a_client_that_ends_its_side_still_gets_its_answers() {
    let serving = serve().await;
    let mut raw = Raw::known(&serving).await;
    raw.send(r#"{"id":1,"method":"diff","params":{"scope":"mission"}}"#).await;
    raw.send(&land(&2.into()).to_string()).await;
    raw.output.shutdown().await.unwrap();
    assert_eq!(raw.hear().await.unwrap()["id"], 2);
    serving.engine.diffs.add_permits(1);
    assert_eq!(raw.hear().await.unwrap()["id"], 1);
    assert_eq!(raw.hear().await, None);
}
