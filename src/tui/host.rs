//! What the console asks of the machine around it. It starts no program and opens no file itself.

use crate::domain::id::{MissionId, Timestamp};
use crate::domain::mission::MissionCard;
use crate::view::models::Provider;
use crate::view::setup::{Discovery, Mind};

use super::drafts::DraftChange;
use super::options::Launcher;

/// The machine around the console.
#[async_trait::async_trait]
pub trait Host: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Opens the person's editor on a text and returns what they saved. The terminal is theirs meanwhile.
    async fn edit(&self, text: String, name: String) -> Result<String, String>;

    /// Opens evidence in another program, such as a picture viewer.
    async fn open(&self, name: String, content: Vec<u8>) -> Result<(), String>;

    /// Runs the person's own notification command; whether they have set one that works. Else the terminal must do.
    async fn notify(&self, sentence: String) -> bool;

    /// The address of a file in a mission's checkout, when there is such a file; asked while a frame is drawn.
    fn address_of(&self, _mission: &MissionId, _path: &str) -> Option<String> {
        None
    }

    /// Keeps what the person began and has not sent, beyond the console.
    async fn keep_drafts(&self, _changes: Vec<DraftChange>) -> Result<(), String> {
        Ok(())
    }

    /// Every mission on this machine.
    async fn missions(&self) -> Vec<MissionCard>;

    /// Does what a screen asks of the machine; its answer goes back to that screen.
    async fn serve(&self, _call: HostCall) -> HostReply {
        HostReply::Nothing
    }
}

/// What a screen asks of the machine.
#[derive(Debug, Clone, PartialEq)]
pub enum HostCall {
    /// What there is to fly with.
    LookAround,
    /// Whether the models that are set are refused by who should serve them.
    CheckModels,
    /// A real call to a mind.
    Try(Box<Mind>),
    /// Every role is played by this mind from now on, which is written to the person's settings.
    Keep(Box<Mind>),
    /// What the providers offer.
    Offers,
}

/// What the machine answers.
#[derive(Debug, Clone, PartialEq)]
pub enum HostReply {
    /// It has no answer to that.
    Nothing,
    Found(Box<Discovery>),
    /// Why no model that is set can be used; `None` where one can, or nobody knows.
    Checked(Option<String>),
    /// What the mind answered, or why it did not.
    Tried(Result<String, String>),
    Kept(Result<Box<Kept>, String>),
    Offers(Vec<Provider>),
}

/// What holds once a mind was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub sentence: String,
    /// What a mission would start with now; outside of a repository's launcher there is none.
    pub launcher: Launcher,
}
