//! What a screen answers to a key.

use super::Popup;
use crate::domain::command::Command;
use crate::link::protocol::Call;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Errand};

/// Effects, and what becomes of the stack.
#[derive(Debug, Default)]
pub struct Turn {
    pub effects: Vec<Effect>,
    pub then: Then,
    /// A sentence for the person.
    pub say: Option<String>,
}

/// What becomes of the stack.
#[derive(Debug, Default)]
pub enum Then {
    #[default]
    Stay,
    Close,
    Open(Box<dyn Popup>),
    /// This screen gives way to another.
    Swap(Box<dyn Popup>),
    /// This screen closes, and the action is done where it stood.
    Perform(Action),
    /// Nothing here wanted the action: whoever is below may.
    Pass,
}

impl Turn {
    /// Nothing more.
    pub fn stay() -> Self {
        Self::default()
    }

    /// The screen closes.
    pub fn close() -> Self {
        Self { then: Then::Close, ..Self::default() }
    }

    /// Another screen opens over this one.
    pub fn open(popup: impl Popup + 'static) -> Self {
        Self { then: Then::Open(Box::new(popup)), ..Self::default() }
    }

    /// The action is not for this screen.
    pub fn pass() -> Self {
        Self { then: Then::Pass, ..Self::default() }
    }

    /// One effect.
    pub fn effect(effect: Effect) -> Self {
        Self { effects: vec![effect], ..Self::default() }
    }

    /// A call to the source.
    pub fn ask(call: Call, errand: Errand) -> Self {
        Self::effect(Effect::Ask { call, errand })
    }

    /// A sentence for the person.
    pub fn say(sentence: impl Into<String>) -> Self {
        Self { say: Some(sentence.into()), ..Self::default() }
    }

    /// A command of the person, with the words that confirm it.
    pub fn order(command: Command, words: impl Into<String>) -> Self {
        Self::effect(order(command, words))
    }

    /// With what becomes of the stack.
    #[must_use]
    pub fn and_then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    /// With one effect more.
    #[must_use]
    pub fn with(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}

/// The effect that sends a command.
pub fn order(command: Command, words: impl Into<String>) -> Effect {
    Effect::Ask { call: Call::Command { command: Box::new(command) }, errand: Errand::Order(words.into()) }
}
