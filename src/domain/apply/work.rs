//! How attempts and what they hand in change a mission.

use std::collections::BTreeMap;

use crate::domain::attempt::{Attempt, Ended, Ending, Work};
use crate::domain::event::Event;
use crate::domain::id::{AssertionId, AttemptId, Revision, Timestamp};
use crate::domain::mission::Mission;
use crate::domain::plan::{Claims, FeatureState};
use crate::domain::usage::Usage;

impl Mission {
    pub(super) fn apply_work(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::AttemptStarted { attempt, work, role, model, base } => {
                let attempt = Attempt {
                    id: *attempt,
                    work: *work,
                    role: *role,
                    model: model.clone(),
                    base: base.clone(),
                    started: at,
                    ended: None,
                    usage: Usage::default(),
                    revisions: self.revisions_for(*work),
                };
                self.attempts.insert(attempt.id, attempt);
            }
            Event::AttemptEnded { attempt, ending } => self.end_attempt(*attempt, ending, at),
            Event::UsageCounted { attempt, usage } => {
                if let Some(found) = self.attempts.get_mut(attempt) {
                    found.usage += *usage;
                }
            }
            Event::RevisionTold { attempt, assertion, revision } => {
                if let Some(found) = self.attempts.get_mut(attempt) {
                    found.revisions.insert(assertion.clone(), *revision);
                }
            }
            Event::HandoffGiven { attempt, feature, head, handoff } => {
                let base = self.attempts.get(attempt).map_or_else(|| head.clone(), |a| a.base.clone());
                let state = FeatureState::Built {
                    attempt: *attempt,
                    base,
                    head: head.clone(),
                    claims: Claims::Unchecked,
                };
                self.with_feature(*feature, |f| f.state = state);
                self.handoffs.insert(*feature, (*attempt, (**handoff).clone()));
            }
            Event::ClaimsChecked { feature, claims: found, runs } => {
                self.claim_runs.insert(*feature, runs.clone());
                self.with_feature(*feature, |f| {
                    if let FeatureState::Built { claims, .. } = &mut f.state {
                        *claims = *found;
                    }
                });
            }
            _ => {}
        }
    }

    fn end_attempt(&mut self, id: AttemptId, ending: &Ending, at: Timestamp) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        attempt.ended = Some(Ended { at, ending: ending.clone() });
        let work = attempt.work;
        match ending {
            Ending::Failed { .. } => match self.failures.iter_mut().find(|(failed, _)| *failed == work) {
                Some((_, count)) => *count += 1,
                None => self.failures.push((work, 1)),
            },
            Ending::Done => self.failures.retain(|(failed, _)| *failed != work),
            Ending::Unusable { .. } | Ending::Interrupted | Ending::Stopped { .. } => {}
        }
    }

    /// The revisions that an attempt at this work starts under.
    fn revisions_for(&self, work: Work) -> BTreeMap<AssertionId, Revision> {
        let ids = match work {
            Work::Build { feature } => {
                self.feature(feature).map(|found| self.assertions_at_stake(found)).unwrap_or_default()
            }
            Work::TestAsUser { milestone, round } => {
                self.round(milestone, round).map(|found| found.to_test.clone()).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        ids.into_iter().filter_map(|id| self.contract.get(&id).map(|a| (id, a.revision))).collect()
    }
}
