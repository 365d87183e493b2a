//! The words on the wire. ARCHITECTURE.md describes them for other programs.
//!
//! A change that an older peer cannot ignore raises [`PROTOCOL`].

use serde::{Deserialize, Serialize};

use crate::domain::activity::Activity;
use crate::domain::command::Command;
use crate::domain::consequence::{Consequences, ContractChange};
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::domain::event::Stamped;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::id::{AttemptId, Commit, MissionId};
use crate::domain::mission::Mission;
pub use crate::domain::transcript::Before;
use crate::domain::transcript::Entry;
use crate::domain::verdict::EvidenceRef;

/// The version of the protocol. Peers of different versions say so and part.
pub const PROTOCOL: u32 = 2;

/// What a client asks. The JSON-RPC method is the variant's name, its parameters are the fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Call {
    /// The first call: who is there. Answers [`Reply::Hello`].
    Hello { protocol: u32, client: String },
    /// The mission as it is, then every later event and live output as notifications. Answers [`Reply::Attached`].
    Attach { output: LiveOutput },
    /// Asks something of the mission as the person. Answers [`Reply::Accepted`], or an error with the rejection.
    Command { command: Box<Command> },
    /// Events after a sequence number. Answers [`Reply::Events`].
    Events { after: u64, limit: u32 },
    /// A page of a transcript, counted from its end. Answers [`Reply::Transcript`].
    Transcript { attempt: AttemptId, before: Before, limit: u32 },
    /// Evidence by its reference. Answers [`Reply::Evidence`].
    Evidence { reference: EvidenceRef },
    /// A diff. Answers [`Reply::Diff`].
    Diff { scope: DiffScope },
    /// What a change of the contract would do. Answers [`Reply::Consequences`].
    Consequences { change: Box<ContractChange> },
    /// Merges the mission's branch after its commands pass on the merged tree. Answers [`Reply::Landed`].
    Land,
}

/// Whether a client wants to see agents work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveOutput {
    Wanted,
    Unwanted,
}

/// What the engine answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", content = "value", rename_all = "snake_case")]
pub enum Reply {
    /// Who answers; the protocol is the engine's.
    Hello { protocol: u32, version: String, mission: MissionId, pid: u32 },
    /// The state; notices follow from its sequence number on.
    Attached { mission: Box<Mission>, live: Vec<Activity> },
    /// The sequence number of the last event that the command caused.
    Accepted { seq: u64 },
    /// In order.
    Events { events: Vec<Stamped> },
    /// Items in order; `older` is how many there are before the first.
    Transcript { items: Vec<Entry>, older: u64 },
    /// One piece, whole.
    Evidence { evidence: EvidenceDoc },
    /// Bounded; it says how much was left out.
    Diff { diff: DiffDoc },
    /// What would follow; nothing has changed.
    Consequences { consequences: Consequences },
    /// The target branch and its new commit, and what the person should know of it.
    Landed {
        branch: String,
        commit: Commit,
        #[serde(default)]
        notes: Vec<String>,
    },
}

/// What the engine sends without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub enum Notice {
    /// An event, durable before it is sent. Never skipped.
    Event(Box<Stamped>),
    /// A finished transcript item.
    Entry { attempt: AttemptId, entry: Entry },
    /// Something an agent is saying or a tool printing right now; may be skipped when a client is slow.
    Output { attempt: AttemptId, piece: OutputPiece },
    /// What runs now, and since when it is silent.
    Activity { live: Vec<Activity> },
    /// A sentence for the person about the engine itself, such as a prompt with an error.
    Warning { sentence: String },
}

/// A piece of live output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "piece", rename_all = "snake_case")]
pub enum OutputPiece {
    /// More of what the model says aloud.
    Text { text: String },
    /// More of what it thinks.
    Thinking { text: String },
    /// The model begins a tool call.
    CallStarted { call_id: String, tool: String },
    /// More of a call's arguments, JSON as text.
    CallArguments { call_id: String, json: String },
    /// More of what a tool prints.
    ToolOutput { call_id: String, text: String },
    /// What was streamed of this turn so far is void.
    Restarted { reason: String },
    /// This many pieces were left out because the client was slow.
    Skipped { pieces: u64 },
}
