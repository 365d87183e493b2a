//! What could go wrong with a plan, in sentences: read before GO is said.

use std::collections::BTreeSet;

use super::attempt::Role;
use super::budget::dollars;
use super::contract::Weight;
use super::environment::Environment;
use super::estimate::estimate;
use super::gate::GateId;
use super::mission::Mission;
use super::plan::Origin;
use super::text::{Line, Title, plural};

/// What a person should weigh before the plan is GO, the heaviest first.
pub fn risks(mission: &Mission) -> Vec<String> {
    let mut risks = mission.gate_obstacles(GateId::Plan);
    risks.extend(unsandboxed_risk(mission));
    risks.extend(mission.overrides.iter().map(ToString::to_string));
    risks.extend(mission.negotiation_risks());
    risks.extend(mission.baseline_risks());
    risks.extend(mission.milestones.iter().filter_map(|milestone| mission.nothing_proves(milestone.id)));
    risks.extend(unproven_features(mission));
    risks.extend(contract_risks(mission));
    risks.extend(environment_risks(mission));
    risks.extend(hosts_risk(mission));
    risks.extend(empty_gates(mission));
    risks.extend(mission.families_risk());
    risks.extend(mind_risks(mission));
    risks.extend(mission.budget.unpriced_words(&mission.unpriced_models()));
    risks.extend(money_risk(mission));
    risks
}

fn unsandboxed_risk(mission: &Mission) -> Option<String> {
    let why = mission.unsandboxed.as_ref()?;
    Some(format!("what agents run is not sandboxed and can touch all your files: {why}"))
}

fn unproven_features(mission: &Mission) -> impl Iterator<Item = String> {
    mission.features.iter().filter(|feature| feature.is_wanted() && feature.fulfills.is_empty()).filter_map(
        |feature| match &feature.origin {
            Origin::Planned { no_assertion_because } => {
                let reason = no_assertion_because.as_ref().map_or("no reason is said", |why| why.as_str());
                Some(format!("{} fulfills no assertion, so nothing proves it: {reason}", feature.id))
            }
            Origin::Fix { .. } => None,
        },
    )
}

fn contract_risks(mission: &Mission) -> Vec<String> {
    let active: Vec<_> = mission.held_assertions().collect();
    let optional: Vec<String> = active
        .iter()
        .filter(|assertion| assertion.wording.weight == Weight::NonBlocking)
        .map(|assertion| assertion.id.to_string())
        .collect();
    let judged = active.iter().filter(|assertion| assertion.wording.check.command.is_none()).count();
    let waived = mission.contract_tally().waived;
    let mut risks = Vec::new();
    if !optional.is_empty() {
        risks.push(format!("a milestone passes without {}", optional.join(", ")));
    }
    if waived > 0 {
        risks.push(format!("{} waived", plural(waived, "assertion")));
    }
    if judged > 0 {
        let of = plural(active.len(), "assertion");
        risks.push(format!("{judged} of {of} have no command that decides them: a validator judges"));
    }
    risks
}

/// Commands that gate nothing.
fn empty_gates(mission: &Mission) -> impl Iterator<Item = String> {
    let scripts = mission.environment.iter().flat_map(Environment::gate_scripts);
    let empty = scripts.filter(|script| script.tests_nothing());
    empty.map(|script| format!("`{}` passes whatever it finds: it gates nothing", script.run))
}

fn hosts_risk(mission: &Mission) -> Option<String> {
    let hosts = &mission.environment.as_ref()?.hosts;
    let named: Vec<&str> = hosts.iter().map(Line::as_str).collect();
    (!named.is_empty()).then(|| {
        format!(
            "programs need {}: in reach once the plan is GO, where the sandbox lists hosts",
            named.join(", ")
        )
    })
}

fn environment_risks(mission: &Mission) -> Option<String> {
    match &mission.environment {
        None if mission.features.is_empty() => None,
        None => Some("nothing says how to build and test".to_owned()),
        Some(environment) if environment.test.is_empty() => {
            Some("the environment has no test command: the engine can check no claim with it".to_owned())
        }
        Some(_) => None,
    }
}

fn mind_risks(mission: &Mission) -> Option<String> {
    let worker = mission.models.get(&Role::Worker)?;
    let validators = Role::ALL.iter().copied().filter(|role| role.is_validator());
    let same = validators.filter(|role| mission.models.get(role) == Some(worker));
    let same: Vec<String> = same.map(|role| role.to_string()).collect();
    (!same.is_empty()).then(|| format!("{worker} builds and also validates ({})", same.join(", ")))
}

impl Mission {
    /// The chosen models without a known price. Prices are recorded before the first model is called.
    pub fn unpriced_models(&self) -> Vec<String> {
        let chosen: BTreeSet<&Title> = self.models.values().collect();
        // An agent tells itself what it costs.
        let is_unpriced =
            |model: &&Title| !self.prices.contains_key(*model) && !model.as_str().starts_with("acp/");
        let unpriced = chosen.into_iter().filter(is_unpriced);
        // Logs of earlier versions have money without prices.
        let is_older = self.prices.is_empty() && self.usage().micro_dollars > 0;
        if self.attempts.is_empty() || is_older {
            Vec::new()
        } else {
            unpriced.map(ToString::to_string).collect()
        }
    }
}

fn money_risk(mission: &Mission) -> Option<String> {
    let cost = estimate(mission).cost?;
    match mission.budget.micro_dollars {
        None => Some("no money limit is set".to_owned()),
        Some(limit) if cost.likely > limit => Some(format!(
            "the flight likely costs {}, and the budget is {}",
            dollars(cost.likely),
            dollars(limit)
        )),
        Some(_) => None,
    }
}
