//! What workers hand in, and the issues that agents report.

use super::Result;
use super::transaction::{Raised, Transaction};
use crate::domain::attempt::{AgentWork, Attempt};
use crate::domain::event::Event;
use crate::domain::finding::{Severity, Source};
use crate::domain::handoff::{Handoff, Issue};
use crate::domain::id::{Commit, FeatureId};
use crate::domain::mission::Mission;

pub(super) fn hand_in(tx: &mut Transaction, handoff: Handoff, head: Commit) -> Result {
    let asker = tx.asker()?;
    let (attempt, base) = (asker.id, asker.base.clone());
    let AgentWork::Build { feature } = asker.work else {
        refuse!(OutOfTurn, "only a worker on a feature hands in")
    };
    knows_its_assertions(tx.mission(), asker)?;
    refuse_if!(
        head == base && !handoff.implemented.is_empty(),
        Invalid,
        "nothing was committed since you started: commit your work, or leave `implemented` empty and say why"
    );
    let untouched = head == base;
    let sets_right = tx.mission().feature(feature).is_some_and(|known| tx.mission().sets_right(known));
    tx.emit(Event::HandoffGiven { attempt, feature, head, handoff: Box::new(handoff.clone()) });
    let mut raise = |severity, source, text: &str| {
        tx.raise(Raised { feature: Some(feature), ..Raised::new(severity, source, text) });
    };
    if untouched && !sets_right {
        let text = format!("{feature} was handed in without a commit: {}", handoff.summary);
        raise(Severity::Blocking, Source::Handoff { attempt }, &text);
    }
    for item in &handoff.left_undone {
        raise(Severity::NonBlocking, Source::LeftUndone { attempt }, item.as_str());
    }
    for issue in handoff.issues {
        raise_issue(tx, issue, Source::Handoff { attempt }, Some(feature));
    }
    super::note::propose(tx, handoff.learned)?;
    tx.end_asker()
}

/// Nobody hands in under a contract that changed without their knowledge.
fn knows_its_assertions(mission: &Mission, worker: &Attempt) -> Result {
    let untold = mission.untold(worker);
    let untold = untold.iter().filter_map(|(id, _)| mission.contract.get(id));
    let said: Vec<String> =
        untold.map(|a| format!("{} (revision {}): {}", a.id, a.revision.0, a.wording.statement)).collect();
    refuse_if!(
        !said.is_empty(),
        Conflict,
        "the contract changed while you worked: {}; see that your work makes it hold, and hand in again",
        said.join("; ")
    );
    Ok(())
}

/// Raises a reported issue as a finding.
pub(super) fn raise_issue(tx: &mut Transaction, issue: Issue, source: Source, feature: Option<FeatureId>) {
    let Issue { severity, description, suggested_fix } = issue;
    tx.raise(Raised { feature, suggested_fix, ..Raised::new(severity, source, description) });
}
