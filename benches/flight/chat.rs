//! A model server that takes no time: Chat Completions over HTTP, streamed, one call a turn.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;

/// The server: where it is, and when it was asked.
pub struct Chat {
    pub base_url: String,
    asked: Arc<Mutex<Vec<Instant>>>,
}

impl Chat {
    /// Serves until the process ends: so many shell calls of `true`, then refusals, which hold the mission.
    pub async fn serve(turns: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}/v1", listener.local_addr()?);
        let asked: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let times = Arc::clone(&asked);
        drop(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(stream.set_nodelay(true));
                drop(tokio::spawn(converse(stream, turns, Arc::clone(&times))));
            }
        }));
        Ok(Self { base_url, asked })
    }

    /// When requests were whole, turn by turn.
    pub fn asked(&self) -> Vec<Instant> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers the requests of one connection, which is kept open.
async fn converse(stream: TcpStream, turns: usize, asked: Arc<Mutex<Vec<Instant>>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let turn = {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push(Instant::now());
            asked.len() - 1
        };
        let (status, body) =
            if turn < turns { ("200 OK", reply(turn)) } else { ("401 Unauthorized", "{}".to_owned()) };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/event-stream\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes()).await?;
    }
}

fn reply(turn: usize) -> String {
    let arguments = json!({ "command": format!("true {turn}") });
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
        json!({ "id": "c", "object": "chat.completion.chunk", "model": "instant", "choices": [choice] })
    };
    let function = json!({ "name": "shell", "arguments": arguments.to_string() });
    let call = json!({ "index": 0, "id": format!("call_{turn}"), "type": "function", "function": function });
    let usage = json!({ "prompt_tokens": 2_020, "completion_tokens": 15, "total_tokens": 2_035 });
    let chunks = [
        chunk(json!({ "role": "assistant", "content": "" }), Value::Null),
        chunk(json!({ "tool_calls": [call] }), Value::Null),
        chunk(json!({}), json!("tool_calls")),
        json!({ "id": "c", "object": "chat.completion.chunk", "choices": [], "usage": usage }),
    ];
    let lines: Vec<String> = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    lines.concat() + "data: [DONE]\n\n"
}
