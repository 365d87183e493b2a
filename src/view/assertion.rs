//! One assertion in full: what it says, how it is checked, what was seen, what was decided.

mod claim;
mod pieces;
mod tries;

use crate::domain::backing::{Backing, Context, Method};
use crate::domain::contract::{Assertion, AssertionState, Weight};
use crate::domain::event::Actor;
use crate::domain::id::AssertionId;
use crate::domain::part::Authors;
use crate::domain::sabotage::SeenRed;
use crate::domain::verdict::{EvidenceRef, Outcome, Recurrence, Standing, Verdict};

use super::contract::{self, weight};
use super::prelude::*;
use super::words::actor;
use super::work::{assertion_name, outcome_sign, standing_sign};
use super::{requirement, sealed};

pub use claim::{Looking, brief_claim, claim, gate_claim, history};
pub use pieces::pieces;
pub use tries::{doubt, listed_tries, seen_red, tries, try_sign, try_words, why_unseen};

/// Everything about it on one page: all verdicts, the newest first, each with its evidence.
pub fn page(mission: &Mission, assertion: &Assertion, titles: &Titles<'_>, width: usize) -> Vec<Row> {
    let id = &assertion.id;
    let mut rows = head(mission, assertion, width);
    if newest(mission, id).is_none() {
        rows.push(no_verdict(mission, id));
    }
    for (index, given) in mission.verdicts.get(id).into_iter().flatten().rev().enumerate() {
        rows.extend((index > 0).then(Row::new));
        rows.extend(proof(mission, given, titles, width));
    }
    let tries = tries(mission, assertion, width);
    rows.extend((!tries.is_empty()).then(Row::new));
    rows.extend(tries);
    rows
}

/// What a piece of evidence is called; empty where nobody looks that up.
pub type Titles<'a> = dyn Fn(&EvidenceRef) -> String + 'a;

/// A verdict, and the commands that print its evidence with what each piece shows.
pub fn proof(mission: &Mission, given: &Verdict, titles: &Titles<'_>, width: usize) -> Vec<Row> {
    let mut rows = verdict(mission, given, width);
    for reference in given.pieces() {
        let lost = mission.lost_evidence.contains(reference);
        let words = if lost {
            format!("{} was changed or removed on disk after it was taken", reference.0)
        } else {
            let title = one_line(&titles(reference));
            let title = if title.is_empty() { title } else { format!("  {title}") };
            format!("flightdeck evidence {}{title}", reference.0)
        };
        rows.extend(labelled("evidence", &words, width));
    }
    rows
}

/// All verdicts of a mission, by assertion, the oldest first, and each time a check was tried on an app that it should fail on.
pub fn proofs(mission: &Mission, titles: &Titles<'_>, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, given) in &mission.verdicts {
        rows.push(Row::of(StyleRole::Strong, assertion_name(mission, id)));
        let proofs =
            given.iter().flat_map(|verdict| proof(mission, verdict, titles, width.saturating_sub(2)));
        rows.extend(indented(proofs.collect(), 2));
        let known = mission.assertion(id).into_iter();
        rows.extend(indented(
            known.flat_map(|known| tries(mission, known, width.saturating_sub(2))).collect(),
            2,
        ));
    }
    rows
}

/// What it says and how it is checked.
pub fn wording(assertion: &Assertion, width: usize) -> Vec<Row> {
    let wording = &assertion.wording;
    let mut rows = paragraph(StyleRole::Text, wording.statement.as_str(), width);
    rows.push(Row::new());
    rows.extend(labelled("check", &format!("{}: {}", wording.check.via.word(), wording.check.how), width));
    if let Some(command) = &wording.check.command {
        rows.extend(labelled("command", command.as_str(), width));
    }
    if wording.check.guard {
        rows.extend(labelled("guard", "it holds before anything is built and must still hold", width));
    }
    rows.extend(labelled("evidence", wording.evidence.as_str(), width));
    rows
}

/// An assertion below the feature that fulfills it: its line, and how it is checked.
pub fn in_plan(mission: &Mission, assertion: &Assertion, width: usize) -> Vec<Row> {
    let mut below = wording(assertion, width.saturating_sub(2));
    below.extend(waiver(mission, assertion, width.saturating_sub(2)));
    std::iter::once(contract::entry(mission, assertion)).chain(indented(below, 2)).collect()
}

/// Who worded which parts, where that is not the orchestrator alone.
pub fn authors(mission: &Mission, authors: &Authors, width: usize) -> Vec<Row> {
    let mut said: Vec<(Actor, Vec<&str>)> = Vec::new();
    for (part, author) in authors.all() {
        match said.iter_mut().find(|(by, _)| *by == author.by) {
            Some((_, parts)) => parts.push(part.word()),
            None => said.push((author.by, vec![part.word()])),
        }
    }
    if said.iter().all(|(by, _)| *by != Actor::Person) {
        return Vec::new();
    }
    let alone = said.len() == 1;
    let clauses = said.into_iter().map(|(by, parts)| {
        let parts = if alone { String::new() } else { format!("its {} ", parts.join(", ")) };
        format!("{parts}by {}", actor(mission, by))
    });
    labelled("worded", &clauses.collect::<Vec<_>>().join("; "), width)
}

