//! What agents learned: short notes that one of them proposes and scrutiny decides on, once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Role};
use super::id::{AttemptId, NoteId, Timestamp};
use super::message::Knowledge;
use super::mission::Mission;
use super::text::Line;

/// A note that somebody proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub id: NoteId,
    pub words: Line,
    pub by: AttemptId,
    pub audience: Audience,
    pub state: NoteState,
}

/// Who may read a note: what is known of the code never reaches those who must not know it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody who works with the code.
    #[default]
    Builders,
    /// Everybody, user testers too: it comes from one who saw no code.
    Everybody,
}

/// What became of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteState {
    /// Nobody has looked at it yet.
    Proposed,
    /// It is knowledge of the mission now.
    Confirmed,
    /// Another note says it already.
    Merged {
        into: NoteId,
    },
    Rejected {
        reason: Line,
    },
    /// Scrutiny had it before it, was asked once more and said nothing: it is not asked about again.
    PassedOver,
}

/// What scrutiny decides about a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct NoteRuling {
    /// Such as NOTE-3.
    pub note: NoteId,
    pub decision: NoteDecision,
    /// Confirm: better words for it, where it needs them. Reject: why.
    pub words: Option<Line>,
    /// Merge: the note that says it already.
    pub into: Option<NoteId>,
}

/// How scrutiny decides about a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
#[serde(rename_all = "snake_case")]
pub enum NoteDecision {
    Confirm,
    Merge,
    Reject,
}

impl Role {
    /// Whether it learns what it knows without seeing the code, and must not be told of it.
    pub fn is_blind_to_code(self) -> bool {
        self == Self::UserTesting
    }
}

impl Mission {
    /// Notes that nobody has decided on.
    pub fn proposed_notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(|note| note.state == NoteState::Proposed)
    }

    /// Notes that nobody has decided on and that were there before an attempt began: its brief lists them.
    pub fn notes_before(&self, attempt: &Attempt) -> impl Iterator<Item = &Note> {
        let ended = |note: &&Note| self.attempts.get(&note.by).and_then(|by| by.ended.as_ref());
        let began = attempt.started;
        self.proposed_notes().filter(move |note| ended(note).is_some_and(|ended| ended.at <= began))
    }

    /// The knowledge that a role may be told.
    pub fn knowledge_for(&self, role: Role) -> impl Iterator<Item = &Knowledge> {
        self.knowledge.iter().filter(move |known| may_read(role, known.audience))
    }

    /// Notes that a role may be told, marked as nobody's word yet.
    pub fn unconfirmed_for(&self, role: Role) -> impl Iterator<Item = &Note> {
        let is_open = |note: &&Note| matches!(note.state, NoteState::Proposed | NoteState::PassedOver);
        self.notes.iter().filter(is_open).filter(move |note| may_read(role, note.audience))
    }
}

fn may_read(role: Role, audience: Audience) -> bool {
    audience == Audience::Everybody || !role.is_blind_to_code()
}

impl Note {
    /// Whether it was written by one who has not seen the code, for others who must not.
    pub fn is_of_a_tester(&self) -> bool {
        self.audience == Audience::Everybody
    }
}

impl Audience {
    /// Who may read what this attempt learned.
    pub fn of(attempt: &Attempt) -> Self {
        if attempt.role.is_blind_to_code() { Self::Everybody } else { Self::Builders }
    }
}

/// The next note of a mission.
pub(super) fn proposed(mission: &Mission, words: Line, by: &Attempt) -> Note {
    let number = mission.notes.last().map_or(1, |last| last.id.0 + 1);
    Note { id: NoteId(number), words, by: by.id, audience: Audience::of(by), state: NoteState::Proposed }
}

/// Knowledge as a confirmed note makes it.
pub(super) fn confirmed(note: &Note, words: Line, by: AttemptId, at: Timestamp) -> Knowledge {
    Knowledge { note: words, confirmed_by: by, at, audience: note.audience }
}
