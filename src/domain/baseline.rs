//! What the commands of a plan do at the base commit, before anything is built: which the machine cannot run, which are
//! red already, and which checks hold already and so prove nothing.

mod command;
mod fault;

pub use fault::{fault, took_too_long};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::contract::{Assertion, Instrument};
use super::environment::{CommandRun, Environment, Script};
use super::gate::GateId;
use super::id::{AssertionId, Commit};
use super::mission::Mission;
use super::part::Part;
use super::text::{Line, Title, plural};

/// Characters of a command's last words that a sentence has room for.
const LAST_WORDS: usize = 160;

/// The group of the commands that start services.
pub const SERVICE: &str = "service";

/// What the engine saw when it ran a plan's commands at the base commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    pub commit: Commit,
    /// One for each command; what could not be tried has none.
    pub runs: Vec<CommandRun>,
    /// Commands that could not be tried, because of the machine or for want of time.
    #[serde(default)]
    pub untried: Vec<Line>,
    /// Instruments that the machine lacks, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<Instrument, Line>,
}

/// What the baseline says of an assertion's own command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtBase<'a> {
    /// It has none, or it was not tried.
    Untried,
    /// It is red, as it should be before the work.
    Red(&'a CommandRun),
    /// It is a guard, and it holds.
    Guards(&'a CommandRun),
    /// It holds before anything is built, so that it proves nothing.
    Vacuous(&'a CommandRun),
    /// It can decide nothing, and why.
    Invalid(&'a CommandRun, String),
    /// It was ended for its time.
    TookTooLong(&'a CommandRun),
}

/// A command that is tried at the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// Of the environment, with the group it stands in. A service is only begun: what is not built yet does not start.
    Environment { group: &'static str, script: Script },
    /// The check of an assertion.
    Check { assertion: AssertionId, script: Script },
}

impl Trial {
    /// What is run.
    pub fn script(&self) -> &Script {
        match self {
            Self::Environment { script, .. } | Self::Check { script, .. } => script,
        }
    }

    /// Whether what was seen once holds until the set-up changes. A machine may be mended meanwhile, so a command that
    /// could not do its work is tried again.
    pub fn is_settled_by(&self, run: &CommandRun) -> bool {
        match self {
            Self::Environment { group, .. } => {
                run.passed() || *group == SERVICE && command::fault(run).is_none()
            }
            Self::Check { .. } => fault(run).is_none() && !took_too_long(run),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Environment { group, .. } => (*group).to_owned(),
            Self::Check { assertion, .. } => assertion.to_string(),
        }
    }
}

impl Baseline {
    /// What a command did.
    pub fn run(&self, command: &Line) -> Option<&CommandRun> {
        self.runs.iter().find(|run| run.command == *command)
    }

    /// Whether it was taken with this set-up: another one may change what every command does.
    pub fn was_set_up_by(&self, setup: &[Script]) -> bool {
        setup.iter().all(|script| self.run(&script.run).is_some_and(CommandRun::passed))
    }
}

impl Mission {
    /// What has to be tried before the plan is accepted: set-up, build, lint, test, then the assertions' own commands.
    pub fn base_trials(&self) -> Vec<Trial> {
        self.trials_of(self.active_assertions())
    }

    /// The same with the commands of what is sealed: what the engine tries while nobody who plans is at work.
    pub fn all_trials(&self) -> Vec<Trial> {
        self.trials_of(self.held_assertions())
    }

    fn trials_of<'a>(&self, assertions: impl Iterator<Item = &'a Assertion>) -> Vec<Trial> {
        let known = Environment::default();
        let environment = self.environment.as_ref().unwrap_or(&known);
        let Environment { setup, build, lint, test, services, hosts: _, parallel_testers: _ } = environment;
        let groups = [("setup", setup), ("build", build), ("lint", lint), ("test", test)];
        let mut trials: Vec<Trial> = Vec::new();
        for (group, scripts) in groups {
            trials.extend(scripts.iter().map(|script| Trial::Environment { group, script: script.clone() }));
        }
        for service in services {
            let script = Script { name: service.name.clone(), run: service.run.clone(), report: None };
            trials.push(Trial::Environment { group: SERVICE, script });
        }
        for assertion in assertions {
            let Some(run) = assertion.wording.check.command.clone() else { continue };
            let script = Script { name: Title::clipped(assertion.id.as_str()), run, report: None };
            trials.push(Trial::Check { assertion: assertion.id.clone(), script });
        }
        trials
    }

    /// What the baseline says of an assertion's own command.
    pub fn at_base(&self, assertion: &Assertion) -> AtBase<'_> {
        let check = &assertion.wording.check;
        let Some(run) = check.command.as_ref().and_then(|command| self.run_at_base(command)) else {
            return AtBase::Untried;
        };
        match fault(run) {
            Some(why) => AtBase::Invalid(run, why),
            None if took_too_long(run) => AtBase::TookTooLong(run),
            None if run.passed() && check.guard => AtBase::Guards(run),
            None if run.passed() => AtBase::Vacuous(run),
            None if check.guard => {
                AtBase::Invalid(run, "a guard holds before the work, and it fails".to_owned())
            }
            None => AtBase::Red(run),
        }
    }

    /// Assertions whose own command is green before anything is built, and which are no guards: it proves nothing.
    pub fn vacuous_assertions(&self) -> impl Iterator<Item = &Assertion> {
        self.held_assertions().filter(|assertion| matches!(self.at_base(assertion), AtBase::Vacuous(_)))
    }

    /// Why a plan cannot be accepted as it is: a sentence for each check that can decide nothing, which the planner has
    /// worded and has not said a reason for.
    pub(super) fn invalid_checks(&self) -> Vec<String> {
        let own = |assertion: &&Assertion| !self.persons_parts(&assertion.id).contains(&Part::Command);
        let unexplained = |assertion: &&Assertion| !self.checks_kept.contains_key(&assertion.id);
        let asked = self.active_assertions().filter(own).filter(unexplained);
        asked.filter_map(|assertion| self.invalid_check(assertion)).collect()
    }

    /// Why a plan cannot be accepted as it is: a sentence for each command of the environment that can do nothing, which
    /// the planner has chosen and has not said a reason for.
    pub(super) fn invalid_commands(&self) -> Vec<String> {
        if self.environment_is_persons {
            return Vec::new();
        }
        let trials = self.base_trials();
        let asked = trials.iter().filter(|trial| !self.commands_kept.contains_key(&trial.script().run));
        asked.filter_map(|trial| self.invalid_command(trial)).collect()
    }

    /// What the planner says of what stays as it is, in place of what it said before.
    pub(super) fn keep(&mut self, checks: &BTreeMap<AssertionId, Line>, commands: &BTreeMap<Line, Line>) {
        self.checks_kept.clone_from(checks);
        self.commands_kept.clone_from(commands);
    }

    fn invalid_command(&self, trial: &Trial) -> Option<String> {
        let Trial::Environment { group, script } = trial else { return None };
        let run = self.run_at_base(&script.run)?;
        let why = self.command_fault(group, run)?;
        Some(format!("the {group} command can do nothing at the base commit: {why}; {}", ended(run)))
    }

    /// Why a command of the environment can do nothing. Where what sets the checkout up is not there yet, nobody knows
    /// what the others would find.
    fn command_fault(&self, group: &str, run: &CommandRun) -> Option<String> {
        let setup = self.environment.iter().flat_map(|environment| &environment.setup);
        let is_unset = |seen: &CommandRun| !seen.passed() && command::fault(seen).is_none();
        let unset = setup.filter_map(|script| self.run_at_base(&script.run)).any(is_unset);
        command::fault(run).filter(|_| group == "setup" || !unset)
    }

    fn invalid_check(&self, assertion: &Assertion) -> Option<String> {
        let AtBase::Invalid(run, why) = self.at_base(assertion) else { return None };
        Some(format!(
            "the check of {} can decide nothing at the base commit: {why}; {}",
            assertion.id,
            ended(run)
        ))
    }

    /// The commands that are new since the baseline was taken, while a plan waits at its gate: the person added or
    /// reworded an assertion.
    pub(super) fn is_baseline_behind(&self) -> bool {
        let Some(baseline) = self.baseline.as_ref().filter(|_| self.is_gate_open(GateId::Plan)) else {
            return false;
        };
        let is_new = |command: &Line| baseline.run(command).is_none() && !baseline.untried.contains(command);
        let is_service = |trial: &Trial| matches!(trial, Trial::Environment { group: SERVICE, .. });
        self.all_trials().iter().any(|trial| !is_service(trial) && is_new(&trial.script().run))
    }

    /// What a command did at the base commit.
    pub fn run_at_base(&self, command: &Line) -> Option<&CommandRun> {
        self.baseline.as_ref()?.run(command)
    }

    /// What the baseline makes a person weigh before GO; nothing where none was taken.
    pub(super) fn baseline_risks(&self) -> Vec<String> {
        let Some(baseline) = &self.baseline else { return Vec::new() };
        let vacuous: Vec<String> = self.vacuous_assertions().map(|found| found.id.to_string()).collect();
        let mut risks: Vec<String> = match vacuous.as_slice() {
            [] => Vec::new(),
            [one] => vec![format!("{one} holds before anything is built: its command proves nothing")],
            some => vec![format!(
                "{} assertions hold before anything is built, their commands prove nothing: {}",
                some.len(),
                some.join(", ")
            )],
        };
        for (instrument, why) in &baseline.missing {
            let hit: Vec<String> = self
                .held_assertions()
                .filter(|assertion| assertion.wording.check.via == *instrument)
                .map(|assertion| assertion.id.to_string())
                .collect();
            if !hit.is_empty() {
                risks.push(format!(
                    "{} cannot be tested via {} and will be blocked: {why}",
                    hit.join(", "),
                    instrument.word()
                ));
            }
        }
        for trial in self.all_trials() {
            let command = &trial.script().run;
            if let Some(sentence) = self.invalid_command(&trial) {
                let kept = self.commands_kept.get(command);
                let kept = kept.map_or_else(String::new, |why| format!("; the planner keeps it: {why}"));
                risks.push(sentence + &kept);
                continue;
            }
            match (baseline.run(command), &trial) {
                // A service that does not start is yet to be built.
                (_, Trial::Environment { group: SERVICE, .. }) => {}
                (None, _) => risks.push(format!("`{command}` was not tried at the base commit")),
                (Some(run), Trial::Environment { .. }) if !run.passed() => {
                    risks.push(format!("at the base commit {}", ended(run)));
                }
                (Some(_), _) => {}
            }
        }
        for assertion in self.held_assertions() {
            let kept = self.checks_kept.get(&assertion.id);
            let kept = kept.map_or_else(String::new, |why| format!("; the planner keeps it: {why}"));
            risks.extend(self.invalid_check(assertion).map(|sentence| sentence + &kept));
            if let AtBase::TookTooLong(run) = self.at_base(assertion) {
                risks.push(format!(
                    "the check of {} took too long at the base commit: `{}`",
                    assertion.id, run.command
                ));
            }
        }
        risks
    }

    /// What the planner is told of its commands; empty where nothing was tried.
    pub fn baseline_report(&self) -> String {
        let Some(baseline) = &self.baseline else { return String::new() };
        let mut text = String::new();
        let (mut red, mut guards) = (0, 0);
        for trial in self.base_trials() {
            let (name, command) = (trial.name(), &trial.script().run);
            let fault = match &trial {
                Trial::Environment { group, .. } => {
                    baseline.run(command).and_then(|run| self.command_fault(group, run))
                }
                Trial::Check { .. } => None,
            };
            if fault.is_none() && matches!(trial, Trial::Environment { group: SERVICE, .. }) {
                continue;
            }
            let Some(run) = baseline.run(command) else {
                text += &format!("- {name}: `{command}` was not tried\n");
                continue;
            };
            let assertion = match &trial {
                Trial::Environment { .. } => None,
                Trial::Check { assertion, .. } => self.contract.get(assertion),
            };
            match assertion.map(|assertion| self.at_base(assertion)) {
                Some(AtBase::Red(_)) => red += 1,
                Some(AtBase::Guards(_)) => guards += 1,
                Some(AtBase::Vacuous(_)) => {
                    text += &format!(
                        "- {name}: {}: it holds before anything is built, so it proves nothing: word it anew, or declare it a guard (`guard: true`) if it is to hold before and after\n",
                        ended(run)
                    );
                }
                Some(AtBase::Invalid(_, why)) => {
                    text +=
                        &format!("- {name}: {}: {why}, so it can decide nothing: word it anew\n", ended(run));
                }
                Some(AtBase::TookTooLong(_) | AtBase::Untried) | None if let Some(why) = &fault => {
                    text += &format!(
                        "- {name}: {}: {why}, so it can do nothing: propose_environment with one that can\n",
                        ended(run)
                    );
                }
                Some(AtBase::TookTooLong(_) | AtBase::Untried) | None => {
                    text += &format!("- {name}: {}\n", ended(run));
                }
            }
        }
        if guards > 0 {
            text += &format!("- {} green, as it should be\n", plural(guards, "guard"));
        }
        if red > 0 {
            text += &format!("- {} red, as it should be before the work\n", plural(red, "check"));
        }
        text
    }
}

/// How a command ended: `` `cargo test` exits 101 after 3 s: no Cargo.toml ``.
fn ended(run: &CommandRun) -> String {
    let words = if took_too_long(run) {
        "took too long and was ended".to_owned()
    } else {
        format!("exits {}", run.exit_code)
    };
    let last = last_words(run);
    let why = if run.passed() || last.is_empty() { String::new() } else { format!(": {last}") };
    format!("`{}` {words} after {} s{why}", run.command, run.wall_ms.div_ceil(1_000))
}

/// The last line that a command said, as far as a sentence has room for it.
pub(super) fn last_words(run: &CommandRun) -> String {
    let last = run.tail.as_str().lines().rev().map(str::trim).find(|line| !line.is_empty());
    last.unwrap_or_default().chars().take(LAST_WORDS).collect()
}
