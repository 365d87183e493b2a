//! What is wrong with a proposed contract or plan, each point a sentence that says what to mend.

use std::collections::{BTreeMap, BTreeSet};

use super::contract::{AssertionDraft, Contract, Instrument, Wording};
use super::environment::{Environment, Health};
use super::id::AssertionId;
use super::plan::{FeatureDraft, MilestoneDraft};

/// Words that claim a result without saying how it is seen.
const VAGUE: [&str; 12] = [
    "works",
    "works correctly",
    "works as expected",
    "it works",
    "check it",
    "check that it works",
    "verify",
    "verify it works",
    "test it",
    "tbd",
    "todo",
    "as expected",
];

/// The fewest characters in which a check can say what to do and what to see.
const SHORTEST_CHECK: usize = 15;

/// Complaints about one wording; empty when it holds together.
pub fn lint_wording(id: &AssertionId, wording: &Wording) -> Vec<String> {
    let mut complaints = Vec::new();
    let how = wording.check.how.as_str().trim().trim_end_matches('.').to_lowercase();
    if how.is_empty() || VAGUE.contains(&how.as_str()) {
        complaints.push(format!("{id}: the check says nothing to do; name the steps and what must be seen"));
    } else if how.chars().count() < SHORTEST_CHECK && wording.check.command.is_none() {
        complaints
            .push(format!("{id}: the check \"{how}\" is too vague; name the steps and what must be seen"));
    }
    let statement = wording.statement.as_str().trim().trim_end_matches('.').to_lowercase();
    if statement.is_empty() || VAGUE.contains(&statement.as_str()) {
        complaints.push(format!("{id}: the statement names no behaviour that a user can observe"));
    }
    if wording.check.via == Instrument::Command && wording.check.command.is_none() {
        complaints.push(format!("{id}: a check via command needs the command"));
    }
    if wording.evidence.is_empty() {
        complaints.push(format!("{id}: say which evidence must be kept"));
    }
    complaints
}

/// Complaints about a proposed contract.
pub fn lint_contract(assertions: &[AssertionDraft]) -> Vec<String> {
    let mut complaints = Vec::new();
    if assertions.is_empty() {
        complaints.push(
            "the contract has no assertion; write at least one behaviour that a user can observe".into(),
        );
    }
    let mut seen = BTreeSet::new();
    for draft in assertions {
        if !seen.insert(&draft.id) {
            complaints.push(format!("{} is written twice; give one of them another number", draft.id));
        }
        complaints.extend(lint_wording(&draft.id, &draft.wording));
    }
    complaints
}

/// Complaints about a proposed environment.
pub fn lint_environment(environment: &Environment) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut names = BTreeSet::new();
    let mut ports = BTreeMap::new();
    for service in &environment.services {
        if !names.insert(service.name.as_str()) {
            complaints.push(format!("two services are called {}", service.name));
        }
        if let Some(port) = service.port
            && let Some(other) = ports.insert(port, &service.name)
        {
            complaints.push(format!("services {other} and {} both want port {port}", service.name));
        }
        if service.port.is_none() && !matches!(service.health, Health::None) {
            complaints.push(format!("service {} has a health check but no port to ask", service.name));
        }
    }
    for service in &environment.services {
        for needed in &service.after {
            if !names.contains(needed.as_str()) {
                complaints
                    .push(format!("service {} starts after {needed}, which does not exist", service.name));
            }
        }
    }
    let edges: Vec<(&str, Vec<&str>)> = environment
        .services
        .iter()
        .map(|service| (service.name.as_str(), service.after.iter().map(AsRef::as_ref).collect()))
        .collect();
    complaints.extend(cycle(&edges).map(|name| format!("service {name} waits for itself in a circle")));
    complaints
}

/// Complaints about a proposed plan under a contract.
pub fn lint_plan(contract: &Contract, milestones: &[MilestoneDraft]) -> Vec<String> {
    let features: Vec<&FeatureDraft> = milestones.iter().flat_map(|milestone| &milestone.features).collect();
    let mut complaints = Vec::new();
    if milestones.is_empty() {
        complaints.push("the plan has no milestone".to_owned());
    }
    for milestone in milestones.iter().filter(|milestone| milestone.features.is_empty()) {
        complaints.push(format!("milestone \"{}\" has no feature", milestone.title));
    }
    complaints.extend(lint_claims(contract, &features));
    complaints.extend(lint_order(&features));
    complaints.extend(lint_milestone_order(milestones));
    complaints
}