/// Why it is accepted unproven, where it is.
pub fn waiver(mission: &Mission, assertion: &Assertion, width: usize) -> Vec<Row> {
    let waiver = mission.waivers.get(&assertion.id);
    waiver.map_or_else(Vec::new, |waiver| labelled("waived", &format!("“{}”", waiver.reason), width))
}

/// What was built since an assertion was proven, and how it is proven again; nothing where it holds of the present commit.
pub fn since_proof(mission: &Mission, id: &AssertionId) -> Option<String> {
    let commit = mission.proven_before_head(id)?;
    let head = mission.head()?;
    let built: Vec<String> = mission.built_since_proof(id).iter().map(ToString::to_string).collect();
    let built = if built.is_empty() { String::new() } else { format!(", before {} came", listed(&built)) };
    let asked = if mission.prove_again.contains(id) { "; it is tried again in the next round" } else { "" };
    Some(format!("proven at {commit}{built}; now it is {head}{asked}"))
}

/// The verdict that counts.
pub fn newest<'a>(mission: &'a Mission, id: &AssertionId) -> Option<&'a Verdict> {
    mission.newest_verdict(id)
}

/// All but the verdicts.
fn head(mission: &Mission, assertion: &Assertion, width: usize) -> Vec<Row> {
    let id = &assertion.id;
    let mut rows = vec![name(assertion), Row::new()];
    rows.extend(wording(assertion, width));
    match mission.claimant(id) {
        Some(feature) => {
            rows.extend(labelled("feature", &format!("{} {}", feature.id, feature.spec.title), width));
        }
        None if mission.is_sealed(id) => {
            rows.extend(labelled("sealed", &sealed::kept_from(mission, id), width));
        }
        None if assertion.is_active() => rows.extend(labelled("feature", "claimed by no feature", width)),
        None => {}
    }
    if !mission.requirements.is_empty() && !mission.is_sealed(id) {
        rows.extend(labelled("shows", &shown(mission, assertion), width));
    }
    if let Some(since) = since_proof(mission, id) {
        rows.extend(labelled("since", &since, width));
    }
    let seen = seen_red(mission, assertion);
    if !seen.is_empty() {
        rows.extend(labelled("seen red", &seen, width));
    }
    rows.extend(mission.assertion_authors.get(id).map_or_else(Vec::new, |a| authors(mission, a, width)));
    rows.extend(decided(mission, assertion, width).into_iter().flatten());
    rows.push(Row::new());
    rows.extend(stale(mission, id));
    rows
}

/// Its name, and its revision at the right.
fn name(assertion: &Assertion) -> Row {
    let light = match assertion.wording.weight {
        Weight::Blocking => String::new(),
        Weight::NonBlocking => format!(" · {}", weight(Weight::NonBlocking)),
    };
    Row::of(StyleRole::Strong, format!("{} {}", assertion.id, assertion.wording.title))
        .end(StyleRole::Dim, format!("revision {}{light}", assertion.revision.0))
}

/// What the person or an agent decided on it, a text each: that it is waived, that it is retired.
fn decided(mission: &Mission, assertion: &Assertion, width: usize) -> Vec<Vec<Row>> {
    let mut decided = vec![waiver(mission, assertion, width)];
    if let AssertionState::Retired { reason } = &assertion.state {
        let by = mission.assertion_authors.get(&assertion.id).and_then(|authors| authors.retired);
        let by = by.map(|by| format!(" by {}", actor(mission, by))).unwrap_or_default();
        decided.push(labelled("retired", &format!("“{reason}”{by}"), width));
    }
    decided
}

/// Why its newest verdict counts no more, where that is so.
fn stale(mission: &Mission, id: &AssertionId) -> Option<Row> {
    if mission.standing(id) != Standing::Stale {
        return None;
    }
    let (sign, style) = standing_sign(Standing::Stale);
    let words = if mission.rests_on_lost_evidence(id) {
        "its evidence was changed or removed on disk after this verdict:"
    } else {
        "the wording was changed after this verdict:"
    };
    Some(Row::new().sign(style, sign).then(style, words))
}

/// The requirements that it shows, with their words.
fn shown(mission: &Mission, assertion: &Assertion) -> String {
    let found = assertion.shows.iter().filter_map(|id| mission.requirement(*id));
    let said: Vec<String> =
        found.map(|found| format!("{} {}", found.id, requirement::short(found.text.as_str()))).collect();
    if said.is_empty() { "no requirement".to_owned() } else { said.join("; ") }
}

fn no_verdict(mission: &Mission, id: &AssertionId) -> Row {
    let (sign, style) = standing_sign(mission.standing(id));
    Row::new().sign(style, sign).then(style, "no verdict yet")
}

/// Who gave a verdict: `#27 user testing`; or the engine, where it did the steps of that tester again.
pub fn given_by(mission: &Mission, verdict: &Verdict) -> String {
    let role = mission.attempts.get(&verdict.attempt).map_or_else(String::new, |by| format!(" {}", by.role));
    let tester = format!("{}{role}", verdict.attempt);
    if verdict.again { format!("the engine, replaying the steps of {tester}") } else { tester }
}

