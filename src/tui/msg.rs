//! Everything that can happen to the console.

use crossterm::event::Event as Input;

use crate::domain::id::Timestamp;
use crate::domain::mission::MissionCard;
use crate::link::protocol::Reply;

use super::appearance::Appearance;
use super::host::HostReply;
use super::picture::{Painted, PictureKey};
use super::source::{SourceError, SourceEvent};
use super::ticket::Ticket;

/// One thing that happened.
#[derive(Debug)]
pub enum Msg {
    Input(Input),
    SourceEvent(SourceEvent),
    /// The answer to a request.
    Answer {
        ticket: Ticket,
        result: Box<Result<Reply, SourceError>>,
    },
    /// The machine's answer to a request.
    Served {
        ticket: Ticket,
        reply: Box<HostReply>,
    },
    /// The clock: once a second while something runs, else once a minute.
    Tick(Timestamp),
    Missions(Vec<MissionCard>),
    /// A picture is ready, or cannot be shown, and why.
    Painted {
        key: PictureKey,
        painted: Result<Painted, String>,
    },
    /// The editor gave the terminal back.
    Edited(Result<String, String>),
    /// What was begun could not be kept, and why.
    DraftsNotKept(String),
    /// Something the machine did not do, as a sentence.
    Trouble(String),
    /// A notification for which the person has no command: the terminal is to show it.
    NoNotifyCommand(String),
    /// Colours and keys were changed, or can no longer be read.
    AppearanceChanged(Result<Box<Appearance>, String>),
    Signal,
}