/// Every assertion is claimed by exactly one feature; a feature that claims none says why.
fn lint_claims(contract: &Contract, features: &[&FeatureDraft]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut claims: BTreeMap<&AssertionId, Vec<&str>> = BTreeMap::new();
    for feature in features {
        let title = feature.spec.title.as_str();
        if feature.fulfills.is_empty() && feature.no_assertion_because.is_none() {
            complaints.push(format!(
                "feature \"{title}\" fulfills no assertion; name one, or say why in no_assertion_because"
            ));
        }
        for id in &feature.fulfills {
            if contract.get(id).is_some_and(super::contract::Assertion::is_active) {
                claims.entry(id).or_default().push(title);
            } else {
                complaints.push(format!("feature \"{title}\" fulfills {id}, which is not in the contract"));
            }
        }
    }
    for assertion in contract.values().filter(|assertion| assertion.is_active()) {
        match claims.get(&assertion.id).map_or(&[][..], Vec::as_slice) {
            [] => complaints.push(format!("{} is claimed by no feature", assertion.id)),
            [_] => {}
            [first, second, ..] => complaints.push(format!(
                "{} is claimed by \"{first}\" and by \"{second}\"; leave it to one",
                assertion.id
            )),
        }
    }
    complaints
}

/// Titles are unique, and `after` names features that exist, without a circle.
fn lint_order(features: &[&FeatureDraft]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut titles = BTreeSet::new();
    for feature in features {
        if !titles.insert(feature.spec.title.as_str()) {
            complaints.push(format!("two features are called \"{}\"", feature.spec.title));
        }
    }
    for feature in features {
        for needed in feature.after.iter().filter(|needed| !titles.contains(needed.as_str())) {
            complaints.push(format!(
                "feature \"{}\" comes after \"{needed}\", which does not exist; use a feature's exact title",
                feature.spec.title
            ));
        }
    }
    let edges: Vec<(&str, Vec<&str>)> = features
        .iter()
        .map(|feature| (feature.spec.title.as_str(), feature.after.iter().map(AsRef::as_ref).collect()))
        .collect();
    complaints
        .extend(cycle(&edges).map(|title| format!("feature \"{title}\" comes after itself in a circle")));
    complaints
}

/// Milestones are built one after the other, so a feature cannot wait for one of a later milestone.
fn lint_milestone_order(milestones: &[MilestoneDraft]) -> Vec<String> {
    let place: BTreeMap<&str, usize> = milestones
        .iter()
        .enumerate()
        .flat_map(|(at, milestone)| milestone.features.iter().map(move |f| (f.spec.title.as_str(), at)))
        .collect();
    let mut complaints = Vec::new();
    for (at, milestone) in milestones.iter().enumerate() {
        for feature in &milestone.features {
            for needed in
                feature.after.iter().filter(|name| place.get(name.as_str()).is_some_and(|p| *p > at))
            {
                complaints.push(format!(
                    "feature \"{}\" comes after \"{needed}\", which belongs to a later milestone; move one of them",
                    feature.spec.title
                ));
            }
        }
    }
    complaints
}

/// A name that waits for itself, if there is one: what cannot be taken off when everything ready is taken off.
fn cycle<'a>(edges: &[(&'a str, Vec<&'a str>)]) -> Option<&'a str> {
    let known: BTreeSet<&str> = edges.iter().map(|(name, _)| *name).collect();
    let mut left: Vec<&(&str, Vec<&str>)> = edges.iter().collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    loop {
        let before = left.len();
        left.retain(|(name, after)| {
            let ready = after.iter().all(|needed| done.contains(needed) || !known.contains(needed));
            if ready {
                done.insert(name);
            }
            !ready
        });
        if left.len() == before {
            return left.first().map(|(name, _)| *name);
        }
    }
}