/// Who stands behind a verdict: which model by which methods, and behind a pass whether its check was seen to fail.
fn behind(mission: &Mission, verdict: &Verdict, backing: Backing) -> String {
    let by = (!backing.model.is_empty()).then(|| format!("by {}", backing.model));
    let methods: Vec<&str> = backing.methods.into_iter().map(method).collect();
    let red = match mission.seen_red(&verdict.assertion) {
        SeenRed::AtBase | SeenRed::Failed | SeenRed::Sabotaged => {
            let how = mission.how_red(&verdict.assertion).unwrap_or_default();
            format!("seen red{}", how.note())
        }
        SeenRed::Toothless | SeenRed::Vacuous => "proves nothing".to_owned(),
        SeenRed::Absent
        | SeenRed::Untold
        | SeenRed::OutOfTime
        | SeenRed::NotYet
        | SeenRed::Judged
        | SeenRed::Off => "not seen red".to_owned(),
    };
    let over = (!methods.is_empty()).then(|| format!("over {}", methods.join(" and ")));
    let red = over.as_ref().filter(|_| verdict.outcome == Outcome::Pass).map(|_| red);
    by.into_iter().chain(over).chain(red).collect::<Vec<_>>().join(", ")
}

/// The provider whose minds are scripts, and so their family.
const REHEARSAL: &str = "rehearsal";

/// Of which family that model is, and what its attempt knew before it looked.
fn mind(backing: &Backing) -> String {
    let context = match backing.context {
        Context::Clean => "it saw the contract and the app, and not the code",
        Context::OfCode => "it saw the code, and what was handed in with it",
    };
    let kind = match backing.family.as_str() {
        REHEARSAL => "a script that plays a model".to_owned(),
        family => format!("a model of the family {family}"),
    };
    if backing.model.is_empty() { String::new() } else { format!("{kind}: {context}") }
}

/// How a verdict was come by, in words.
pub fn method(method: Method) -> &'static str {
    match method {
        Method::EngineCommand => "the engine's own run",
        Method::Replay => "the tester's steps done again by the engine",
        Method::Command | Method::Http | Method::Terminal | Method::Browser => method.word(),
    }
}

/// A verdict in parts.
struct VerdictRows {
    head: Row,
    /// Who stands behind it.
    backing: Vec<Row>,
    observed: Vec<Row>,
    /// What came of a failure when the same was done again.
    again: Vec<Row>,
}

fn verdict(mission: &Mission, verdict: &Verdict, width: usize) -> Vec<Row> {
    let VerdictRows { head, backing, observed, again } = verdict_rows(mission, verdict, width);
    std::iter::once(head).chain(backing).chain(observed).chain(again).collect()
}

fn verdict_rows(mission: &Mission, verdict: &Verdict, width: usize) -> VerdictRows {
    let (sign, style) = outcome_sign(verdict.outcome);
    let back = if verdict.taken_back { " · taken back: the verdict before it counts" } else { "" };
    let place = format!(
        "  {} · {} round {} · at {} · revision {}{back}",
        given_by(mission, verdict),
        verdict.milestone,
        verdict.round,
        verdict.commit,
        verdict.revision.0
    );
    let head = Row::new().sign(style, sign).then(style, verdict.outcome.word()).then(StyleRole::Dim, place);
    let known = mission.backing(verdict);
    let mind = paragraph(StyleRole::Dim, &mind(&known), width);
    let mut backing: Vec<Row> = mind.into_iter().filter(|row| !row.left.is_empty()).collect();
    backing.extend(paragraph(StyleRole::Dim, &behind(mission, verdict, known), width));
    let again = tried_again(mission, verdict);
    let again = again.map(|words| paragraph(StyleRole::Warn, &words, width)).unwrap_or_default();
    VerdictRows {
        head,
        backing,
        observed: paragraph(StyleRole::Text, verdict.observed.as_str(), width),
        again,
    }
}

/// What came of a failure when the same was done again; nothing for what is no failure or is still to be tried. One of its
/// own command the engine has run twice.
pub fn tried_again(mission: &Mission, verdict: &Verdict) -> Option<String> {
    if let Some(second) = &verdict.second {
        return Some(second_try(&second.result));
    }
    let round = mission.round(verdict.milestone, verdict.round)?;
    let by_command = round.check(&verdict.assertion, verdict.revision).is_some_and(|run| !run.passed());
    let cannot = verdict.outcome == Outcome::Fail && verdict.steps.is_none() && !by_command;
    cannot.then(|| not_tried("no steps of its tester's are kept"))
}

/// What came of a second try, in a sentence.
pub fn second_try(result: &Recurrence) -> String {
    match result {
        Recurrence::Same => {
            "failed twice: the engine did the same steps again, and they showed the same".to_owned()
        }
        Recurrence::Other { first } => {
            format!("flaky: {first}, which is what the same steps showed when the engine did them again")
        }
        Recurrence::NotTried { why } => not_tried(why.as_str()),
    }
}

fn not_tried(why: &str) -> String {
    format!("not tried again, because {why}")
}
