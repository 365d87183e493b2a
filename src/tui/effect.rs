//! What the console wants done to the world. `update` only names it; the event loop does it.

use crate::link::protocol::Call;

use super::drafts::DraftChange;
use super::host::HostCall;
use super::options::ConsoleExit;
use super::picture::Order;
use super::ticket::Ticket;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the source; the answer comes back with its ticket.
    Ask {
        ticket: Ticket,
        call: Call,
    },
    /// Ask the machine; the answer comes back with its ticket.
    Serve {
        ticket: Ticket,
        call: HostCall,
    },
    Copy(String),
    /// Hand the terminal to the person's editor.
    Edit {
        text: String,
        name: String,
    },
    /// Open something in another program.
    Outside {
        name: String,
        content: Vec<u8>,
    },
    /// Notify the person, who looks elsewhere.
    Notify(String),
    /// The same, through the terminal: the person has no command of their own for it.
    NotifyTerminal(String),
    /// The window's title and the progress bar of the task list, where the terminal has one.
    Announce {
        title: String,
        percent: u8,
    },
    /// Make a picture ready; it comes back as a message.
    Paint(Order),
    ListMissions,
    /// Keep what was begun, or forget what was thrown away.
    KeepDrafts(Vec<DraftChange>),
    /// Forget what the terminal shows and draw it whole.
    Redraw,
    Exit(ConsoleExit),
}
