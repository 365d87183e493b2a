//! Who worded what: followed from the wordings that events bring and from who caused them. Each is called before its
//! event changes the wordings.

use crate::domain::contract::{Assertion, Wording};
use crate::domain::event::Actor;
use crate::domain::id::{AssertionId, FeatureId, Revision};
use crate::domain::mission::Mission;
use crate::domain::part::Authors;
use crate::domain::plan::{Feature, FeatureSpec};

impl Mission {
    /// Assertions as they are proposed, in place of all there were: words that were there before keep their author.
    pub(super) fn propose_assertions(&mut self, assertions: &[Assertion], by: Actor) {
        let authors = assertions.iter().map(|found| (found.id.clone(), self.authors_of(found, by)));
        self.assertion_authors = authors.collect();
        self.contract = assertions.iter().map(|a| (a.id.clone(), a.clone())).collect();
    }

    pub(super) fn add_assertion(&mut self, assertion: &Assertion, feature: FeatureId, by: Actor) {
        self.assertion_authors.insert(assertion.id.clone(), self.authors_of(assertion, by));
        self.contract.insert(assertion.id.clone(), assertion.clone());
        self.with_feature(feature, |f| f.fulfills.push(assertion.id.clone()));
    }

    pub(super) fn reword_assertion(
        &mut self,
        id: &AssertionId,
        revision: Revision,
        wording: &Wording,
        by: Actor,
    ) {
        let Some(found) = self.contract.get_mut(id) else { return };
        self.assertion_authors.entry(id.clone()).or_default().reword(&found.wording, wording, by, revision);
        found.revision = revision;
        found.wording = wording.clone();
    }

    /// Features as they are proposed, in place of all there were.
    pub(super) fn propose_features(&mut self, features: &[Feature], by: Actor) {
        self.feature_authors =
            features.iter().map(|found| (found.id, self.authors_of_feature(found, by))).collect();
        features.clone_into(&mut self.features);
    }

    pub(super) fn reword_feature(&mut self, id: FeatureId, spec: &FeatureSpec, by: Actor) {
        let Some(found) = self.features.iter_mut().find(|feature| feature.id == id) else { return };
        reword(self.feature_authors.entry(id).or_default(), &found.spec, spec, by);
        found.spec = spec.clone();
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
