//! What was asked and what is proven of it.

use serde::Serialize;

use crate::domain::contract::Assertion;
use crate::domain::gate::{DecidedBy, Decision, Gate, GateId};
use crate::domain::mission::Mission;
use crate::domain::sabotage::SeenRed;
use crate::domain::verdict::{Standing, Verdict};
use crate::view::assertion::{given_by, method, seen_red, tried_again};
use crate::view::contract::weight;
use crate::view::when::day_and_time;
use crate::view::words::one_line;
use crate::view::work::gate_subject;

/// An assertion with everything that was found of it.
#[derive(Debug, Clone, Serialize)]
pub struct AssertionPart {
    pub id: String,
    pub title: String,
    pub statement: String,
    pub via: &'static str,
    pub how: String,
    pub command: String,
    pub weight: &'static str,
    pub revision: u32,
    pub standing: Standing,
    /// The milestone that claims it; empty where none does.
    pub milestone: String,
    pub feature: String,
    /// Whether nobody who built was told of it.
    pub sealed: bool,
    /// Why it is accepted unproven; empty where it is not.
    pub waived: String,
    pub seen_red: SeenRed,
    /// How its check was seen to fail, or not; empty where nothing was tried.
    pub seen_red_words: String,
    /// What a pass does not say: that it is of an older commit, that its check was never seen to fail.
    pub doubts: Vec<&'static str>,
    /// Oldest first.
    pub verdicts: Vec<VerdictPart>,
}

/// A verdict, and who stands behind it.
#[derive(Debug, Clone, Serialize)]
pub struct VerdictPart {
    pub outcome: &'static str,
    pub observed: String,
    /// Whole.
    pub commit: String,
    pub revision: u32,
    pub round: u32,
    pub by: String,
    /// Empty where no model looked, and with it its family: the engine did the steps of a tester again.
    pub model: String,
    pub family: String,
    /// Whether the person took back that it was asked for: the one before it counts.
    pub taken_back: bool,
    /// How it was come by.
    pub methods: String,
    pub at: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub evidence: Vec<String>,
    /// What came of a failure when the same was done again; empty where nothing is to be said of it.
    pub tried_again: String,
}

/// A decision at a gate.
#[derive(Debug, Clone, Serialize)]
pub struct GatePart {
    pub name: String,
    pub decision: &'static str,
    pub by: &'static str,
    pub note: String,
    pub at: String,
}

impl AssertionPart {
    /// The verdict that counts.
    pub(super) fn newest(&self) -> Option<&VerdictPart> {
        self.verdicts.iter().rfind(|verdict| !verdict.taken_back)
    }
}

pub(super) fn contract(mission: &Mission) -> Vec<AssertionPart> {
    let sealed = mission.sealed.values().map(|sealed| &sealed.assertion);
    mission.contract.values().chain(sealed).map(|one| assertion(mission, one)).collect()
}

fn assertion(mission: &Mission, assertion: &Assertion) -> AssertionPart {
    let (id, wording) = (&assertion.id, &assertion.wording);
    let claimant = mission.claimant(id);
    let standing = mission.standing(id);
    let waiver = mission.waivers.get(id).filter(|_| standing == Standing::Waived);
    let verdicts = mission.verdicts.get(id).into_iter().flatten();
    AssertionPart {
        id: id.to_string(),
        title: wording.title.to_string(),
        statement: wording.statement.to_string(),
        via: wording.check.via.word(),
        how: wording.check.how.to_string(),
        command: wording.check.command.as_ref().map(ToString::to_string).unwrap_or_default(),
        weight: weight(wording.weight),
        revision: assertion.revision.0,
        standing,
        milestone: mission.milestone_held_to(id).map(|owed| owed.to_string()).unwrap_or_default(),
        feature: claimant.map(|feature| feature.id.to_string()).unwrap_or_default(),
        sealed: mission.is_sealed(id),
        waived: waiver.map(|waiver| waiver.reason.to_string()).unwrap_or_default(),
        seen_red: mission.seen_red(id),
        seen_red_words: seen_red(mission, assertion),
        doubts: doubts(mission, assertion, standing),
        verdicts: verdicts.map(|given| verdict(mission, given)).collect(),
    }
}

fn doubts(mission: &Mission, assertion: &Assertion, standing: Standing) -> Vec<&'static str> {
    let is_older = mission.is_older(GateId::Final, &assertion.id).then_some("proven at an older commit");
    let is_unseen = !mission.seen_red(&assertion.id).is_seen() && !assertion.wording.check.guard;
    let is_unseen = is_unseen.then_some("its check was never seen red");
    let passed = standing == Standing::Passed;
    is_older.into_iter().chain(is_unseen).filter(|_| passed).collect()
}

fn verdict(mission: &Mission, verdict: &Verdict) -> VerdictPart {
    let backing = mission.backing(verdict);
    VerdictPart {
        outcome: verdict.outcome.word(),
        observed: one_line(verdict.observed.as_str()),
        commit: verdict.commit.0.clone(),
        revision: verdict.revision.0,
        round: verdict.round,
        by: given_by(mission, verdict),
        taken_back: verdict.taken_back,
        model: backing.model,
        family: backing.family,
        methods: backing.methods.into_iter().map(method).collect::<Vec<_>>().join(" and "),
        at: day_and_time(verdict.at),
        at_ms: verdict.at.0,
        evidence: verdict.pieces().map(|reference| reference.0.clone()).collect(),
        tried_again: tried_again(mission, verdict).unwrap_or_default(),
    }
}

pub(super) fn gates(mission: &Mission) -> Vec<GatePart> {
    mission.gates.values().filter_map(gate).collect()
}

fn gate(gate: &Gate) -> Option<GatePart> {
    let decided = gate.decided.as_ref()?;
    let (decision, note) = match &decided.decision {
        Decision::Go { note } => ("GO", note.as_ref()),
        Decision::NoGo { note } => ("NO-GO", Some(note)),
    };
    let by = match decided.by {
        DecidedBy::Person => "a person",
        DecidedBy::Autopilot => "autopilot",
    };
    let note = note.map(ToString::to_string).unwrap_or_default();
    Some(GatePart { name: gate_subject(gate.id), decision, by, note, at: day_and_time(decided.at) })
}
