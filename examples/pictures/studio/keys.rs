//! Keys in words, and a stream that gives them one by one.

use std::io;
use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll};

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use flightdeck::tui::key::{Chord, ChordError};
use futures::Stream;

/// How often the loop goes round between two keys once every call is answered, so that the answers are taken in.
const ROUNDS: u32 = 12;

/// Keys and typed text: each is given when everything that the one before asked for is answered.
#[derive(Debug)]
pub struct Script {
    inputs: std::vec::IntoIter<Input>,
    calls: Weak<()>,
    rounds: u32,
}

impl Script {
    /// Inputs as they would come from a terminal, for a console whose `calls` these are.
    pub fn of(inputs: Vec<Input>, calls: Weak<()>) -> Self {
        Self { inputs: inputs.into_iter(), calls, rounds: 0 }
    }
}

/// Keys in words, and text to type in quotes: `3 e 'hello there' ctrl+s`.
///
/// # Errors
/// The first word that is not a key.
pub fn inputs(keys: &str) -> Result<Vec<Input>, ChordError> {
    let mut inputs = Vec::new();
    for (index, part) in keys.split('\'').enumerate() {
        if index % 2 == 1 {
            let typed = part.chars().map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
            inputs.extend(typed.map(Input::Key));
        } else {
            for word in part.split_whitespace() {
                inputs.push(Input::Key(word.parse::<Chord>()?.event()));
            }
        }
    }
    Ok(inputs)
}

impl Stream for Script {
    type Item = io::Result<Input>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let answered = self.calls.strong_count() <= 1;
        if !answered || self.rounds < ROUNDS {
            self.rounds = if answered { self.rounds + 1 } else { 0 };
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.rounds = 0;
        Poll::Ready(self.inputs.next().map(Ok))
    }
}
