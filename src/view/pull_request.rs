//! A mission as the text of a pull request: what was asked, who decided what, what is proven and what is not.
//!
//! It is Markdown, read by people who know nothing of the mission; what agents wrote stands in it as text and never as markup.

use crate::domain::contract::Assertion;
use crate::domain::finding::Source;
use crate::domain::gate::{DecidedBy, Decision, Gate};
use crate::domain::verdict::Standing;

use super::assertion::newest;
use super::finding::weight;
use super::gate::is_flaky;
use super::markdown::{escaped, text};
use super::prelude::*;
use super::row::plain;
use super::unshown::{row, sentence, unseen_because};
use super::words::of_proven;
use super::work::gate_subject;
use crate::domain::gate::GateId;
use crate::domain::unshown::{Doubt, Matter};

/// Characters that a platform takes at most; a longer text is cut, and says so.
const LONGEST: usize = 60_000;

/// The title of the pull request.
pub fn title(mission: &Mission) -> String {
    one_line(mission.title())
}

/// Its text.
pub fn body(mission: &Mission) -> String {
    let parts = [
        first_line(mission),
        goal(mission),
        gates(mission),
        contract(mission),
        waived(mission),
        not_shown(mission),
    ];
    let body = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    if body.chars().count() <= LONGEST {
        return body + "\n";
    }
    let kept: String = body.chars().take(LONGEST).collect();
    let whole = kept.rsplit_once('\n').map_or(kept.as_str(), |(lines, _)| lines);
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    format!("{whole}\n\n… cut here: `flightdeck gate {id} final` tells the rest.\n")
}

/// What is not shown, in the first line.
fn first_line(mission: &Mission) -> String {
    let sentence = sentence(mission, GateId::Final);
    if sentence.is_empty() { sentence } else { format!("**{}**", text(&sentence)) }
}

fn goal(mission: &Mission) -> String {
    let Some(founding) = &mission.founding else { return String::new() };
    let quote: Vec<String> =
        clean(founding.goal.as_str()).lines().map(|line| format!("> {}", escaped(line))).collect();
    let head = mission.head().map(|head| head.short().to_owned()).unwrap_or_default();
    format!(
        "{}\n\nFlown by agents as flightdeck mission `{}`, from {} to {head}.",
        quote.join("\n"),
        founding.mission,
        founding.base.short()
    )
}

fn gates(mission: &Mission) -> String {
    let mut lines: Vec<String> = mission.gates.values().filter_map(gate).collect();
    let sent_back = mission.findings.values().filter(|finding| matches!(finding.source, Source::Gate));
    lines.extend(
        sent_back.map(|finding| format!("- sent back before: {}", text(finding.description.as_str()))),
    );
    titled("Gates", &lines)
}

fn gate(gate: &Gate) -> Option<String> {
    let decided = gate.decided.as_ref()?;
    let by = match decided.by {
        DecidedBy::Person => "a person",
        DecidedBy::Autopilot => "autopilot",
    };
    let (word, note) = match &decided.decision {
        Decision::Go { note } => ("GO", note.as_ref()),
        Decision::NoGo { note } => ("NO-GO", Some(note)),
    };
    let note = note.map_or_else(String::new, |note| format!(": {}", text(note.as_str())));
    Some(format!("- {}: **{word}** by {by}{note}", gate_subject(gate.id)))
}

fn contract(mission: &Mission) -> String {
    let active: Vec<&Assertion> = mission.held_assertions().collect();
    if active.is_empty() {
        return String::new();
    }
    let tally = mission.tally(active.iter().map(|one| &one.id));
    let mut lines = vec![
        format!("{} of {} proven{}.\n", tally.proven, plural(active.len(), "assertion"), of_proven(tally)),
        "| | Assertion | Checked by | Verdict |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    lines.extend(active.into_iter().map(|one| assertion_row(mission, one)));
    titled("Contract", &lines)
}

fn assertion_row(mission: &Mission, assertion: &Assertion) -> String {
    let standing = mission.standing(&assertion.id);
    let seen = match (standing, newest(mission, &assertion.id)) {
        (Standing::Waived | Standing::Pending, _) | (_, None) => String::new(),
        (_, Some(verdict)) => {
            format!(" at {}: {}", verdict.commit.short(), text(verdict.observed.as_str()))
        }
    };
    format!(
        "| {} | {} | {} | **{}**{seen} |",
        assertion.id,
        text(assertion.wording.title.as_str()),
        assertion.wording.check.via.word(),
        standing.word()
    )
}

fn waived(mission: &Mission) -> String {
    let waived = mission.waivers.iter().filter(|(id, _)| mission.standing(id) == Standing::Waived);
    let lines: Vec<String> =
        waived.map(|(id, waiver)| format!("- {id}: {}", text(waiver.reason.as_str()))).collect();
    titled("Waived: accepted unproven", &lines)
}

/// What is to be said of an assertion that is not shown.
fn doubted(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::NoAssertion | Doubt::NoVerdict => "is pending",
        Doubt::Failed => "is failed",
        Doubt::Blocked => "is blocked",
        Doubt::Stale => "is stale",
        Doubt::EvidenceLost => "rests on evidence that is lost",
        Doubt::Older => "was proven before the last change",
        Doubt::Waived => "is waived",
        Doubt::Vacuous => "held before anything was built",
        Doubt::Toothless => "passes whatever is undone of the app",
        Doubt::NotSeenRed => "was never seen to fail",
        Doubt::Sampled => "was not seen to fail in the time there was for it",
        Doubt::ClaimUnchecked | Doubt::ClaimLeft => "rests on a claim that was not run again",
        Doubt::CountUnshown => "rests on a number of tests that no output shows",
    }
}

fn not_shown(mission: &Mission) -> String {
    let lines: Vec<String> = unshown(mission).iter().map(|line| format!("- {}", text(line))).collect();
    titled("Not shown", &lines)
}

/// What a reader of the contract alone would take for shown, each in a sentence.
pub fn unshown(mission: &Mission) -> Vec<String> {
    let mut lines = Vec::new();
    for found in mission.unshown() {
        match &found.matter {
            Matter::Requirement(id) => {
                let text = mission.requirement(*id).map(|known| known.text.as_str()).unwrap_or_default();
                lines.push(format!("{id} has no assertion: {text}"));
            }
            Matter::Assertion(id) => {
                let title = mission.assertion(id).map(|known| known.wording.title.as_str());
                let also = mission.also_doubted(&found).map(|doubt| format!(", and {}", doubted(doubt)));
                let doubt = doubted(found.doubt);
                let why = unseen_because(mission, &found);
                let why = if why.is_empty() { why } else { format!(" ({why})") };
                lines.push(format!(
                    "{id} {doubt}{}{why}: {}",
                    also.unwrap_or_default(),
                    title.unwrap_or_default()
                ));
            }
            Matter::Feature(_) => lines.push(plain(&[row(mission, &found)])),
        }
    }
    for assertion in mission.held_assertions().filter(|assertion| is_flaky(mission, &assertion.id)) {
        lines.push(format!(
            "{} did not always give the same verdict: {}",
            assertion.id, assertion.wording.title
        ));
    }
    for finding in mission.open_findings() {
        lines.push(format!(
            "{} is open, {}: {}",
            finding.id,
            weight(finding.severity),
            one_line(finding.description.as_str())
        ));
    }
    lines
}

fn titled(title: &str, lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("## {title}\n\n{}", lines.join("\n")) }
}
