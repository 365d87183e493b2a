//! From what was asked for to what was seen, and back: requirement, assertion, feature, commit, verdict, evidence, and the
//! findings about them.

use serde::Serialize;

use super::backing::Backing;
use super::contract::Assertion;
use super::finding::Finding;
use super::gate::GateId;
use super::id::{AssertionId, Commit, FeatureId, FindingId, RequirementId};
use super::mission::Mission;
use super::plan::{Feature, FeatureState};
use super::red::HowRed;
use super::requirement::{Coverage, Requirement};
use super::sabotage::{SeenRed, Undone};
use super::unshown::Doubt;
use super::verdict::{EvidenceRef, Standing, Verdict};

/// Digits of a commit that tell it apart.
const SHORT_COMMIT: usize = 4;

/// A thing that is followed both ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceSubject {
    Requirement(RequirementId),
    Assertion(AssertionId),
    Feature(FeatureId),
    Commit(Commit),
    Evidence(EvidenceRef),
    Finding(FindingId),
}

/// Everything that hangs together, from the requirements down.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Trace<'a> {
    pub requirements: Vec<RequirementTrace<'a>>,
    /// Assertions that show no requirement.
    pub unrequired: Vec<AssertionTrace<'a>>,
    /// Features that fulfill no assertion, and fixes of findings about none.
    pub unasserted: Vec<FeatureTrace>,
    /// Findings about neither an assertion nor a feature.
    pub loose: Vec<FindingId>,
}

/// A requirement and what shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequirementTrace<'a> {
    pub requirement: &'a Requirement,
    pub coverage: Coverage,
    pub assertions: Vec<AssertionTrace<'a>>,
}

/// An assertion, who built what makes it hold, and what was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssertionTrace<'a> {
    pub assertion: &'a AssertionId,
    pub standing: Standing,
    pub doubt: Option<Doubt>,
    pub features: Vec<FeatureTrace>,
    /// The newest first.
    pub verdicts: Vec<&'a Verdict>,
    /// Who stands behind each of them, in the same order.
    pub backing: Vec<Backing>,
    pub findings: Vec<FindingId>,
    /// Whether its check was seen to fail, and how.
    pub seen_red: SeenRed,
    pub how_red: Option<HowRed>,
    /// Each time it was tried on an app that it should fail on.
    pub tries: Vec<Undone>,
}

/// A feature, the commit that it ends at, and what was found about it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureTrace {
    pub feature: FeatureId,
    pub commit: Option<Commit>,
    pub findings: Vec<FindingId>,
}

