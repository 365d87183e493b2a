//! What is wrong with a proposed contract or plan, each point a sentence that says what to mend.

use std::collections::{BTreeMap, BTreeSet};

use super::contract::{Assertion, AssertionDraft, Contract, Instrument, Wording};
use super::environment::{Environment, Health, Listens};
use super::id::AssertionId;
use super::plan::{FeatureDraft, MilestoneDraft};
use super::text::{Line, Title};

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
    let plain = |text: &str| text.trim().trim_end_matches('.').to_lowercase();
    let says_nothing = |text: &str| text.is_empty() || VAGUE.contains(&text);
    let check = &wording.check;
    let (how, statement) = (plain(check.how.as_str()), plain(wording.statement.as_str()));
    let mut complaints = Vec::new();
    if says_nothing(&how) {
        complaints.push(format!("{id}: the check says nothing to do; name the steps and what must be seen"));
    } else if how.chars().count() < SHORTEST_CHECK && check.command.is_none() {
        complaints
            .push(format!("{id}: the check \"{how}\" is too vague; name the steps and what must be seen"));
    }
    if says_nothing(&statement) {
        complaints.push(format!("{id}: the statement names no behaviour that a user can observe"));
    }
    if check.via == Instrument::Command && check.command.is_none() {
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
        let sentence = "the contract has no assertion; write at least one behaviour that a user can observe";
        complaints.push(sentence.to_owned());
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
    let services = &environment.services;
    let mut complaints = Vec::new();
    let mut names = BTreeSet::new();
    let mut ports = BTreeMap::new();
    for service in services {
        let name = &service.name;
        if !names.insert(name) {
            complaints.push(format!("two services are called {name}"));
        }
        if let Listens::On(port) = service.listens()
            && let Some(other) = ports.insert(port, name)
        {
            complaints.push(format!("services {other} and {name} both want port {port}"));
        }
        if service.listens() == Listens::Nowhere && service.health != Health::None {
            complaints.push(format!("service {name} has a health check but no port to ask"));
        }
    }
    if let Some((port, name)) = ports.first_key_value().filter(|_| environment.parallel_testers > 1) {
        complaints.push(format!(
            "parallel_testers is {}, but service {name} has the fixed port {port}, which only one tester can have: give it port 0 and hand it $PORT, or leave parallel_testers out",
            environment.parallel_testers
        ));
    }
    for service in services {
        for needed in service.after.iter().filter(|needed| !names.contains(needed)) {
            complaints.push(format!("service {} starts after {needed}, which does not exist", service.name));
        }
    }
    let is_name = |host: &&Line| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '*' | ':');
        host.as_str().contains('.') && host.as_str().chars().all(fits)
    };
    for host in environment.hosts.iter().filter(|host| !is_name(host)) {
        complaints.push(format!(
            "`{host}` is no host of others: write it as `api.example.com` or `*.example.com:8443`; ports of this machine are the person's to name"
        ));
    }
    let circle = cycle(services.iter().map(|service| (&service.name, &service.after)));
    complaints.extend(circle.map(|name| format!("service {name} waits for itself in a circle")));
    complaints
}

/// Complaints about a proposed plan under a contract.
pub fn lint_plan(contract: &Contract, milestones: &[MilestoneDraft]) -> Vec<String> {
    let features: Vec<&FeatureDraft> = milestones.iter().flat_map(|milestone| &milestone.features).collect();
    let mut complaints = Vec::new();
    if milestones.is_empty() {
        complaints.push("the plan has no milestone".to_owned());
    }
    let empty = milestones.iter().filter(|milestone| milestone.features.is_empty());
    complaints.extend(empty.map(|milestone| format!("milestone \"{}\" has no feature", milestone.title)));
    complaints.extend(lint_claims(contract, &features));
    complaints.extend(lint_order(&features));
    complaints.extend(lint_milestone_order(milestones));
    complaints
}

/// Every assertion is claimed by exactly one feature; a feature that claims none says why.
fn lint_claims(contract: &Contract, features: &[&FeatureDraft]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut claims: BTreeMap<&AssertionId, Vec<&Title>> = BTreeMap::new();
    for feature in features {
        let title = &feature.spec.title;
        if feature.fulfills.is_empty() && feature.no_assertion_because.is_none() {
            complaints.push(format!(
                "feature \"{title}\" fulfills no assertion; name one, or say why in no_assertion_because"
            ));
        }
        for id in &feature.fulfills {
            if contract.get(id).is_some_and(Assertion::is_active) {
                claims.entry(id).or_default().push(title);
            } else {
                complaints.push(format!("feature \"{title}\" fulfills {id}, which is not in the contract"));
            }
        }
    }
    for Assertion { id, .. } in contract.values().filter(|assertion| assertion.is_active()) {
        match claims.get(id).map_or(&[][..], Vec::as_slice) {
            [] => complaints.push(format!("{id} is claimed by no feature")),
            [_] => {}
            [first, second, ..] => complaints
                .push(format!("{id} is claimed by \"{first}\" and by \"{second}\"; leave it to one")),
        }
    }
    complaints
}

/// Titles are unique, and `after` names features that exist, without a circle.
fn lint_order(features: &[&FeatureDraft]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut titles = BTreeSet::new();
    for title in features.iter().map(|feature| &feature.spec.title) {
        if !titles.insert(title) {
            complaints.push(format!("two features are called \"{title}\""));
        }
    }
    for feature in features {
        for needed in feature.after.iter().filter(|needed| !titles.contains(needed)) {
            complaints.push(format!(
                "feature \"{}\" comes after \"{needed}\", which does not exist; use a feature's exact title",
                feature.spec.title
            ));
        }
    }
    let circle = cycle(features.iter().map(|feature| (&feature.spec.title, &feature.after)));
    complaints.extend(circle.map(|title| format!("feature \"{title}\" comes after itself in a circle")));
    complaints
}

/// Milestones are built one after the other, so a feature cannot wait for one of a later milestone.
fn lint_milestone_order(milestones: &[MilestoneDraft]) -> Vec<String> {
    let numbered = || (0..).zip(milestones).flat_map(|(at, m)| m.features.iter().map(move |f| (at, f)));
    let place: BTreeMap<&Title, u32> = numbered().map(|(at, feature)| (&feature.spec.title, at)).collect();
    let mut complaints = Vec::new();
    for (at, feature) in numbered() {
        for needed in feature.after.iter().filter(|name| place.get(name).is_some_and(|place| *place > at)) {
            complaints.push(format!(
                "feature \"{}\" comes after \"{needed}\", which belongs to a later milestone; move one of them",
                feature.spec.title
            ));
        }
    }
    complaints
}

/// A name that waits for itself, if there is one: what is left when everything ready is taken off again and again.
fn cycle<'a>(edges: impl Iterator<Item = (&'a Title, &'a Vec<Title>)>) -> Option<&'a Title> {
    let mut left: Vec<_> = edges.collect();
    let known: BTreeSet<&Title> = left.iter().map(|(name, _)| *name).collect();
    let mut done: BTreeSet<&Title> = BTreeSet::new();
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
