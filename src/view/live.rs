//! What runs now: the work, for how long, what it does, and what it has called.

use std::collections::BTreeMap;

use super::pace;
use super::prelude::*;
use super::transcript::call_words;
use super::work::short_subject;
use crate::domain::activity::Activity;
use crate::domain::id::{AttemptId, Timestamp};

/// After this many milliseconds without output an agent counts as silent.
const QUIET: u64 = 60_000;

/// The tool calls of the running attempts, counted by tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallCounts(BTreeMap<AttemptId, BTreeMap<String, usize>>);

impl CallCounts {
    /// Counts a call.
    pub fn count(&mut self, attempt: AttemptId, tool: &str) {
        *self.0.entry(attempt).or_default().entry(tool.to_owned()).or_default() += 1;
    }

    /// Forgets an attempt that has ended and says what it called: `shell 5, edit 3`.
    pub fn take(&mut self, attempt: AttemptId) -> Option<String> {
        let mut tools: Vec<(String, usize)> = self.0.remove(&attempt)?.into_iter().collect();
        tools.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Some(tools.into_iter().map(|(tool, n)| format!("{tool} {n}")).collect::<Vec<_>>().join(", "))
    }

    fn of(&self, attempt: AttemptId) -> usize {
        self.0.get(&attempt).map_or(0, |calls| calls.values().sum())
    }
}

/// What work waits for that says nothing of itself, so that its time is told from the first second.
const WAITS: [&str; 4] = ["waiting for", "reading the prompt", "asking again", "preparing"];

/// What a piece of work does now, a tool call in a few words, and for how long it has said nothing when that is long.
pub fn doing(activity: &Activity, now: Timestamp) -> String {
    // The engine reports a call as its tool and the beginning of its arguments.
    let doing = match activity.doing.split_once(" {") {
        Some((tool, arguments)) => call_words(tool, &format!("{{{arguments}")),
        None => clean(&activity.doing),
    };
    if activity.since > Timestamp(0) && WAITS.iter().any(|wait| doing.starts_with(wait)) {
        return format!("{doing} · {}", span(now.since(activity.since)));
    }
    let silent = now.since(activity.last_output);
    if silent < QUIET { doing } else { format!("{doing} · no output for {}", span(silent)) }
}

/// Everything that runs, in one line: `F2 #4 worker for 36s · 7 calls · Run cargo test · 34K tokens · $0.12`.
pub fn line(mission: &Mission, activity: &[Activity], calls: &CallCounts, now: Timestamp) -> String {
    let running = match activity {
        [] => mission.status().word().to_owned(),
        [only] => one(mission, only, calls, now),
        [first, ..] => {
            let each: Vec<String> = activity.iter().map(|one| short_subject(one.work)).collect();
            format!("{} at work on {} · {}", activity.len(), each.join(", "), with_pace(mission, first, now))
        }
    };
    format!("{running} · {}", used(&mission.usage()))
}

fn one(mission: &Mission, activity: &Activity, calls: &CallCounts, now: Timestamp) -> String {
    let attempt = activity.attempt.and_then(|id| mission.attempts.get(&id));
    let who = attempt.map_or_else(
        || activity.work.to_string(),
        |attempt| format!("{} {} {}", short_subject(activity.work), attempt.id, attempt.role),
    );
    let calls = match activity.attempt.map_or(0, |id| calls.of(id)) {
        0 => String::new(),
        calls => format!(" · {}", plural(calls, "call")),
    };
    let since = span(now.since(activity.started));
    format!("{who} for {since}{calls} · {}", with_pace(mission, activity, now))
}

/// How far a piece of work is, how long it usually takes, and what it does now.
pub fn with_pace(mission: &Mission, activity: &Activity, now: Timestamp) -> String {
    let pace = pace::words(mission, activity).map(|pace| format!("{pace}: "));
    pace.unwrap_or_default() + &doing(activity, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attempt::{AgentWork, EngineWork, Work};
    use crate::domain::id::{FeatureId, MilestoneId};

    fn activity(work: impl Into<Work>, doing: &str) -> Activity {
        Activity {
            work: work.into(),
            attempt: None,
            started: Timestamp(60_000),
            last_output: Timestamp(70_000),
            since: Timestamp(70_000),
            doing: doing.to_owned(),
        }
    }

    #[test]
    fn it_says_what_runs_for_how_long_and_what_it_cost() {
        let mission = Mission::unborn();
        let one = [activity(EngineWork::CheckClaims { feature: FeatureId(2) }, "running cargo test")];
        let review = |n| AgentWork::Review { milestone: MilestoneId(1), round: 1, feature: FeatureId(n) };
        let two = [activity(review(1), "waiting for the model"), activity(review(2), "x")];
        let line = |activity, now| line(&mission, activity, &CallCounts::default(), Timestamp(now));
        insta::assert_snapshot!([line(&one, 83_000), line(&two, 135_000), line(&[], 96_000)].join("\n"), @r"
        claims of F2 for 23s · running cargo test · 0 tokens
        2 at work on F1, F2 · waiting for the model · 1m 05s · 0 tokens
        planning · 0 tokens
        ");
    }

    #[test]
    fn a_call_is_said_in_words_even_when_its_arguments_are_cut_off() {
        let doing = |words: &str| doing(&activity(AgentWork::Plan, words), Timestamp(70_000));
        assert_eq!(doing(r#"shell {"command":"cargo test\n","timeout":5}"#), "Run cargo test");
        assert_eq!(doing(r#"edit {"path":"src/ma"#), "Edit src/ma");
        assert_eq!(doing("shell {broken \u{1b}[31m"), "Run");
    }

    #[test]
    fn calls_are_counted_until_the_attempt_ends() {
        let mut calls = CallCounts::default();
        for tool in ["read", "shell", "shell"] {
            calls.count(AttemptId(1), tool);
        }
        assert_eq!(calls.of(AttemptId(1)), 3);
        assert_eq!(calls.take(AttemptId(1)).as_deref(), Some("shell 2, read 1"));
        assert_eq!(calls.take(AttemptId(1)), None);
    }
}