impl Mission {
    /// Everything that hangs together.
    pub fn trace(&self) -> Trace<'_> {
        let all = self.held_assertions().map(|found| &found.id);
        // A sealed one stands apart from what shows the goal to those who build.
        let bare = |id: &&AssertionId| {
            self.is_sealed(id) || self.contract.get(*id).is_some_and(|found| found.shows.is_empty())
        };
        let unasserted =
            self.features.iter().filter(|feature| feature.is_wanted() && self.touched_by(feature).is_empty());
        let is_loose = |found: &&Finding| found.about().is_none() && found.feature.is_none();
        Trace {
            requirements: self.requirements.iter().map(|found| self.trace_requirement(found)).collect(),
            unrequired: all.filter(bare).map(|id| self.trace_assertion(id)).collect(),
            unasserted: unasserted.map(|feature| self.trace_feature(feature)).collect(),
            loose: self.findings.values().filter(is_loose).map(|found| found.id).collect(),
        }
    }

    /// What hangs together with one thing, upwards and downwards.
    pub fn trace_of(&self, subject: &TraceSubject) -> Trace<'_> {
        let Trace { requirements, unrequired, unasserted, loose } = self.trace();
        let of_subject = |found: &AssertionTrace<'_>| found.is_about(subject);
        let requirements = requirements.into_iter().filter_map(|mut found| {
            let is_it = *subject == TraceSubject::Requirement(found.requirement.id);
            if !is_it {
                found.assertions.retain(of_subject);
                found.assertions.iter_mut().for_each(|one| one.narrow(subject));
            }
            (is_it || !found.assertions.is_empty()).then_some(found)
        });
        let mut trace = Trace {
            requirements: requirements.collect(),
            unrequired: unrequired.into_iter().filter(of_subject).collect(),
            unasserted: unasserted.into_iter().filter(|found| found.is_about(subject)).collect(),
            loose: loose.into_iter().filter(|id| *subject == TraceSubject::Finding(*id)).collect(),
        };
        trace.unrequired.iter_mut().for_each(|one| one.narrow(subject));
        trace
    }

    /// The thing that a person's word names.
    ///
    /// # Errors
    /// A sentence, where there is no such thing.
    pub fn trace_subject(&self, word: &str) -> Result<TraceSubject, String> {
        if let Ok(id) = word.parse::<RequirementId>() {
            let found = self.requirement(id).map(|found| TraceSubject::Requirement(found.id));
            return found.ok_or_else(|| format!("there is no requirement {id}"));
        }
        if let Ok(id) = word.parse::<FindingId>() {
            let found = self.findings.contains_key(&id).then_some(TraceSubject::Finding(id));
            return found.ok_or_else(|| format!("there is no finding {id}"));
        }
        let subject = if word.starts_with("ev_") {
            TraceSubject::Evidence(EvidenceRef(word.to_owned()))
        } else if let Some(id) = word.parse().ok().filter(|id| self.feature(*id).is_some()) {
            TraceSubject::Feature(id)
        } else if let Some(id) = word.parse().ok().filter(|id| self.assertion(id).is_some()) {
            TraceSubject::Assertion(id)
        } else if word.len() >= SHORT_COMMIT && word.chars().all(|c| c.is_ascii_hexdigit()) {
            TraceSubject::Commit(Commit(word.to_ascii_lowercase()))
        } else {
            let word: String = word.chars().take(60).collect();
            return Err(format!(
                "nothing here is called `{word}`: name a requirement (REQ-1), an assertion (VAL-AREA-001), a feature \
                 (F3), a commit, a piece of evidence (ev_…) or a finding (FND-2)"
            ));
        };
        if self.trace_of(&subject).is_empty() {
            return Err(match subject {
                TraceSubject::Commit(commit) => {
                    format!("no feature ends at {commit}, and no verdict was given there")
                }
                TraceSubject::Assertion(id) => format!("{id} is retired: nothing rests on it any more"),
                TraceSubject::Requirement(_)
                | TraceSubject::Feature(_)
                | TraceSubject::Evidence(_)
                | TraceSubject::Finding(_) => {
                    format!("no verdict rests on `{word}`, and no feature is called so")
                }
            });
        }
        Ok(subject)
    }

    fn trace_requirement<'a>(&'a self, found: &'a Requirement) -> RequirementTrace<'a> {
        let ids = self.assertions_showing(found.id).map(|found| &found.id);
        RequirementTrace {
            requirement: found,
            coverage: self.coverage(found, GateId::Final),
            assertions: ids.map(|id| self.trace_assertion(id)).collect(),
        }
    }

    fn trace_assertion<'a>(&'a self, id: &'a AssertionId) -> AssertionTrace<'a> {
        let builds = |feature: &&Feature| feature.is_wanted() && self.touched_by(feature).contains(&id);
        let about = |found: &&Finding| found.about() == Some(id);
        let verdicts: Vec<&Verdict> = self.verdicts.get(id).into_iter().flatten().rev().collect();
        AssertionTrace {
            assertion: id,
            standing: self.standing(id),
            doubt: self.why_unshown(id, GateId::Final),
            features: self.features.iter().filter(builds).map(|found| self.trace_feature(found)).collect(),
            backing: verdicts.iter().map(|verdict| self.backing(verdict)).collect(),
            verdicts,
            findings: self.findings.values().filter(about).map(|found| found.id).collect(),
            seen_red: self.seen_red(id),
            how_red: self.how_red(id),
            tries: self.assertion(id).map(|found| self.tries_of(found)).unwrap_or_default(),
        }
    }

    /// The assertions that a feature is there for: those it fulfills and, of a fix, those that its findings are about.
    /// What else is at stake when it is built is no reason why it was.
    fn touched_by<'a>(&'a self, feature: &'a Feature) -> Vec<&'a AssertionId> {
        let mended = feature.mends().iter().filter_map(|id| self.findings.get(id));
        let all = feature.fulfills.iter().chain(mended.filter_map(Finding::about));
        all.filter(|id| self.assertion(id).is_some_and(Assertion::is_active)).collect()
    }

    fn trace_feature(&self, feature: &Feature) -> FeatureTrace {
        let commit = match &feature.state {
            FeatureState::Built { head, .. } => Some(head.clone()),
            FeatureState::Pending | FeatureState::Cancelled { .. } => None,
        };
        let about = |found: &&Finding| found.about().is_none() && found.feature == Some(feature.id);
        let findings = self.findings.values().filter(about).map(|found| found.id).collect();
        FeatureTrace { feature: feature.id, commit, findings }
    }
}

