//! What a screen wants done after its turn.

use super::Popup;
use crate::domain::command::Command;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::link::protocol::Call;
use crate::tui::action::Action;
use crate::tui::app::Tone;
use crate::tui::drafts::DraftChange;
use crate::tui::effect::Effect;
use crate::tui::host::HostCall;
use crate::tui::options::ConsoleExit;
use crate::tui::ticket::Request;

/// Effects, and what becomes of the stack.
#[derive(Debug, Default)]
pub struct PopupResult {
    pub effects: Vec<Effect>,
    /// What is asked; each answer comes back to this screen.
    pub requests: Vec<Request>,
    /// What is asked of the machine; each answer comes back to this screen.
    pub host: Vec<HostCall>,
    pub then: StackAction,
    /// A sentence for the person.
    pub say: Option<String>,
    /// How the sentence is meant.
    pub tone: Tone,
    /// Which moment of the mission the screen shows from now on.
    pub show: Show,
    /// What becomes of a draft.
    pub draft: Option<DraftChange>,
}

/// Which moment of the mission is shown.
#[derive(Debug, Default)]
pub enum Show {
    #[default]
    AsBefore,
    /// The mission as it was, and the time then.
    Past(Box<Mission>, Timestamp),
    /// Only the time went on in the past that is shown.
    Later(Timestamp),
    Present,
}

/// What becomes of the stack.
#[derive(Debug, Default)]
pub enum StackAction {
    #[default]
    Stay,
    Close,
    /// The screen closes, and is kept as it is until it is asked for again.
    Stash,
    Open(Box<dyn Popup>),
    /// This screen gives way to another.
    Swap(Box<dyn Popup>),
    /// This screen closes, and the action is done where it stood.
    Perform(Action),
    /// The screen does not use the action: the base, then the keys that hold everywhere may.
    Pass,
}

impl PopupResult {
    /// Nothing more.
    pub fn stay() -> Self {
        Self::default()
    }

    /// The screen closes.
    pub fn close() -> Self {
        Self { then: StackAction::Close, ..Self::default() }
    }

    /// Another screen opens over this one.
    pub fn open(popup: impl Popup + 'static) -> Self {
        Self { then: StackAction::Open(Box::new(popup)), ..Self::default() }
    }

    /// The action is not for this screen.
    pub fn pass() -> Self {
        Self { then: StackAction::Pass, ..Self::default() }
    }

    /// One effect.
    pub fn effect(effect: Effect) -> Self {
        Self { effects: vec![effect], ..Self::default() }
    }

    /// Leaves the console.
    pub fn exit(exit: ConsoleExit) -> Self {
        Self::effect(Effect::Exit(exit))
    }

    /// Asks for something to show.
    pub fn ask(call: Call) -> Self {
        Self { requests: vec![Request::read(call)], ..Self::default() }
    }

    /// Asks the machine for something.
    pub fn serve(call: HostCall) -> Self {
        Self { host: vec![call], ..Self::default() }
    }

    /// A sentence for the person.
    pub fn say(sentence: impl Into<String>) -> Self {
        Self { say: Some(sentence.into()), ..Self::default() }
    }

    /// A sentence that says why nothing was done.
    pub fn refuse(sentence: impl Into<String>) -> Self {
        Self { say: Some(sentence.into()), tone: Tone::Trouble, ..Self::default() }
    }

    /// A command of the person, with the words that confirm it.
    pub fn order(command: Command, words: impl Into<String>) -> Self {
        Self { requests: vec![Request::order(command, words)], ..Self::default() }
    }

    /// With what becomes of the stack.
    #[must_use]
    pub fn and_then(mut self, then: StackAction) -> Self {
        self.then = then;
        self
    }

    /// The main screen shows another moment.
    #[must_use]
    pub fn showing(mut self, show: Show) -> Self {
        self.show = show;
        self
    }

    /// A text that was begun is kept or forgotten.
    #[must_use]
    pub fn with_draft(mut self, change: impl Into<Option<DraftChange>>) -> Self {
        self.draft = change.into();
        self
    }
}
