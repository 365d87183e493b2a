//! What an edit of the contract will cost, worked out before it is made.

use serde::{Deserialize, Serialize};

use super::attempt::{AgentWork, Attempt, Ending};
use super::command::{Command, WordingEdit};
use super::contract::AssertionDraft;
use super::estimate::{Money, estimate, validator_run_cost};
use super::event::Event;
use super::id::{AssertionId, AttemptId, FeatureId, Revision};
use super::mission::Mission;
use super::plan::Feature;
use super::rejection::Rejection;
use super::text::{Line, plural};

/// A change to the contract that somebody considers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ContractChange {
    Edit { assertion: AssertionId, base: Revision, edit: Box<WordingEdit> },
    Add { draft: Box<AssertionDraft>, feature: FeatureId },
    Retire { assertion: AssertionId, reason: Line },
}

impl ContractChange {
    /// The assertion that it is about.
    pub fn assertion(&self) -> &AssertionId {
        match self {
            Self::Edit { assertion, .. } | Self::Retire { assertion, .. } => assertion,
            Self::Add { draft, .. } => &draft.id,
        }
    }
}

impl From<ContractChange> for Command {
    fn from(change: ContractChange) -> Self {
        match change {
            ContractChange::Edit { assertion, base, edit } => Self::EditAssertion { assertion, base, edit },
            ContractChange::Add { draft, feature } => Self::AddAssertion { draft, feature },
            ContractChange::Retire { assertion, reason } => Self::RetireAssertion { assertion, reason },
        }
    }
}

/// What the change would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequences {
    /// The revision the assertion would have; `None` when it would be gone.
    pub revision: Option<Revision>,
    /// Verdicts that would no longer count.
    pub stale_verdicts: u32,
    /// Live attempts that work under the present revision.
    pub running: Vec<(AttemptId, FeatureId, Revision)>,
    /// Features already built for it, which may have to be mended.
    pub built: Vec<FeatureId>,
    /// Validator runs that checking it again takes, at least.
    pub recheck_runs: u32,
    /// About what that costs; `None` where nothing is known of prices.
    pub recheck_cost: Option<Money>,
    /// Why it would be refused, when it would be.
    pub refusal: Option<Rejection>,
}

impl Consequences {
    /// One line for a screen: `revision 3 · 1 verdict goes stale · F7 is running on revision 2 · about $0.40 to re-check`.
    pub fn sentence(&self) -> String {
        if let Some(refusal) = &self.refusal {
            return refusal.sentence.clone();
        }
        let mut parts = vec![match self.revision {
            Some(revision) => format!("revision {}", revision.0),
            None => "retired".to_owned(),
        }];
        match self.stale_verdicts {
            0 => parts.push("no verdict goes stale".to_owned()),
            1 => parts.push("1 verdict goes stale".to_owned()),
            n => parts.push(format!("{n} verdicts go stale")),
        }
        parts.extend(
            self.running
                .iter()
                .map(|(_, feature, revision)| format!("{feature} is running on revision {}", revision.0)),
        );
        parts.extend(self.built.iter().map(|feature| format!("{feature} is built already")));
        if self.recheck_runs > 0 {
            parts.push(match self.recheck_cost {
                Some(cost) => format!("about {} to re-check", super::budget::dollars(cost.likely)),
                None => format!("{} to re-check", plural(self.recheck_runs as usize, "validator run")),
            });
        }
        parts.join(" · ")
    }

    /// For the orchestrator, once the change was made: what it led to, and who is told.
    pub fn told(&self) -> String {
        let made = Self { refusal: None, ..self.clone() };
        let told: Vec<String> = self.running.iter().map(|(attempt, ..)| attempt.to_string()).collect();
        match told.as_slice() {
            [] => made.sentence(),
            [..] => format!("{} · {} told at the next turn", made.sentence(), told.join(", ")),
        }
    }
}

