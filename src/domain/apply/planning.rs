//! How contract and plan change.

use crate::domain::contract::AssertionState;
use crate::domain::event::Event;
use crate::domain::id::{FeatureId, MilestoneId, Timestamp};
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState};
use crate::domain::verdict::Waiver;

impl Mission {
    pub(super) fn apply_planning(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::ContractProposed { assertions } => {
                self.contract = assertions.iter().map(|a| (a.id.clone(), a.clone())).collect();
            }
            Event::EnvironmentProposed { environment } => self.environment = Some(environment.clone()),
            Event::PlanProposed { title, milestones, features } => {
                self.title = title.clone().or_else(|| self.title.take());
                self.milestones.clone_from(milestones);
                self.features.clone_from(features);
            }
            Event::FeatureAdded { feature } => self.add_feature((**feature).clone()),
            Event::FeatureEdited { feature, spec } => {
                self.with_feature(*feature, |f| f.spec = spec.clone());
            }
            Event::FeatureCancelled { feature, reason } => {
                self.with_feature(*feature, |f| f.state = FeatureState::Cancelled { reason: reason.clone() });
            }
            Event::AssertionAdded { assertion, feature } => {
                self.contract.insert(assertion.id.clone(), (**assertion).clone());
                self.with_feature(*feature, |f| f.fulfills.push(assertion.id.clone()));
            }
            Event::AssertionEdited { assertion, revision, wording } => {
                if let Some(found) = self.contract.get_mut(assertion) {
                    found.revision = *revision;
                    found.wording = (**wording).clone();
                }
            }
            Event::AssertionRetired { assertion, reason } => {
                if let Some(found) = self.contract.get_mut(assertion) {
                    found.state = AssertionState::Retired { reason: reason.clone() };
                }
            }
            Event::AssertionWaived { assertion, revision, reason } => {
                let waiver = Waiver { revision: *revision, reason: reason.clone(), at };
                self.waivers.insert(assertion.clone(), waiver);
            }
            _ => {}
        }
    }

    /// Fix features go to the front of their milestone, behind other fixes; planned ones to its end.
    fn add_feature(&mut self, feature: Feature) {
        let same = |f: &Feature| f.milestone == feature.milestone;
        let place = if feature.is_fix() {
            let first_open = self.features.iter().position(|f| same(f) && !f.is_built() && !f.is_fix());
            first_open.unwrap_or_else(|| self.end_of(feature.milestone))
        } else {
            self.end_of(feature.milestone)
        };
        self.features.insert(place.min(self.features.len()), feature);
    }

    fn end_of(&self, milestone: MilestoneId) -> usize {
        self.features.iter().rposition(|f| f.milestone <= milestone).map_or(0, |last| last + 1)
    }

    pub(super) fn with_feature(&mut self, id: FeatureId, change: impl FnOnce(&mut Feature)) {
        if let Some(feature) = self.features.iter_mut().find(|feature| feature.id == id) {
            change(feature);
        }
    }
}
