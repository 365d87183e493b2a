//! The contract as a checklist: every assertion with where it stands, its revision and its evidence.

use crate::domain::contract::{Assertion, Weight};
use crate::domain::id::AssertionId;
use crate::domain::verdict::Standing;

use super::gate::is_flaky;
use super::prelude::*;
use super::work::standing_sign;

/// The assertions in order, then those that are sealed; those that were retired stand last.
pub fn targets(mission: &Mission) -> Vec<AssertionId> {
    let sealed = mission.sealed.values().map(|sealed| &sealed.assertion);
    let all = mission.contract.values().chain(sealed);
    let retired = all.filter(|assertion| !assertion.is_active());
    mission.held_assertions().chain(retired).map(|assertion| assertion.id.clone()).collect()
}

/// An id without the beginning that all of them share, where room is dear.
fn short(id: &AssertionId) -> String {
    let id = id.to_string();
    id.strip_prefix("VAL-").map_or_else(|| id.clone(), str::to_owned)
}

/// One row: `✗ AUTH-002 Wrong password is refused   rev. 2  ▣ 1`.
pub fn row(mission: &Mission, id: &AssertionId) -> Row {
    let Some(assertion) = mission.assertion(id) else { return Row::new() };
    let standing = mission.standing(id);
    let (sign, style) = standing_sign(standing);
    let words = match standing {
        Standing::Pending => StyleRole::Dim,
        Standing::Retired => StyleRole::Faint,
        Standing::Passed | Standing::Failed | Standing::Blocked | Standing::Stale | Standing::Waived => {
            StyleRole::Text
        }
    };
    let row = Row::new()
        .sign(style, sign)
        .then(StyleRole::Dim, format!("{} ", short(id)))
        .then(words, assertion.wording.title.as_str());
    noted(row, mission, assertion)
}

/// One row of a list that stands alone: with the whole id, where it stands in a word, who builds it, how it is checked.
pub fn entry(mission: &Mission, assertion: &Assertion) -> Row {
    let id = &assertion.id;
    let standing = mission.standing(id);
    let (sign, style) = standing_sign(standing);
    let feature = match mission.claimant(id) {
        Some(feature) => feature.id.to_string(),
        None if mission.is_sealed(id) => {
            mission.milestone_held_to(id).map(|owed| owed.to_string()).unwrap_or_default()
        }
        None => String::new(),
    };
    let row = Row::new()
        .sign(style, sign)
        .then(style, padded(standing.word(), 8))
        .then(StyleRole::Dim, format!("{id} "))
        .then(StyleRole::Text, assertion.wording.title.as_str());
    noted(row, mission, assertion)
        .end(StyleRole::Dim, format!("  {feature:>4}  {}", padded(assertion.wording.check.via.word(), 8)))
}

/// How much an assertion weighs, in a word.
pub fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Blocking => "blocking",
        Weight::NonBlocking => "non-blocking",
    }
}

/// With what one should know of an assertion at the right: its weight, whether its verdicts agree, its revision, and
/// how much evidence there is.
fn noted(mut row: Row, mission: &Mission, assertion: &Assertion) -> Row {
    let id = &assertion.id;
    if mission.is_sealed(id) {
        row = row.end(StyleRole::Accent, "sealed ");
    }
    if assertion.wording.weight == Weight::NonBlocking {
        row = row.end(StyleRole::Dim, format!("{} ", weight(Weight::NonBlocking)));
    }
    if mission.standing(id) == Standing::Passed && mission.seen_red(id).proves_nothing() {
        row = row.end(StyleRole::Warn, format!("{} ", mission.seen_red(id).word()));
    }
    if is_flaky(mission, id) {
        row = row.end(StyleRole::Warn, "flaky ");
    }
    if assertion.revision.0 > 1 {
        row = row.end(StyleRole::Dim, format!(" rev. {} ", assertion.revision.0));
    }
    let evidence = mission.newest_verdict(id).map_or(0, |verdict| verdict.evidence.len());
    if evidence > 0 {
        row.end(StyleRole::Dim, format!(" ▣ {evidence}"))
    } else {
        row.end(StyleRole::Text, "    ")
    }
}
