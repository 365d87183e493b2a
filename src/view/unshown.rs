//! What is not shown, in a sentence that is read first at every gate, and as a list.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::claim::NotRun;
use crate::domain::gate::GateId;
use crate::domain::id::FeatureId;
use crate::domain::unshown::{Doubt, Matter, Unshown};

use super::assertion::why_unseen;
use super::prelude::*;
use super::requirement::{short, tally_words};
use super::work::{assertion_name, feature_name, standing_sign};
use crate::domain::verdict::Standing;

/// How many things are not shown for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Count {
    pub doubt: Doubt,
    pub number: usize,
    /// Of them, those whose check was never seen red either, where the reason is another one.
    pub not_seen_red: usize,
}

/// The counts of a gate, the gravest first.
pub fn counts(mission: &Mission, gate: GateId) -> Vec<Count> {
    let mut counts: BTreeMap<Doubt, (usize, usize)> = BTreeMap::new();
    for found in mission.unshown_at(gate) {
        let (number, unseen) = counts.entry(found.doubt).or_default();
        *number += 1;
        *unseen += usize::from(mission.also_doubted(&found).is_some());
    }
    let counts = counts.into_iter();
    counts.map(|(doubt, (number, not_seen_red))| Count { doubt, number, not_seen_red }).collect()
}

/// What a gate does not show: `Not shown: 2 requirements without an assertion · 1 waived`. Nothing before there is a
/// contract.
pub fn sentence(mission: &Mission, gate: GateId) -> String {
    if mission.contract.is_empty() {
        return String::new();
    }
    let counts = counts(mission, gate);
    if counts.is_empty() {
        return all_shown(mission, gate);
    }
    let of = |doubt| counts.iter().find(|count| count.doubt == doubt).map_or(0, |count| count.number);
    let before = counts.iter().filter(|count| count.doubt < Doubt::NotSeenRed).map(|count| words(*count));
    let after = counts.iter().filter(|count| count.doubt > Doubt::Sampled).map(|count| words(*count));
    let older = counts.iter().map(|count| count.not_seen_red).sum();
    let unseen = unseen_words(of(Doubt::NotSeenRed), of(Doubt::Sampled), older);
    let parts: Vec<String> = before.chain(unseen).chain(after).collect();
    format!("Not shown: {}", parts.join(" · "))
}

/// The first line of a gate, over more rows where there is much to say; nothing before there is a contract.
pub fn headline(mission: &Mission, gate: GateId, width: usize) -> Vec<Row> {
    let sentence = sentence(mission, gate);
    let (sign, style) = match mission.unshown_at(gate).first() {
        None => GOOD,
        Some(found) => sign(found.doubt),
    };
    if sentence.is_empty() {
        return Vec::new();
    }
    let lead = Row::new().sign(style, sign).left.into_iter().map(|piece| piece.text).collect::<String>();
    hanging((style, &lead), style, &sentence, width)
}

/// Everything that a gate does not show, each with its reason.
pub fn rows(mission: &Mission, gate: GateId) -> Vec<Row> {
    mission.unshown_at(gate).iter().map(|found| row(mission, found)).collect()
}

/// One thing that is not shown, with its reason at the left.
pub fn row(mission: &Mission, found: &Unshown) -> Row {
    let (sign, style) = sign(found.doubt);
    let name = match &found.matter {
        Matter::Requirement(id) => {
            let text = mission.requirement(*id).map(|known| short(known.text.as_str()));
            format!("{id} {}", text.unwrap_or_default())
        }
        Matter::Assertion(id) => assertion_name(mission, id),
        Matter::Feature(id) if [Doubt::ClaimLeft, Doubt::CountUnshown].contains(&found.doubt) => {
            left_out(mission, *id)
        }
        Matter::Feature(id) => feature_name(mission, *id),
    };
    let row = Row::new().sign(style, sign).then(style, padded(reason(found.doubt), 15));
    let also = mission.also_doubted(found).map(|doubt| format!("{}: ", reason(doubt)));
    let row = row.then(style, also.unwrap_or_default()).then(StyleRole::Text, name);
    let why = unseen_because(mission, found);
    if why.is_empty() { row } else { row.then(StyleRole::Dim, format!(": {why}")) }
}

/// Why the check of what passed was not seen red; empty where that is not the matter.
pub fn unseen_because(mission: &Mission, found: &Unshown) -> String {
    let Matter::Assertion(id) = &found.matter else { return String::new() };
    let doubt = mission.also_doubted(found).unwrap_or(found.doubt);
    if ![Doubt::NotSeenRed, Doubt::Sampled].contains(&doubt) {
        return String::new();
    }
    mission.assertion(id).map(|known| why_unseen(mission, known)).unwrap_or_default()
}

