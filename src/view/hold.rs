//! A mission that is held: what failed, what was tried, since when, and what can be done about it.

use super::prelude::*;
use crate::domain::attempt::{AgentWork, Attempt, Ending, EngineWork, Role, Work};
use crate::domain::command::Command;
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::mission::{Hold, HoldCause};

/// Something that can be done about a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub kind: ChoiceKind,
    /// The choice in a word or two.
    pub label: &'static str,
    /// What follows when it is taken.
    pub words: String,
    /// The command line that does it, ready to be copied.
    pub line: String,
}

/// What kind of choice it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceKind {
    /// The same work once more, at once.
    Retry,
    /// Not to be proven again after all, where it is held at that.
    TakeBack,
    /// Another model for the role that could not do it.
    ChangeModel { role: Role },
    /// A higher budget.
    RaiseBudget,
    /// A word to the orchestrator.
    Talk,
    /// The transcript of the attempt that failed.
    Read { attempt: AttemptId },
    /// The end of the mission.
    Abandon,
}

impl ChoiceKind {
    /// The command that the choice is, where nothing has to be asked before.
    pub fn command(self) -> Option<Command> {
        match self {
            Self::Retry => Some(Command::Resume),
            // What is taken back is the mission's to say.
            Self::TakeBack
            | Self::ChangeModel { .. }
            | Self::RaiseBudget
            | Self::Talk
            | Self::Read { .. }
            | Self::Abandon => None,
        }
    }
}

/// What can be done about the hold of a mission, what helps most often first; nothing when it is not held.
pub fn choices(mission: &Mission) -> Vec<Choice> {
    let (Some(hold), Some(id)) = (&mission.hold, mission.id()) else { return Vec::new() };
    let choice =
        |kind, label, words: &str, line: String| Choice { kind, label, words: words.to_owned(), line };
    let retry = || {
        let (label, words) = match hold.cause {
            HoldCause::Person | HoldCause::QuietHours => ("Go on", "the mission flies on where it stands"),
            HoldCause::StoppedAttempt => ("Retry", "the work that you stopped is done again"),
            HoldCause::Backend
            | HoldCause::Quota
            | HoldCause::BudgetSpent
            | HoldCause::Failures
            | HoldCause::Machine
            | HoldCause::Crashes => ("Retry", "the same work once more, at once"),
        };
        choice(ChoiceKind::Retry, label, words, format!("flightdeck resume {id}"))
    };
    let change = || {
        let role = role_of(mission, hold)?;
        let line = format!("flightdeck models -m {id} {} PROVIDER/MODEL", role.word());
        let words = format!("another model plays the {role} from now on; then retry");
        Some(choice(ChoiceKind::ChangeModel { role }, "Change model", &words, line))
    };
    let read = || {
        let attempt = failed(mission, hold)?.id;
        let line = format!("flightdeck transcript {id} \"{attempt}\"");
        Some(choice(ChoiceKind::Read { attempt }, "Read", "what the last attempt said and did", line))
    };
    let raise = || {
        let line = format!("flightdeck resume {id} --budget DOLLARS");
        choice(ChoiceKind::RaiseBudget, "Raise the budget", "the mission goes on with more", line)
    };
    let talk = choice(
        ChoiceKind::Talk,
        "Talk",
        "say what helps: every later attempt is told",
        format!("flightdeck say -m {id} \"advice\""),
    );
    let mut choices = match hold.cause {
        HoldCause::Person
        | HoldCause::StoppedAttempt
        | HoldCause::Machine
        | HoldCause::Quota
        | HoldCause::QuietHours => vec![retry()],
        HoldCause::BudgetSpent => vec![raise()],
        HoldCause::Backend => change().into_iter().chain([retry()]).collect(),
        HoldCause::Failures | HoldCause::Crashes => {
            read().into_iter().chain([retry()]).chain(change()).collect()
        }
    };
    if is_only_proving_again(mission, hold) {
        let words = "it is not proven again: the verdict before counts, and the gate waits as it did";
        let line = format!("flightdeck prove {id} --all --take-back");
        choices.push(choice(ChoiceKind::TakeBack, "Take back", words, line));
    }
    choices.push(talk);
    let reason = format!("flightdeck abandon {id} --reason \"why\"");
    choices.push(choice(ChoiceKind::Abandon, "Abandon", "the mission ends; its branch stays", reason));
    choices
}

/// Whether it is held at what the person wanted proven again, and at nothing else.
fn is_only_proving_again(mission: &Mission, hold: &Hold) -> bool {
    let only = match hold.work {
        Some(Work::Agent(work)) => work
            .round()
            .and_then(|(milestone, number)| mission.round(milestone, number))
            .is_some_and(|round| round.again),
        Some(Work::Engine(EngineWork::RunGateCommands { milestone, .. })) => {
            mission.only_proves_again(milestone)
        }
        Some(Work::Engine(_)) | None => false,
    };
    only && !mission.proofs_to_take_back().is_empty()
}

/// The hold in full: what failed, what was tried and how often, and since when it stands still.
pub fn page(mission: &Mission, now: Timestamp, width: usize) -> Vec<Row> {
    let Some(hold) = &mission.hold else { return Vec::new() };
    let mut rows = paragraph(StyleRole::Text, hold.sentence.as_str(), width);
    rows.push(Row::new());
    rows.extend(tried(mission, hold, now).into_iter().flat_map(|words| labelled("tried", &words, width)));
    let since = mission.held_since.unwrap_or(mission.updated);
    rows.extend(labelled("held for", &long_span(now.since(since)), width));
    rows
}

/// What was tried before it was held: `3 attempts in 12m: #4, #5 and #6`.
fn tried(mission: &Mission, hold: &Hold, now: Timestamp) -> Option<String> {
    let Some(Work::Agent(work)) = hold.work else { return None };
    let mut attempts: Vec<&Attempt> = mission.failed_in_a_row(work).collect();
    attempts.reverse();
    let since = attempts.first()?.started;
    let until = mission.held_since.unwrap_or(now);
    let ids: Vec<String> = attempts.iter().map(|attempt| attempt.id.to_string()).collect();
    Some(format!(
        "{work}: {} in {}: {}",
        plural(attempts.len(), "attempt"),
        long_span(until.since(since)),
        listed(&ids)
    ))
}

/// The role whose model could be at fault.
fn role_of(mission: &Mission, hold: &Hold) -> Option<Role> {
    match hold.work {
        Some(Work::Agent(work)) => Some(work.role()),
        Some(Work::Engine(_)) => None,
        // Logs of earlier versions do not say at which work it came.
        None => failed(mission, hold).map(|attempt| attempt.role),
    }
}

/// The attempt that failed last.
fn failed<'a>(mission: &'a Mission, hold: &Hold) -> Option<&'a Attempt> {
    let at_work = |work: AgentWork| hold.work.is_none_or(|held| held == work.into());
    let came_to_nothing = |attempt: &&Attempt| match attempt.ended.as_ref().map(|ended| &ended.ending) {
        Some(Ending::Failed { .. } | Ending::Unusable { .. } | Ending::Interrupted) => at_work(attempt.work),
        Some(Ending::Done | Ending::Stopped { .. }) | None => false,
    };
    mission.attempts.values().rev().find(came_to_nothing)
}
