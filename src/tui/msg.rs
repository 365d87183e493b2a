//! Everything that can happen to the console.

use crossterm::event::Event as Input;

use crate::domain::id::Timestamp;
use crate::domain::mission::MissionCard;
use crate::link::protocol::Reply;

use super::appearance::Appearance;
use super::effect::Errand;
use super::source::{SourceError, SourceEvent};

/// One thing that happened.
#[derive(Debug)]
pub enum Msg {
    Input(Input),
    SourceEvent(SourceEvent),
    /// What came of a call.
    Answer {
        errand: Errand,
        result: Box<Result<Reply, SourceError>>,
    },
    /// The clock: once a second while something runs, else once a minute.
    Tick(Timestamp),
    Missions(Vec<MissionCard>),
    /// The editor gave the terminal back.
    Edited(Result<String, String>),
    /// Something the machine did not do, as a sentence.
    Trouble(String),
    /// A notification that no command of the person took.
    Untold(String),
    /// Colours and keys were changed, or can no longer be read.
    Dressed(Result<Box<Appearance>, String>),
    Signal,
}
