//! Who worded what: followed from the wordings that events bring and from who caused them. Each is called before its
//! event changes the wordings.

use crate::domain::contract::{Assertion, Wording};
use crate::domain::event::Actor;
use crate::domain::history::{Change, Rewording};
use crate::domain::id::{AssertionId, FeatureId, RequirementId, Revision, Timestamp};
use crate::domain::mission::Mission;
use crate::domain::part::{Authors, differing};
use crate::domain::plan::{Feature, FeatureSpec};
use crate::domain::requirement::Requirement;
use crate::domain::sealed::Sealed;

impl Mission {
    /// Assertions as they are proposed, in place of all there were: words that were there before keep their author.
    pub(super) fn propose_assertions(&mut self, assertions: &[Assertion], by: Actor) {
        let authors = assertions.iter().map(|found| (found.id.clone(), self.authors_of(found, by)));
        let authors: Vec<_> = authors.collect();
        self.assertion_authors.retain(|id, _| self.sealed.contains_key(id));
        self.assertion_authors.extend(authors);
        self.contract = assertions.iter().map(|a| (a.id.clone(), a.clone())).collect();
        self.persons_mappings.retain(|id| self.contract.contains_key(id));
    }

    /// Requirements that are new, or of which something else is said.
    pub(super) fn note_requirements(&mut self, requirements: &[Requirement]) {
        for noted in requirements {
            match self.requirements.iter_mut().find(|known| known.id == noted.id) {
                Some(known) => known.clone_from(noted),
                None => self.requirements.push(noted.clone()),
            }
        }
    }

    /// What an assertion shows; its words, and so its verdicts, stay as they are.
    pub(super) fn map_assertion(&mut self, id: &AssertionId, shows: &[RequirementId], by: Actor) {
        let Some(found) = self.assertion_mut(id) else { return };
        found.shows = shows.to_vec();
        if by == Actor::Person {
            self.persons_mappings.insert(id.clone());
        }
    }

    pub(super) fn add_assertion(
        &mut self,
        assertion: &Assertion,
        feature: FeatureId,
        by: Actor,
        at: Timestamp,
    ) {
        self.record(by, at, Change::AssertionAdded { assertion: assertion.id.clone(), feature });
        self.assertion_authors.insert(assertion.id.clone(), self.authors_of(assertion, by));
        self.contract.insert(assertion.id.clone(), assertion.clone());
        if by == Actor::Person && !assertion.shows.is_empty() {
            self.persons_mappings.insert(assertion.id.clone());
        }
        self.with_feature(feature, |f| f.fulfills.push(assertion.id.clone()));
        self.try_in_open_round(&assertion.id, feature);
    }

    pub(super) fn seal_assertion(&mut self, sealed: &Sealed, by: Actor) {
        let id = &sealed.assertion.id;
        self.assertion_authors.insert(id.clone(), self.authors_of(&sealed.assertion, by));
        self.sealed.insert(id.clone(), sealed.clone());
    }

    /// It keeps its words, their authors and its verdicts; what was found of it can be told by its name.
    pub(super) fn unseal_assertion(
        &mut self,
        id: &AssertionId,
        feature: FeatureId,
        by: Actor,
        at: Timestamp,
    ) {
        let Some(Sealed { assertion, .. }) = self.sealed.remove(id) else { return };
        self.record(by, at, Change::AssertionUnsealed { assertion: id.clone(), feature });
        self.contract.insert(id.clone(), assertion);
        self.with_feature(feature, |f| f.fulfills.push(id.clone()));
        for finding in self.findings.values_mut().filter(|found| found.sealed.as_ref() == Some(id)) {
            finding.assertion = finding.sealed.take();
        }
        self.try_in_open_round(id, feature);
    }

    /// What is added to a feature that is built is tried by the testers of the present round, if they have not reported.
    fn try_in_open_round(&mut self, id: &AssertionId, feature: FeatureId) {
        let built = self.feature(feature).filter(|f| f.is_built()).map(|f| f.milestone);
        let Some(round) = self.rounds.iter_mut().find(|round| round.is_open()) else { return };
        if built.is_some_and(|milestone| milestone <= round.milestone) {
            round.try_also(id);
        }
    }

    pub(super) fn reword_assertion(
        &mut self,
        id: &AssertionId,
        (revision, wording): (Revision, &Wording),
        by: Actor,
        at: Timestamp,
    ) {
        let Some(found) = self.assertion_mut(id) else { return };
        let old = std::mem::replace(&mut found.wording, wording.clone());
        found.revision = revision;
        let parts = differing(&old, wording).into_iter().map(Rewording::from).collect();
        self.assertion_authors.entry(id.clone()).or_default().reword(&old, wording, by, revision);
        self.record(by, at, Change::AssertionReworded { assertion: id.clone(), revision, parts });
    }

    /// Features as they are proposed, in place of all there were.
    pub(super) fn propose_features(&mut self, features: &[Feature], by: Actor) {
        self.feature_authors =
            features.iter().map(|found| (found.id, self.authors_of_feature(found, by))).collect();
        features.clone_into(&mut self.features);
    }

    pub(super) fn reword_feature(&mut self, id: FeatureId, spec: &FeatureSpec, by: Actor, at: Timestamp) {
        let Some(found) = self.features.iter_mut().find(|feature| feature.id == id) else { return };
        let parts = differing(&found.spec, spec).into_iter().map(Rewording::from).collect();
        reword(self.feature_authors.entry(id).or_default(), &found.spec, spec, by);
        found.spec = spec.clone();
        self.record(by, at, Change::FeatureReworded { feature: id, parts });
    }

    fn authors_of(&self, proposed: &Assertion, by: Actor) -> Authors {
        let known = self.contract.get(&proposed.id).zip(self.assertion_authors.get(&proposed.id));
        let Some((present, authors)) = known else {
            return Authors::first(&proposed.wording, by, proposed.revision);
        };
        let mut authors = authors.clone();
        authors.reword(&present.wording, &proposed.wording, by, proposed.revision);
        if proposed.is_active() {
            authors.retired = None;
        }
        authors
    }

    pub(super) fn authors_of_feature(&self, proposed: &Feature, by: Actor) -> Authors {
        let known = self.feature(proposed.id).zip(self.feature_authors.get(&proposed.id));
        let Some((present, authors)) = known else {
            return Authors::first(&proposed.spec, by, Revision::FIRST);
        };
        let mut authors = authors.clone();
        reword(&mut authors, &present.spec, &proposed.spec, by);
        authors
    }
}

fn reword(authors: &mut Authors, old: &FeatureSpec, new: &FeatureSpec, by: Actor) {
    if old != new {
        let revision = authors.revision.next();
        authors.reword(old, new, by, revision);
    }
}
