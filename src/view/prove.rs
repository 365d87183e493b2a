//! Proving again: what can be asked for, or taken back, and what each would do.

use super::prelude::*;
use super::work::{assertion_name, gate_name};
use crate::domain::command::Command;
use crate::domain::environment::CommandRun;
use crate::domain::gate::GateId;
use crate::domain::id::AssertionId;
use crate::domain::verdict::Standing;

/// The command that has proven again whatever is older.
pub fn verb(mission: &Mission) -> String {
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    format!("`flightdeck prove {id} --all`")
}

/// What to do about what a gate takes from an earlier commit, and what the engine did about it by itself; nothing where
/// all of it is of the present one.
pub fn advice(mission: &Mission, gate: GateId, again: &str) -> Option<String> {
    let ids = mission.assertions_at(gate);
    let older: Vec<&AssertionId> = ids.iter().filter(|id| mission.is_older(gate, id)).collect();
    if gate == GateId::Plan || mission.is_go(gate) || older.is_empty() {
        return None;
    }
    let green = older.iter().filter(|id| is_green_here(mission, gate, id)).count();
    let ran = match green {
        0 => String::new(),
        some => format!(" The engine ran the commands of {some} at this commit by itself: green."),
    };
    let due = mission.provable_again(older.iter().copied().cloned());
    if due.is_empty() {
        let words = mission.may_prove_again(older.first()?).err().map(|refusal| refusal.sentence);
        let waits = || "they are proven again in the next round".to_owned();
        return Some(format!(
            "{} passed at an earlier commit: {}.{ran}",
            older.len(),
            words.unwrap_or_else(waits)
        ));
    }
    let kept = |id: &&AssertionId| mission.newest_verdict(id).is_some_and(|verdict| verdict.steps.is_some());
    let alone = match due.iter().filter(kept).count() {
        0 => "a tester looks again".to_owned(),
        all if all == due.len() => "the engine does their testers' steps again, without a model".to_owned(),
        some => format!(
            "the engine does the steps of {some} again, without a model; a tester looks at the others"
        ),
    };
    let what = match (due.len(), older.len()) {
        (1, 1) => "it".to_owned(),
        (some, all) if some == all => "them".to_owned(),
        (some, _) => format!("{some} of them"),
    };
    let number = older.len();
    Some(format!(
        "{number} passed at an earlier commit: {again} has {what} tried at this one ({alone}).{ran}"
    ))
}

/// What runs because the person wants it proven again, so that no gate is decided meanwhile; nothing where nothing does.
pub fn under_way(mission: &Mission) -> Option<String> {
    let ids: Vec<AssertionId> = mission.prove_again.iter().cloned().collect();
    let is = if ids.len() == 1 { "is" } else { "are" };
    let runs = mission.rounds.iter().find(|round| round.is_open()).map_or_else(
        || "the next round tries what you asked for".to_owned(),
        |round| format!("round {} of {} tries what you asked for", round.number, round.milestone),
    );
    let words = format!(
        "No GO yet: {} {is} being proven again, and {runs}. Wait for it, or take it back and decide.",
        names(&ids)
    );
    (!ids.is_empty()).then_some(words)
}

/// Whether the engine ran the command of an assertion at the commit of a gate, and it was green.
fn is_green_here(mission: &Mission, gate: GateId, id: &AssertionId) -> bool {
    let GateId::Milestone(milestone) = gate else { return mission.is_green_at_head(id) };
    let round = mission.last_round(milestone);
    let known = mission.assertion(id).zip(round);
    known.is_some_and(|(known, round)| round.check(id, known.revision).is_some_and(CommandRun::passed))
}

/// Something that can be done about what was proven at an older commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The choice in a word or two.
    pub label: &'static str,
    /// What it is about.
    pub words: String,
    /// Nothing for the one that changes nothing.
    pub command: Option<Command>,
    /// The words that confirm it.
    pub done: String,
}

