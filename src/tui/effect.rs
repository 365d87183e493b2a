//! What the console wants done to the world. `update` only names it; the event loop does it.

use crate::domain::diff::DiffScope;
use crate::domain::id::AttemptId;
use crate::domain::verdict::EvidenceRef;
use crate::link::protocol::{Before, Call};

use super::options::ConsoleExit;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the source; the answer comes back with its errand.
    Ask {
        call: Call,
        errand: Errand,
    },
    Copy(String),
    /// Hand the terminal to the person's editor.
    Edit {
        text: String,
        name: String,
    },
    Outside {
        name: String,
        content: Vec<u8>,
    },
    /// Tell the person, who looks elsewhere.
    Notify(String),
    /// The same, through the terminal: the person has no command of their own for it.
    Tell(String),
    /// The window's title and the progress bar of the task list, where the terminal has one.
    Announce {
        title: String,
        percent: u8,
    },
    ListMissions,
    /// Forget what the terminal shows and draw it whole.
    Redraw,
    Exit(ConsoleExit),
}

/// What a call was for.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    Attach,
    /// A command of the person, in words for the confirmation: "GO for M2".
    Order(String),
    Consequences {
        serial: u64,
    },
    Evidence(EvidenceRef),
    Diff(DiffScope),
    Page {
        attempt: AttemptId,
        before: Before,
    },
    Events {
        after: u64,
    },
    Land,
}
