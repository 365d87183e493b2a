//! What the console asks of the machine around it. It starts no program and opens no file itself.

use crate::domain::id::{MissionId, Timestamp};
use crate::domain::mission::MissionCard;

use super::drafts::DraftChange;

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
}