/// What can be done: the selected assertion first, then all that a gate is about, then all there are, then what can be
/// taken back. The last changes nothing; where it is alone, [`nothing`] says why.
pub fn choices(mission: &Mission, selected: Option<&AssertionId>, gate: GateId) -> Vec<Choice> {
    let mut choices = Vec::new();
    if let Some(id) = selected {
        let name = assertion_name(mission, id);
        choices.extend(prove("this one", name.clone(), mission.provable_again([id.clone()])));
        let asked = Some(id.clone()).filter(|id| mission.may_take_back_proof(id).is_ok());
        choices.extend(take_back("take back this one", name, asked.into_iter().collect()));
    }
    let of_gate = mission.provable_again(mission.assertions_at(gate));
    let all = mission.provable_again(mission.assertions_at(GateId::Final));
    let only = |ids: &[AssertionId]| ids.len() == 1 && ids.first() == selected;
    if gate != GateId::Final && of_gate.len() < all.len() && !only(&of_gate) {
        let words = format!("{} of {}: {}", count(&of_gate), gate_name(gate), names(&of_gate));
        choices.extend(prove("all of this gate", words, of_gate));
    }
    if !only(&all) {
        choices.extend(prove("all that are older", format!("{}: {}", count(&all), names(&all)), all));
    }
    let asked = mission.proofs_to_take_back();
    if !only(&asked) {
        choices.extend(take_back("take back", format!("{}: {}", count(&asked), names(&asked)), asked));
    }
    let words = "nothing is changed".to_owned();
    choices.push(Choice { label: "cancel", words, command: None, done: String::new() });
    choices
}

/// What can be done where a decision waits for what is proven again: what changes nothing stands first.
pub fn while_waiting(mission: &Mission) -> Vec<Choice> {
    let words = "nothing is changed".to_owned();
    let wait = Choice { label: "wait", words, command: None, done: String::new() };
    let asked = mission.proofs_to_take_back();
    let taken = take_back("take back", format!("{}: {}", count(&asked), names(&asked)), asked);
    std::iter::once(wait).chain(taken).collect()
}

/// Why there is nothing to prove again, nor to take back, in a sentence.
pub fn nothing(mission: &Mission, selected: Option<&AssertionId>) -> String {
    let refused = selected.and_then(|id| mission.may_prove_again(id).err());
    let first = || {
        let mut passed = mission.held_assertions().map(|assertion| &assertion.id);
        passed.find(|id| mission.proven_before_head(id).is_some())
    };
    // What holds for all of them keeps the first from being tried as well.
    let refused = refused.or_else(|| mission.may_prove_again(first()?).err());
    refused.map_or_else(|| NOTHING.to_owned(), |refusal| refusal.sentence)
}

/// What is said where nothing is older.
pub const NOTHING: &str =
    "everything that passed was proven at the present commit: there is nothing to prove again";

/// What was asked for and can be taken back, with the command that does.
pub fn asked(mission: &Mission, ids: &[AssertionId]) -> Vec<Row> {
    let Some(id) = mission.id().filter(|_| !ids.is_empty()) else { return Vec::new() };
    let row = |one: &AssertionId| {
        let could_not = mission.standing(one) == Standing::Blocked;
        let came =
            if could_not { "could not be tried when you asked for it" } else { "is to be proven again" };
        Row::of(StyleRole::Warn, format!("{one} {came}"))
    };
    let how = format!("taken back with: flightdeck prove {id} ASSERTION… --take-back");
    ids.iter().map(row).chain([Row::of(StyleRole::Dim, how)]).collect()
}

/// What proving again is, and what was built since the selected one was proven, or why it cannot be tried.
pub fn page(mission: &Mission, selected: Option<&AssertionId>, width: usize) -> Vec<Row> {
    let mut rows = paragraph(
        StyleRole::Text,
        "It is tried at the present commit, in a small round that takes none of the milestone's own: by the engine where the steps of its tester show the same again, else by a tester.",
        width,
    );
    let Some(id) = selected else { return rows };
    let since = super::assertion::since_proof(mission, id).map(|since| format!("{id} {since}"));
    let refused = mission.may_prove_again(id).err().map(|refusal| refusal.sentence);
    rows.extend(since.or(refused).map(|words| paragraph(StyleRole::Dim, &words, width)).unwrap_or_default());
    rows
}

/// A choice that has some proven again; nothing where there are none.
fn prove(label: &'static str, words: String, assertions: Vec<AssertionId>) -> Option<Choice> {
    let done = format!("{} to be proven again in the next round", names(&assertions));
    let command = (!assertions.is_empty()).then_some(Command::ProveAgain { assertions })?;
    Some(Choice { label, words, command: Some(command), done })
}

fn take_back(label: &'static str, words: String, assertions: Vec<AssertionId>) -> Option<Choice> {
    let done = format!("{} taken back: the verdict before counts", names(&assertions));
    let command = (!assertions.is_empty()).then_some(Command::TakeBackProof { assertions })?;
    Some(Choice { label, words, command: Some(command), done })
}

fn count(ids: &[AssertionId]) -> String {
    plural(ids.len(), "assertion")
}

/// Their ids, as far as a line has room.
fn names(ids: &[AssertionId]) -> String {
    const MOST: usize = 4;
    let some: Vec<&str> = ids.iter().take(MOST).map(AssertionId::as_str).collect();
    let more = ids.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", some.join(", "))
}
