//! A model server that streams text at a pace and remembers when it wrote what.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval};

use crate::Result;
use crate::completion::{ending, head, piece, read_request};

/// Tokens on one line of what is said.
const LINE: usize = 12;

/// One turn of the model.
#[derive(Debug, Clone)]
pub struct Speech {
    pub tokens: usize,
    /// The time from one token to the next; zero writes all of them at once.
    pub pace: Duration,
    /// Every so many tokens is one that is looked for, and so are the first and the last.
    pub every: usize,
    /// What those begin with.
    pub mark: &'static str,
}

impl Speech {
    /// The word of a token that is looked for.
    pub fn mark_of(&self, token: usize) -> Option<String> {
        let told = token.is_multiple_of(self.every) || token + 1 == self.tokens;
        told.then(|| format!("{}{token:05}", self.mark))
    }

    /// All words that are looked for.
    pub fn marks(&self) -> Vec<String> {
        (0..self.tokens).filter_map(|token| self.mark_of(token)).collect()
    }

    fn word(&self, token: usize) -> String {
        let end = if (token + 1).is_multiple_of(LINE) { "\n" } else { " " };
        self.mark_of(token).unwrap_or_else(|| "token".to_owned()) + end
    }

    fn event(&self, token: usize) -> String {
        piece(&json!({ "content": self.word(token) }), &Value::Null)
    }
}

/// The server.
pub struct Speaker {
    pub base_url: String,
    may_speak: Arc<Semaphore>,
    written: Written,
}

type Written = Arc<Mutex<HashMap<String, Instant>>>;

impl Speaker {
    /// Serves these turns, each once it is allowed, then refuses, which holds the mission.
    pub async fn serve(speeches: Vec<Speech>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}/v1", listener.local_addr()?);
        let (may_speak, written) = (Arc::new(Semaphore::new(0)), Written::default());
        let (allowed, notes) = (Arc::clone(&may_speak), Arc::clone(&written));
        let left = Mutex::new(speeches.into_iter().enumerate().collect());
        let turns = Arc::new(Turns { left, allowed, notes });
        drop(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(stream.set_nodelay(true));
                drop(tokio::spawn(converse(stream, Arc::clone(&turns))));
            }
        }));
        Ok(Self { base_url, may_speak, written })
    }

    /// Allows the next turn.
    pub fn speak(&self) {
        self.may_speak.add_permits(1);
    }

    /// When a word was written.
    pub fn wrote(&self, mark: &str) -> Option<Instant> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).get(mark).copied()
    }
}

/// What is still to be said.
struct Turns {
    left: Mutex<VecDeque<(usize, Speech)>>,
    allowed: Arc<Semaphore>,
    notes: Written,
}

async fn converse(stream: TcpStream, turns: Arc<Turns>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while read_request(&mut stream).await? {
        let next = turns.left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        if let Some((turn, speech)) = next {
            if let Ok(place) = turns.allowed.acquire().await {
                place.forget();
            }
            speak(&mut stream, turn, &speech, &turns.notes).await?;
        } else {
            let refusal = head("401 Unauthorized", "content-length: 2") + "{}";
            stream.write_all(refusal.as_bytes()).await?;
        }
    }
    Ok(())
}

async fn speak(
    stream: &mut BufReader<TcpStream>,
    turn: usize,
    speech: &Speech,
    written: &Written,
) -> std::io::Result<()> {
    let note = |token: usize| {
        if let Some(mark) = speech.mark_of(token) {
            written.lock().unwrap_or_else(PoisonError::into_inner).insert(mark, Instant::now());
        }
    };
    stream.write_all(head("200 OK", "transfer-encoding: chunked").as_bytes()).await?;
    if speech.pace.is_zero() {
        let all: String = (0..speech.tokens).map(|token| speech.event(token)).collect();
        (0..speech.tokens).for_each(note);
        chunk(stream, &all).await?;
    } else {
        let mut clock = interval(speech.pace);
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for token in 0..speech.tokens {
            clock.tick().await;
            let event = speech.event(token);
            note(token);
            chunk(stream, &event).await?;
        }
    }
    chunk(stream, &ending(turn)).await?;
    stream.write_all(b"0\r\n\r\n").await
}

async fn chunk(stream: &mut BufReader<TcpStream>, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await
}
