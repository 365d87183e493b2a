//! Chat Completions over HTTP, as far as a bench's model server speaks them.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;

/// Reads one request to its end; false when the connection is over.
pub async fn read_request(stream: &mut BufReader<TcpStream>) -> std::io::Result<bool> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
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
    Ok(true)
}

/// The first lines of an answer.
pub fn head(status: &str, framing: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: text/event-stream\r\n{framing}\r\n\r\n")
}

/// One server-sent event with a piece of the answer.
pub fn piece(delta: &Value, finish: &Value) -> String {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
    let piece =
        json!({ "id": "c", "object": "chat.completion.chunk", "model": "instant", "choices": [choice] });
    format!("data: {piece}\n\n")
}

/// The events that end a turn: a shell call of `true`, with an argument that tells it from others, and the usage.
pub fn ending(turn: usize) -> String {
    let arguments = json!({ "command": format!("true {turn}") });
    let function = json!({ "name": "shell", "arguments": arguments.to_string() });
    let call = json!({ "index": 0, "id": format!("call_{turn}"), "type": "function", "function": function });
    let usage = json!({ "prompt_tokens": 2_020, "completion_tokens": 15, "total_tokens": 2_035 });
    let usage = json!({ "id": "c", "object": "chat.completion.chunk", "choices": [], "usage": usage });
    let pieces = [
        piece(&json!({ "tool_calls": [call] }), &Value::Null),
        piece(&json!({}), &json!("tool_calls")),
        format!("data: {usage}\n\ndata: [DONE]\n\n"),
    ];
    pieces.concat()
}
