//! What the commands of a plan do at the base commit, before anything is built: which the machine cannot run, which are
//! red already, and which checks hold already and so prove nothing.

use serde::{Deserialize, Serialize};

use super::contract::Assertion;
use super::environment::{CommandRun, Environment, Script};
use super::id::{AssertionId, Commit};
use super::mission::Mission;
use super::text::{Line, Title, plural};

/// Characters of a command's last words that a sentence has room for.
const LAST_WORDS: usize = 160;
/// What a shell says of a command that is not there.
const NOT_FOUND: i32 = 127;
/// What a shell says of a command that cannot be run.
const NOT_RUNNABLE: i32 = 126;
/// What a time-out counts as.
const TIMED_OUT: i32 = 124;

/// What the engine saw when it ran a plan's commands at the base commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    pub commit: Commit,
    /// One for each command; what could not be tried has none.
    pub runs: Vec<CommandRun>,
}

/// A command that is tried at the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// Of the environment, with the group it stands in.
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
            Self::Environment { .. } => run.passed(),
            Self::Check { .. } => !matches!(run.exit_code, TIMED_OUT | NOT_RUNNABLE | NOT_FOUND),
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
        let known = Environment::default();
        let environment = self.environment.as_ref().unwrap_or(&known);
        let Environment { setup, build, lint, test, services: _, parallel_testers: _ } = environment;
        let groups = [("setup", setup), ("build", build), ("lint", lint), ("test", test)];
        let mut trials: Vec<Trial> = Vec::new();
        for (group, scripts) in groups {
            trials.extend(scripts.iter().map(|script| Trial::Environment { group, script: script.clone() }));
        }
        for assertion in self.active_assertions() {
            let Some(run) = assertion.wording.check.command.clone() else { continue };
            let script = Script { name: Title::clipped(assertion.id.as_str()), run, report: None };
            trials.push(Trial::Check { assertion: assertion.id.clone(), script });
        }
        trials
    }

    /// Assertions whose own command is green before anything is built: it proves nothing.
    pub fn vacuous_assertions(&self) -> impl Iterator<Item = &Assertion> {
        self.active_assertions().filter(|assertion| {
            let command = assertion.wording.check.command.as_ref();
            command.is_some_and(|command| self.run_at_base(command).is_some_and(CommandRun::passed))
        })
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
        for trial in self.base_trials() {
            let command = &trial.script().run;
            match (baseline.run(command), &trial) {
                (None, _) => risks.push(format!("`{command}` was not tried at the base commit")),
                (Some(run), Trial::Environment { .. }) if !run.passed() => {
                    risks.push(format!("at the base commit {}", ended(run)));
                }
                (Some(_), _) => {}
            }
        }
        risks
    }

    /// What the planner is told of its commands; empty where nothing was tried.
    pub fn baseline_report(&self) -> String {
        let Some(baseline) = &self.baseline else { return String::new() };
        let mut text = String::new();
        let mut red = 0;
        for trial in self.base_trials() {
            let name = trial.name();
            text += &match (baseline.run(&trial.script().run), &trial) {
                (None, _) => format!("- {name}: `{}` was not tried\n", trial.script().run),
                (Some(run), Trial::Check { .. }) if run.passed() => {
                    format!(
                        "- {name}: {}: it holds before anything is built, so it proves nothing\n",
                        ended(run)
                    )
                }
                (Some(run), Trial::Check { .. }) if trial.is_settled_by(run) => {
                    red += 1;
                    continue;
                }
                (Some(run), Trial::Environment { .. } | Trial::Check { .. }) => {
                    format!("- {name}: {}\n", ended(run))
                }
            };
        }
        if red > 0 {
            text += &format!("- {} red, as it should be before the work\n", plural(red, "check"));
        }
        text
    }
}

/// How a command ended: `` `cargo test` exits 101 after 3 s: no Cargo.toml ``.
fn ended(run: &CommandRun) -> String {
    let words = match run.exit_code {
        TIMED_OUT => "took too long and was ended".to_owned(),
        code => format!("exits {code}"),
    };
    let last =
        run.tail.as_str().lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let last: String = last.chars().take(LAST_WORDS).collect();
    let why = if run.passed() || last.is_empty() { String::new() } else { format!(": {last}") };
    format!("`{}` {words} after {} s{why}", run.command, run.wall_ms.div_ceil(1_000))
}