/// The commands of a handoff that were not run again, or show no number, with the reasons.
fn left_out(mission: &Mission, feature: FeatureId) -> String {
    let left = mission.claims_left.get(&feature).into_iter().flatten();
    let left = left.map(|NotRun { command, why }| format!("`{command}`, because {why}"));
    let unshown = mission.counts_unshown(feature).into_iter();
    let unshown =
        unshown.map(|(command, said)| format!("“{said}” of `{command}`, whose output says no number"));
    format!("{feature}: {}", left.chain(unshown).collect::<Vec<_>>().join("; "))
}

/// Why something is not shown, in a word or two.
pub fn reason(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::NoAssertion => "no assertion",
        Doubt::NoVerdict => "no verdict",
        Doubt::Failed => "failed",
        Doubt::Blocked => "blocked",
        Doubt::Stale => "stale",
        Doubt::EvidenceLost => "evidence lost",
        Doubt::Older => "older commit",
        Doubt::Waived => "waived",
        Doubt::Vacuous => "vacuous",
        Doubt::Toothless => "toothless",
        Doubt::NotSeenRed => "not seen red",
        Doubt::Sampled => "sampled",
        Doubt::ClaimUnchecked => "not run again",
        Doubt::ClaimLeft => "claims left out",
        Doubt::CountUnshown => "no count",
    }
}

fn words(Count { doubt, number: n, .. }: Count) -> String {
    match doubt {
        Doubt::NoAssertion => format!("{} without an assertion", plural(n, "requirement")),
        Doubt::NoVerdict => format!("{} without a verdict", plural(n, "assertion")),
        Doubt::EvidenceLost => format!("{n} whose evidence is lost"),
        Doubt::Older => format!("{n} proven at an older commit"),
        Doubt::ClaimUnchecked => format!("{} not run again", plural(n, "handoff")),
        Doubt::ClaimLeft => format!("{} with claims not run again", plural(n, "handoff")),
        Doubt::CountUnshown => format!("{} with numbers of tests that nothing shows", plural(n, "handoff")),
        Doubt::Failed
        | Doubt::Blocked
        | Doubt::Stale
        | Doubt::Waived
        | Doubt::Vacuous
        | Doubt::Toothless
        | Doubt::NotSeenRed
        | Doubt::Sampled => format!("{n} {}", reason(doubt)),
    }
}

/// Everything whose check nobody saw fail is one number, which stands beside what is proven on every screen; what else is
/// to be said of some of it comes behind.
fn unseen_words(alone: usize, sampled: usize, older: usize) -> Option<String> {
    let all = alone + sampled + older;
    let parts = [(older, "older"), (sampled, "sampled")];
    let parts = parts.iter().filter(|(number, _)| *number > 0 && all > 0);
    let parts: Vec<String> = parts.map(|(number, word)| format!("{number} of them {word}")).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    (all > 0).then(|| format!("{all} not seen red{parts}"))
}

fn all_shown(mission: &Mission, gate: GateId) -> String {
    let requirements = mission.requirement_tally(gate);
    let all = mission.tally(&mission.assertions_at(gate)).all;
    let assertions = format!("{all} of {}", plural(all, "assertion"));
    match gate {
        GateId::Plan if requirements.all == 0 => {
            "No requirement is named: what the plan leaves out cannot be said".to_owned()
        }
        GateId::Plan => format!("Every requirement has an assertion: {}", tally_words(requirements)),
        GateId::Milestone(_) => format!("Nothing is unshown here: {assertions}"),
        GateId::Final if requirements.all == 0 => format!("Nothing is unshown: {assertions}"),
        GateId::Final => format!("Nothing is unshown: {}, {assertions}", tally_words(requirements)),
    }
}

/// The sign and style of a reason.
pub fn sign(doubt: Doubt) -> Sign {
    match doubt {
        Doubt::NoAssertion | Doubt::NoVerdict => (Glyph::Pending, StyleRole::Warn),
        Doubt::Failed => standing_sign(Standing::Failed),
        Doubt::Blocked => standing_sign(Standing::Blocked),
        Doubt::Stale
        | Doubt::EvidenceLost
        | Doubt::Older
        | Doubt::ClaimUnchecked
        | Doubt::ClaimLeft
        | Doubt::CountUnshown => standing_sign(Standing::Stale),
        Doubt::Waived | Doubt::Vacuous | Doubt::Toothless | Doubt::NotSeenRed | Doubt::Sampled => {
            standing_sign(Standing::Waived)
        }
    }
}
