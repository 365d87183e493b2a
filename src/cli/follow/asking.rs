//! Asking the person inline: at a gate for GO or NO-GO, at a question for a line.

use crate::cli::verb::answer;
use crate::domain::attention::{NeedKind, needs};
use crate::domain::command::Command;
use crate::domain::gate::{Decision, GateId};
use crate::domain::id::QuestionId;
use crate::domain::mission::Mission;
use crate::domain::text::Line;
use crate::view::words::one_line;

/// What the next line of the person is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    Gate(GateId),
    /// What must change, after a NO-GO.
    Note(GateId),
    Answer(QuestionId),
}

/// What a line leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AskStage {
    Ask(Box<Command>),
    Next(Asking),
    /// Say it again, because of this.
    Again(String),
    /// The person leaves it undecided.
    Leave,
}

impl Asking {
    /// The first decision that can be taken with a line.
    pub(super) fn about(mission: &Mission) -> Option<Self> {
        needs(mission).into_iter().find_map(|need| match need.kind {
            NeedKind::Gate { gate } => Some(Self::Gate(gate)),
            NeedKind::Question { question } => Some(Self::Answer(question)),
            NeedKind::Hold { .. } | NeedKind::Proposal { .. } => None,
        })
    }

    /// Whether it has not been decided elsewhere.
    pub(super) fn still_waits(self, mission: &Mission) -> bool {
        match self {
            Self::Gate(gate) | Self::Note(gate) => mission.is_gate_open(gate),
            Self::Answer(id) => mission.questions.iter().any(|asked| asked.id == id && asked.is_open()),
        }
    }

    /// What is shown in front of the person's line.
    pub(super) fn prompt(self) -> String {
        match self {
            Self::Gate(gate) => format!("{gate}: [y] GO  [n] NO-GO with a note  [q] leave it > "),
            Self::Note(gate) => format!("{gate}: NO-GO, what must change? (an empty line goes back) > "),
            Self::Answer(id) => format!("{id}: your answer (an empty line leaves it) > "),
        }
    }

    /// What the person's line means.
    pub(super) fn read(self, mission: &Mission, line: &str) -> AskStage {
        let line = line.trim();
        match (self, line.to_ascii_lowercase().as_str()) {
            (Self::Gate(gate), "y" | "yes" | "go") => {
                AskStage::Ask(Box::new(Command::DecideGate { gate, decision: Decision::Go { note: None } }))
            }
            (Self::Gate(gate), "n" | "no" | "no-go") => AskStage::Next(Self::Note(gate)),
            (Self::Gate(_), "q" | "quit") | (Self::Answer(_), "") => AskStage::Leave,
            (Self::Gate(_), _) => AskStage::Again("say y, n or q".to_owned()),
            (Self::Note(gate), "") => AskStage::Next(Self::Gate(gate)),
            (Self::Note(gate), _) => match Line::new(one_line(line)) {
                Ok(note) => {
                    AskStage::Ask(Box::new(Command::DecideGate { gate, decision: Decision::NoGo { note } }))
                }
                Err(fault) => AskStage::Again(fault.to_string()),
            },
            (Self::Answer(id), _) => match answer::command(mission, id, line) {
                Ok(command) => AskStage::Ask(Box::new(command)),
                Err(fault) => AskStage::Again(fault.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MilestoneId;

    #[test]
    fn a_line_decides_a_gate() {
        let mission = Mission::unborn();
        let gate = GateId::Milestone(MilestoneId(1));
        let decide = |decision| AskStage::Ask(Box::new(Command::DecideGate { gate, decision }));
        let note = Line::clipped("mend the form");
        let table = [
            (Asking::Gate(gate), " Y ", decide(Decision::Go { note: None })),
            (Asking::Gate(gate), "n", AskStage::Next(Asking::Note(gate))),
            (Asking::Gate(gate), "q", AskStage::Leave),
            (Asking::Gate(gate), "", AskStage::Again("say y, n or q".to_owned())),
            (Asking::Note(gate), "mend the form", decide(Decision::NoGo { note })),
            (Asking::Note(gate), " ", AskStage::Next(Asking::Gate(gate))),
            (Asking::Answer(QuestionId(1)), "", AskStage::Leave),
        ];
        for (asking, line, step) in table {
            assert_eq!(asking.read(&mission, line), step, "{line}");
        }
        let long = Asking::Note(gate).read(&mission, &"x".repeat(700));
        assert!(matches!(long, AskStage::Again(why) if why.contains("at most 600")));
    }
}
