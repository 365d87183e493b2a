//! `gate [ID] [plan|M2|final] [go|no-go|waive]`: what a gate rests on, and the person's decision.

use crate::cli::meant::nearest;
use crate::cli::prelude::*;
use crate::domain::gate::{Decision, GateId};
use crate::domain::mission::Mission;
use crate::view::gate::obstacles;
use crate::view::gate_items::{GateItem, assertions, items};
use crate::view::gate_page;
use crate::view::report::{Report, reports};
use crate::view::unshown;

const SHAPE: &str =
    "say `flightdeck gate [ID] plan|M2|final go|no-go`, or `flightdeck gate [ID] M2 waive VAL-AREA-001`";

/// The words of a decision, which stand behind their gate.
const DECISIONS: [&str; 4] = ["go", "no-go", "nogo", "waive"];

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck gate [OPTIONS] [ID] [plan|M2|final] [go|no-go|waive ASSERTION]")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] plan|M2|final go|no-go, or [ID] M2 waive VAL-AREA-001; without a decision the gate is shown
    #[arg(num_args = 0..=4, value_name = "WORDS")]
    words: Vec<String>,
    /// Why; a NO-GO needs it, because it tells the agents what must change
    #[arg(long, visible_alias = "reason", value_name = "TEXT", allow_hyphen_values = true)]
    note: Option<String>,
    #[command(flatten)]
    format: Format,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let words = Words::read(&args.mission, &args.words)?;
    let expected = Expected { what: "a gate (plan, M2, final)", words: &["go", "no-go", "waive"] };
    let found = args.mission.find(context, words.mission, expected)?;
    let gate = words.gate.unwrap_or_else(|| found.mission.default_gate());
    if let GateId::Milestone(id) = gate {
        ask::milestone(&found.mission, id)?;
    }
    let Some(decision) = words.decision else {
        if args.note.is_some() {
            return Err(misuse(format!("a note to which decision? {SHAPE}")));
        }
        return show(context, &found, gate, args.format);
    };
    let command = decision.command(&found.mission, gate, args.note.as_deref())?;
    let done = match &command {
        Command::Waive { assertion, .. } => format!("{assertion} is waived"),
        Command::DecideGate { decision: Decision::NoGo { .. }, .. } => format!("gate {gate}: NO-GO"),
        _ => format!("gate {gate}: GO"),
    };
    request(context, &found, command, &done).await
}

/// What it rests on, what stands in the way, and the commands that decide it; the plan's is the whole plan.
fn show(context: &Context, found: &MissionRef, gate: GateId, format: Format) -> Result<Exit> {
    let mission = &found.checked();
    let standing =
        |id| json!({ "standing": mission.standing(&id), "sealed": mission.is_sealed(&id), "id": id });
    let finding = |item| if let GateItem::Finding(id) = item { mission.findings.get(&id) } else { None };
    let value = || {
        json!({
            "gate": gate,
            "state": mission.gates.get(&gate),
            "waits": mission.waits_at(gate),
            "unshown": {
                "sentence": unshown::sentence(mission, gate),
                "counts": unshown::counts(mission, gate),
                "items": mission.unshown_at(gate),
            },
            "obstacles": obstacles(mission, gate),
            "sealed": mission.sealed_gap(gate),
            "requirements": mission.requirements.iter().map(|found| json!({
                "requirement": found,
                "coverage": mission.coverage(found, gate),
            })).collect::<Vec<_>>(),
            "assertions": assertions(mission, gate).into_iter().map(standing).collect::<Vec<_>>(),
            "refused": mission.refused.as_ref().filter(|_| gate == GateId::Plan).map(|refused| json!({
                "at": refused.at,
                "note": refused.note,
                "answer": mission.answer,
                "changes": mission.since_refusal(),
            })),
            "reports": reports(mission, gate).into_iter().map(report).collect::<Vec<_>>(),
            "findings": items(mission, gate).into_iter().filter_map(finding).collect::<Vec<_>>(),
        })
    };
    context
        .answer(format, value, |width| gate_page::rows(mission, gate, &|piece| found.title_of(piece), width))
}

