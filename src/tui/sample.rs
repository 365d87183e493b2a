//! The sample mission: a recording that is part of the program, for `replay --sample`, tests and pictures.
//!
//! `assets/sample.jsonl` has one line for each thing that happened, in the order of time. A test flies the mission by
//! the rules of the domain and writes the file, so that it shows no mission that could not be.

use serde::{Deserialize, Serialize};

use super::recording::Recording;
use crate::domain::activity::Activity;
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::domain::event::Stamped;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::id::AttemptId;
use crate::domain::transcript::Entry;

const RECORD: &str = include_str!("../../assets/sample.jsonl");

/// One line of the record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordLine {
    Event(Box<Stamped>),
    Entry {
        attempt: AttemptId,
        entry: Entry,
    },
    Evidence(EvidenceDoc),
    Diff {
        scope: DiffScope,
        diff: DiffDoc,
    },
    /// A moment, and what runs then.
    Moment {
        moment: Moment,
        live: Vec<Activity>,
    },
}

/// A moment of the sample mission that is worth looking at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The plan waits for GO.
    PlanGate,
    /// A worker mends what user testing found, and waits while the person is asked.
    Flying,
    /// A milestone passed, with one assertion waived, and waits for GO.
    MilestoneGate,
}

/// The sample mission up to a moment.
pub fn sample(moment: Moment) -> Recording {
    let mut recording = Recording::default();
    // A test reads every line, so none is left out here.
    for line in RECORD.lines().filter_map(|line| serde_json::from_str(line).ok()) {
        match line {
            RecordLine::Event(event) => recording.events.push(*event),
            RecordLine::Entry { attempt, entry } => {
                recording.transcripts.entry(attempt).or_default().push(entry);
            }
            RecordLine::Evidence(evidence) => recording.evidence.push(evidence),
            RecordLine::Diff { scope, diff } => recording.diffs.push((scope, diff)),
            RecordLine::Moment { moment: reached, live } if reached == moment => {
                recording.live = live;
                break;
            }
            RecordLine::Moment { .. } => {}
        }
    }
    recording
}
