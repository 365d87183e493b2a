//! Requests under way. Each has a ticket, and its answer goes to the screen that asked and to no other.

use std::collections::BTreeMap;

use crate::domain::command::Command;
use crate::link::protocol::Call;

use super::host::HostCall;

/// Names one request. Only the app hands tickets out, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// Names one screen that was opened, as long as it is open and never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenId(u64);

/// Who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// The app itself: the main screen, and keys that hold everywhere.
    App,
    Screen(ScreenId),
}

/// A call that is to be made, and what to say when a command in it was accepted: "GO for M2".
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub call: Call,
    pub done: String,
}

impl Request {
    /// Asks for something to show.
    pub fn read(call: Call) -> Self {
        Self { call, done: String::new() }
    }

    /// Sends a command of the person, with the words that confirm it.
    pub fn order(command: Command, done: impl Into<String>) -> Self {
        Self { call: Call::Command { command: Box::new(command) }, done: done.into() }
    }
}

/// The requests that have not been answered, by ticket.
#[derive(Debug, Default)]
pub struct Tickets {
    issued: u64,
    under_way: BTreeMap<Ticket, (Asker, Request)>,
    /// Those that the machine answers, and not the mission.
    of_host: BTreeMap<Ticket, (Asker, HostCall)>,
}

impl Tickets {
    /// A ticket for a request.
    pub fn issue(&mut self, asker: Asker, request: Request) -> Ticket {
        let ticket = Ticket(self.count());
        self.under_way.insert(ticket, (asker, request));
        ticket
    }

    /// Who asked, and what, once the answer is here. Nobody waits for a second one.
    pub fn redeem(&mut self, ticket: Ticket) -> Option<(Asker, Request)> {
        self.under_way.remove(&ticket)
    }

    /// A ticket for a request to the machine.
    pub fn issue_for_host(&mut self, asker: Asker, call: HostCall) -> Ticket {
        let ticket = Ticket(self.count());
        self.of_host.insert(ticket, (asker, call));
        ticket
    }

    /// Who asked the machine, and what.
    pub fn redeem_of_host(&mut self, ticket: Ticket) -> Option<(Asker, HostCall)> {
        self.of_host.remove(&ticket)
    }

    /// The name of a screen that opens.
    pub fn screen(&mut self) -> ScreenId {
        ScreenId(self.count())
    }

    fn count(&mut self) -> u64 {
        self.issued += 1;
        self.issued
    }
}