fn report(report: Report<'_>) -> serde_json::Value {
    match report {
        Report::Scrutiny(report) => json!({ "scrutiny": report }),
        Report::UserTesting(flow, report) => json!({ "user_testing": report, "flow": flow.number() }),
        Report::Handoff(feature, attempt, handoff) => {
            json!({ "handoff": handoff, "feature": feature, "attempt": attempt })
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Words<'a> {
    mission: Option<&'a str>,
    gate: Option<GateId>,
    decision: Option<Said<'a>>,
}

/// What was said at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said<'a> {
    verb: &'a str,
    assertion: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn read(named: &'a NamedMission, words: &'a [String]) -> Result<Self> {
        let is_own = |word: &str| word.parse::<GateId>().is_ok() || DECISIONS.contains(&word);
        let (mission, words) = named.split(words, is_own);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (gate, decision) = match words.as_slice() {
            [] => (None, None),
            [gate] => (Some(gate_of(gate)?), None),
            [gate, verb] => (Some(gate_of(gate)?), Some(Said { verb, assertion: None })),
            [gate, verb, assertion] => {
                (Some(gate_of(gate)?), Some(Said { verb, assertion: Some(assertion) }))
            }
            _ => return Err(misuse(SHAPE)),
        };
        Ok(Self { mission, gate, decision })
    }
}

impl Said<'_> {
    fn command(self, mission: &Mission, gate: GateId, note: Option<&str>) -> Result<Command> {
        let note = note.map(|words| ask::text("the note", words)).transpose()?;
        match (self.verb.to_ascii_lowercase().as_str(), self.assertion, note) {
            ("go", None, note) => Ok(Command::DecideGate { gate, decision: Decision::Go { note } }),
            ("no-go" | "nogo", None, Some(note)) => {
                Ok(Command::DecideGate { gate, decision: Decision::NoGo { note } })
            }
            ("no-go" | "nogo", None, None) => Err(misuse("a NO-GO needs `--note` with what must change")),
            ("waive", Some(word), Some(reason)) => {
                Ok(Command::Waive { assertion: ask::assertion(mission, word)?.id.clone(), reason })
            }
            ("waive", Some(_), None) => Err(misuse("a waiver needs `--note` with the reason")),
            ("waive", None, _) => Err(misuse("name the assertion to waive, such as VAL-AUTH-001")),
            _ => Err(misuse(SHAPE)),
        }
    }
}

fn gate_of(word: &str) -> Result<GateId> {
    if DECISIONS.contains(&word) {
        return Err(misuse(format!("`{word}` at which gate? {SHAPE}")));
    }
    word.parse().map_err(|_| {
        let known = ["plan", "final"].into_iter().chain(DECISIONS).map(str::to_owned);
        let meant = nearest(word, known).map(|meant| format!("; did you mean `{meant}`?"));
        let meant = meant.unwrap_or_default();
        misuse(format!("`{word}` is not a gate: plan, a milestone such as M2, or final{meant}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MilestoneId;

    const NO_NAME: NamedMission = NamedMission { mission: None };

    fn read(line: &str) -> Result<Command> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let words = Words::read(&NO_NAME, &words)?;
        let (Some(gate), Some(said)) = (words.gate, words.decision) else {
            return Err(misuse("no decision"));
        };
        said.command(&Mission::unborn(), gate, line.contains("no-go").then_some("why"))
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
    fn without_a_decision_a_gate_is_looked_at() {
        let read = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let Words { mission, gate, decision } = Words::read(&NO_NAME, &words).unwrap();
            assert_eq!(decision, None);
            (mission.map(str::to_owned), gate)
        };
        assert_eq!(read(&[]), (None, None));
        assert_eq!(read(&["plan"]), (None, Some(GateId::Plan)));
        assert_eq!(read(&["guestbook-7k2p"]), (Some("guestbook-7k2p".to_owned()), None));
        assert_eq!(
            read(&["guestbook-7k2p", "final"]),
            (Some("guestbook-7k2p".to_owned()), Some(GateId::Final))
        );
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