impl Trace<'_> {
    /// Whether nothing hangs together with what was asked about.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
            && self.unrequired.is_empty()
            && self.unasserted.is_empty()
            && self.loose.is_empty()
    }
}

impl AssertionTrace<'_> {
    fn is_about(&self, subject: &TraceSubject) -> bool {
        match subject {
            TraceSubject::Requirement(_) => false,
            TraceSubject::Assertion(id) => self.assertion == id,
            TraceSubject::Finding(id) if self.findings.contains(id) => true,
            TraceSubject::Feature(_) | TraceSubject::Finding(_) => {
                self.features.iter().any(|found| found.is_about(subject))
            }
            TraceSubject::Commit(commit) => {
                self.features.iter().any(|found| found.is_about(subject))
                    || self.verdicts.iter().any(|verdict| begins(&verdict.commit, commit))
            }
            TraceSubject::Evidence(reference) => {
                self.verdicts.iter().any(|verdict| verdict.pieces().any(|piece| piece == reference))
                    || self.tries.iter().any(|tried| shows(tried, reference))
            }
        }
    }

    /// Leaves out the verdicts that have nothing to do with evidence or a commit.
    fn narrow(&mut self, subject: &TraceSubject) {
        match subject {
            TraceSubject::Evidence(reference) => {
                self.keep(|verdict| verdict.pieces().any(|piece| piece == reference));
                self.tries.retain(|tried| shows(tried, reference));
            }
            TraceSubject::Commit(commit) if !self.features.iter().any(|found| found.is_about(subject)) => {
                self.keep(|verdict| begins(&verdict.commit, commit));
            }
            TraceSubject::Requirement(_)
            | TraceSubject::Assertion(_)
            | TraceSubject::Feature(_)
            | TraceSubject::Commit(_)
            | TraceSubject::Finding(_) => {}
        }
    }
}

impl AssertionTrace<'_> {
    /// Leaves out verdicts, with who stands behind them.
    fn keep(&mut self, wanted: impl Fn(&Verdict) -> bool) {
        let kept = std::mem::take(&mut self.verdicts).into_iter().zip(std::mem::take(&mut self.backing));
        (self.verdicts, self.backing) = kept.filter(|(verdict, _)| wanted(verdict)).unzip();
    }
}

impl FeatureTrace {
    fn is_about(&self, subject: &TraceSubject) -> bool {
        match subject {
            TraceSubject::Feature(id) => self.feature == *id,
            TraceSubject::Finding(id) => self.findings.contains(id),
            TraceSubject::Commit(commit) => self.commit.as_ref().is_some_and(|known| begins(known, commit)),
            TraceSubject::Requirement(_) | TraceSubject::Assertion(_) | TraceSubject::Evidence(_) => false,
        }
    }
}

/// Whether a piece of evidence is what was seen when a check was tried.
fn shows(tried: &Undone, reference: &EvidenceRef) -> bool {
    tried.evidence.as_ref() == Some(&reference.0)
}

fn begins(known: &Commit, named: &Commit) -> bool {
    known.0.starts_with(&named.0)
}
