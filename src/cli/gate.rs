//! `gate [ID] plan|M2|final go|no-go|waive`: the person's decision.

use anyhow::Result;

use super::ask::{self, ask};
use super::context::{Context, print};
use super::exit::Exit;
use super::fault::misuse;
use super::missions;
use crate::domain::command::Command;
use crate::domain::gate::{Decision, GateId};
use crate::domain::mission::Mission;

const SHAPE: &str =
    "say `flightdeck gate [ID] plan|M2|final go|no-go`, or `flightdeck gate [ID] M2 waive VAL-AREA-001`";

/// Decide a gate
#[derive(Debug, clap::Args)]
pub struct Args {
    /// [ID] plan|M2|final go|no-go, or [ID] M2 waive VAL-AREA-001
    #[arg(required = true, num_args = 2..=4, value_name = "WORDS")]
    words: Vec<String>,
    /// Why; a NO-GO needs it, because it tells the agents what must change
    #[arg(long, visible_alias = "reason", value_name = "TEXT", allow_hyphen_values = true)]
    note: Option<String>,
}

/// Decides.
///
/// # Errors
/// When the words make no sense or the gate does not wait.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let words = Words::read(&args.words)?;
    let found = missions::find(context, words.mission)?;
    let command = words.command(&found.mission, args.note.as_deref())?;
    let done = match &command {
        Command::Waive { assertion, .. } => format!("{assertion} is waived"),
        Command::DecideGate { decision: Decision::NoGo { .. }, .. } => format!("gate {}: NO-GO", words.gate),
        _ => format!("gate {}: GO", words.gate),
    };
    ask(context, &found, command).await?;
    print(&done)?;
    Ok(Exit::Done)
}

#[derive(Debug, PartialEq, Eq)]
struct Words<'a> {
    mission: Option<&'a str>,
    gate: GateId,
    verb: &'a str,
    assertion: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn read(words: &'a [String]) -> Result<Self> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (mission, rest) = match words.as_slice() {
            [first, ..] if first.parse::<GateId>().is_ok() => (None, words.as_slice()),
            [first, rest @ ..] => (Some(*first), rest),
            [] => return Err(misuse(SHAPE)),
        };
        match rest {
            [gate, verb] => Ok(Self { mission, gate: gate_of(gate)?, verb, assertion: None }),
            [gate, verb, assertion] => {
                Ok(Self { mission, gate: gate_of(gate)?, verb, assertion: Some(assertion) })
            }
            _ => Err(misuse(SHAPE)),
        }
    }

    fn command(&self, mission: &Mission, note: Option<&str>) -> Result<Command> {
        let gate = self.gate;
        let note = note.map(|words| ask::text("the note", words)).transpose()?;
        match (self.verb.to_ascii_lowercase().as_str(), self.assertion, note) {
            ("go", None, note) => Ok(Command::DecideGate { gate, decision: Decision::Go { note } }),
            ("no-go" | "nogo", None, Some(note)) => {
                Ok(Command::DecideGate { gate, decision: Decision::NoGo { note } })
            }
            ("no-go" | "nogo", None, None) => Err(misuse("a NO-GO needs `--note` with what must change")),
            ("waive", Some(word), Some(reason)) => {
                Ok(Command::Waive { assertion: ask::assertion(mission, word)?, reason })
            }
            ("waive", Some(_), None) => Err(misuse("a waiver needs `--reason`")),
            ("waive", None, _) => Err(misuse("name the assertion to waive, such as VAL-AUTH-001")),
            _ => Err(misuse(SHAPE)),
        }
    }
}

fn gate_of(word: &str) -> Result<GateId> {
    word.parse()
        .map_err(|_| misuse(format!("`{word}` is not a gate: plan, a milestone such as M2, or final")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MilestoneId;

    fn read(line: &str) -> Result<Command> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Words::read(&words)?.command(&Mission::unborn(), line.contains("no-go").then_some("why"))
    }

    #[test]
    fn the_mission_may_be_left_out() {
        let go = Decision::Go { note: None };
        let expected = Command::DecideGate { gate: GateId::Milestone(MilestoneId(2)), decision: go };
        assert_eq!(read("m2 go").unwrap(), expected);
        assert_eq!(read("guestbook-7k2p M2 go").unwrap(), expected);
        assert!(matches!(
            read("final no-go").unwrap(),
            Command::DecideGate { decision: Decision::NoGo { .. }, .. }
        ));
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for line in ["plan", "plan perhaps", "id plan go now", "x y z w", "plan waive", "M1 go VAL-A-001"] {
            assert!(read(line).is_err(), "{line}");
        }
        assert_eq!(
            read("id M9x go").unwrap_err().to_string(),
            "`M9x` is not a gate: plan, a milestone such as M2, or final"
        );
    }
}