/// How many verdicts an edit to this revision has made stale.
pub fn made_stale(mission: &Mission, id: &AssertionId, revision: Revision) -> usize {
    let verdicts = mission.verdicts.get(id).into_iter().flatten();
    verdicts.filter(|verdict| verdict.revision.next() == revision).count()
}

/// What events changed in the plan, a sentence each, for the one who asked; `mission` is the mission after them.
pub fn plan_changes<'a>(mission: &Mission, events: impl Iterator<Item = &'a Event>) -> Vec<String> {
    let mut told: Vec<String> = events.filter_map(|event| plan_change(mission, event)).collect();
    let estimate = estimate(mission);
    told.push(format!(
        "the whole mission now takes {} to {} agent runs",
        estimate.floor_runs, estimate.likely_runs
    ));
    told
}

fn plan_change(mission: &Mission, event: &Event) -> Option<String> {
    let known = |id: FeatureId| mission.feature(id).map_or_else(|| id.to_string(), Feature::quoted);
    if let Event::FeatureAdded { feature } = event {
        Some(format!("{} is added to {}", feature.quoted(), feature.milestone))
    } else if let Event::FeatureEdited { feature, .. } = event {
        let builds = |attempt: &&Attempt| attempt.work == AgentWork::Build { feature: *feature };
        let builder = mission.live_attempts().find(builds);
        let builder = builder.map(|found| format!("; {}, who builds it, is told at its next turn", found.id));
        Some(format!("{} has new words{}", known(*feature), builder.unwrap_or_default()))
    } else if let Event::FeatureCancelled { feature, .. } = event {
        Some(format!("{} is cancelled", known(*feature)))
    } else if let Event::FindingDismissed { finding, .. } = event {
        Some(format!("{} is dismissed with it", mission.findings.get(finding)?.quoted()))
    } else if let Event::AttemptEnded { attempt, ending: Ending::Stopped { .. } } = event {
        Some(format!("{attempt}, who was building it, is stopped"))
    } else if let Event::GateOpened { gate } = event {
        Some(format!("the {gate} gate is open now"))
    } else {
        None
    }
}

/// Works out what a change would do, without making it.
pub fn consequences(mission: &Mission, change: &ContractChange) -> Consequences {
    let refusal = super::decide::contract::check_change(mission, change).err();
    let id = change.assertion();
    let present = mission.assertion(id).map(|a| a.revision);
    let revision = match change {
        ContractChange::Edit { .. } => present.map(Revision::next),
        ContractChange::Add { .. } => Some(Revision::FIRST),
        ContractChange::Retire { .. } => None,
    };
    let verdicts = mission.verdicts.get(id).into_iter().flatten();
    let stale_verdicts = verdicts.filter(|verdict| Some(verdict.revision) == present).count();
    let running = mission
        .live_attempts()
        .filter_map(|attempt| {
            if attempt.work.is_review() {
                return None;
            }
            let revision = attempt.revisions.get(id)?;
            let built = if let AgentWork::Build { feature } = attempt.work { Some(feature) } else { None };
            let feature = built.or_else(|| mission.claimant(id).map(|feature| feature.id))?;
            Some((attempt.id, feature, *revision))
        })
        .collect();
    let bearer = match change {
        ContractChange::Add { feature, .. } => mission.feature(*feature),
        ContractChange::Edit { .. } | ContractChange::Retire { .. } => mission.claimant(id),
    };
    let built = bearer.filter(|feature| feature.is_built()).map(|feature| feature.id);
    let recheck_runs = u32::from(revision.is_some() && built.is_some());
    Consequences {
        revision,
        stale_verdicts: u32::try_from(stale_verdicts).unwrap_or(u32::MAX),
        running,
        built: built.into_iter().collect(),
        recheck_runs,
        recheck_cost: if recheck_runs > 0 { validator_run_cost(mission) } else { None },
        refusal,
    }
}
