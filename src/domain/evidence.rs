//! Evidence as a person reads it, and what binds it to who took it.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use super::event::Actor;
use super::id::{Commit, MilestoneId, Timestamp};
use super::text::Line;
use super::verdict::EvidenceRef;

/// Evidence as it is read: text as it is, a screenshot as base64 of a PNG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceDoc {
    pub reference: EvidenceRef,
    pub kind: EvidenceKind,
    pub title: String,
    pub content: String,
    /// Who took it, when and of what; pieces of older versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<EvidenceFacts>,
    /// What helps to read it: of a terminal's screen the recording of its session, of a picture what its page read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<EvidenceRef>,
}

/// Who took a piece of evidence, when, and of what. Every look has its own: two looks are two pieces, even when they saw
/// the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFacts {
    /// The attempt whose instrument saw it, or the engine, which ran a command itself.
    pub by: Actor,
    /// The milestone and the round that it was taken in; nothing outside of a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<(MilestoneId, u32)>,
    /// The commit that the checkout stood at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    pub at: Timestamp,
    /// Which start of the app was seen, from 1; nothing where no app runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<u32>,
    /// Who answered in place of the app's services, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stranger: Option<String>,
    pub settled: Settled,
    /// Counts the looks of one engine; the store sets it.
    #[serde(default)]
    pub look: u64,
}

/// Whether what was seen had come to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// It was over: the program had ended, the answer was whole.
    Ended,
    /// It goes on and stood still: a screen that waits for its user, a page that is idle.
    Still,
    /// It still changed: a program that draws, a page that loads.
    Moving,
    /// Nothing was there to see.
    Nothing,
    /// What was to be done was not done, or nothing answered: that shows trouble, and nothing that holds.
    NotDone,
    /// A word of a newer version.
    #[serde(other)]
    Unknown,
}

/// A piece of evidence as far as a verdict is judged by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub reference: EvidenceRef,
    pub kind: EvidenceKind,
    /// Nothing for a piece of an older version.
    pub facts: Option<EvidenceFacts>,
    /// What the record of a command or of a program at a terminal is about, and how it ended.
    pub ran: Option<Ran>,
    /// Whether nothing listened where it was asked over HTTP.
    #[serde(default)]
    pub refused: bool,
    /// The statuses of its answers, where it was asked over HTTP; of a page, one by which it failed.
    #[serde(default)]
    pub statuses: Vec<u16>,
    /// What was asked for over HTTP: the path of each address, and its query.
    #[serde(default)]
    pub asked: Vec<String>,
    /// What its tester says that it shows, and it does not.
    #[serde(default)]
    pub lacks: Vec<String>,
}

impl Piece {
    /// The code with which a program at a terminal ended by itself, where it says that the program failed.
    pub fn failed_with(&self) -> Option<i32> {
        let terminal = matches!(self.kind, EvidenceKind::Terminal | EvidenceKind::Recording);
        let ended = self.facts.as_ref().is_some_and(|facts| facts.settled == Settled::Ended);
        self.ran.as_ref()?.exit_code.filter(|code| *code != 0 && terminal && ended)
    }
}

/// A command line that was run, and its exit code; none where it was ended or goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    pub command: Line,
    pub exit_code: Option<i32>,
}

/// What kind of proof it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// Command line, exit code and output, as JSON.
    Command,
    /// A request and its answer, as JSON.
    Http,
    /// A terminal screen with its colours, as JSON.
    Terminal,
    /// A PNG.
    Screenshot,
    /// What a page in a browser showed, as JSON: address, title, the tree of its elements, console, failed requests.
    Page,
    /// What was done to the app's services or asked of them, with their state and logs, as JSON.
    App,
    /// A terminal session from its start to its end, as asciicast v3.
    Recording,
    /// What a tester did up to a verdict, step by step, so that it can be done again, as JSON.
    Steps,
    /// A kind of a newer version.
    #[serde(other)]
    Unknown,
}

impl EvidenceKind {
    /// What it is, in words.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Command => "the record of a command",
            Self::Http => "an exchange over HTTP",
            Self::Terminal => "a terminal's screen",
            Self::Screenshot => "a picture of a page",
            Self::Page => "a page in words",
            Self::Recording => "a terminal's recording",
            Self::App => "a look at the app's services",
            Self::Steps => "a tester's steps",
            Self::Unknown => "of a kind that only a newer version knows",
        }
    }

    /// Whether its bytes are a picture; all others are text.
    pub fn is_picture(self) -> bool {
        self == Self::Screenshot
    }

    /// The kind that is stored under a word.
    pub fn of_word(word: &str) -> Self {
        let word: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
        Self::deserialize(word).unwrap_or(Self::Unknown)
    }
}

impl Settled {
    /// The state that is stored under a word.
    pub fn of_word(word: &str) -> Self {
        let word: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
        Self::deserialize(word).unwrap_or(Self::Unknown)
    }
}
