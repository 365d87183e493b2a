//! A model server that takes no time: Chat Completions over HTTP, streamed, one call a turn.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;
use crate::completion::{ending, head, piece, read_request};

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
    while read_request(&mut stream).await? {
        let turn = {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push(Instant::now());
            asked.len() - 1
        };
        let (status, body) =
            if turn < turns { ("200 OK", reply(turn)) } else { ("401 Unauthorized", "{}".to_owned()) };
        let head = head(status, &format!("content-length: {}", body.len()));
        stream.write_all((head + &body).as_bytes()).await?;
    }
    Ok(())
}

fn reply(turn: usize) -> String {
    piece(&json!({ "role": "assistant", "content": "" }), &Value::Null) + &ending(turn)
}
