//! Time, tokens and money by role and milestone; every attempt over time; where the money will end.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::attempt::Attempt;
use crate::domain::budget::dollars;
use crate::domain::estimate;
use crate::domain::id::{MilestoneId, Timestamp};
use crate::domain::usage::Usage;

use super::prelude::*;
use super::words::about;
use super::work::{attempt_sign, milestone_name};

/// What a share of the work came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The role, the milestone's id, or `planning`.
    pub of: String,
    /// The same for people, with the milestone's title.
    #[serde(skip)]
    name: String,
    pub attempts: usize,
    pub agent_ms: u64,
    pub usage: Usage,
}

impl Share {
    /// What it is of, for people: a milestone with its title.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Columns of a name, and of a number.
const NAME: usize = 18;
const NUMBER: usize = 8;
/// The columns of numbers; a narrow screen has those from `time` on that are asked for most.
const NUMBERS: [&str; 6] = ["attempts", "in", "cached", "time", "out", "cost"];
const FEW: usize = 3;
/// From so many columns on there is room for all numbers.
const WIDE: usize = 76;

/// The whole page; `tests` are rows about the share of tests, which a diff has to be asked for.
pub fn rows(mission: &Mission, now: Timestamp, room: usize, tests: Vec<Row>) -> Vec<Row> {
    let mut rows = table("By role", &by_role(mission, now), room);
    rows.push(Row::new());
    rows.extend(table("By milestone", &by_milestone(mission, now), room));
    rows.push(Row::new());
    rows.push(in_all(mission, now));
    rows.extend(forecast(mission, room));
    rows.extend(tests);
    rows.push(Row::new());
    rows.push(
        Row::of(StyleRole::Strong, "Attempts over time")
            .end(StyleRole::Dim, long_span(now.since(mission.created))),
    );
    rows.extend(lanes(mission, now, room));
    rows
}

/// The shares of the roles.
pub fn by_role(mission: &Mission, now: Timestamp) -> Vec<Share> {
    shares(mission, now, |attempt| attempt.role, |role| (role.to_string(), role.to_string()))
}

/// The shares of the milestones; what belongs to none is planning.
pub fn by_milestone(mission: &Mission, now: Timestamp) -> Vec<Share> {
    let planning = || ("planning".to_owned(), "planning".to_owned());
    let named = |id: &MilestoneId| (id.to_string(), milestone_name(mission, *id));
    let of = |attempt: &Attempt| mission.milestone_of(attempt.work);
    shares(mission, now, of, |id| id.as_ref().map_or_else(planning, named))
}

/// The shares of the attempts, each in the natural order of what it is of.
fn shares<K: Ord>(
    mission: &Mission,
    now: Timestamp,
    of: impl Fn(&Attempt) -> K,
    words: impl Fn(&K) -> (String, String),
) -> Vec<Share> {
    let mut shares: BTreeMap<K, Share> = BTreeMap::new();
    for attempt in mission.attempts.values() {
        let share = shares.entry(of(attempt)).or_default();
        share.attempts += 1;
        share.agent_ms = share.agent_ms.saturating_add(attempt.wall_ms(now));
        share.usage += attempt.usage;
    }
    let named = |(key, share): (K, Share)| {
        let (of, name) = words(&key);
        Share { of, name, ..share }
    };
    shares.into_iter().map(named).collect()
}

fn table(heading: &str, shares: &[Share], room: usize) -> Vec<Row> {
    let shown = if room < WIDE { NUMBERS.len() - FEW..NUMBERS.len() } else { 0..NUMBERS.len() };
    let cells = room.saturating_sub(NAME + shown.len() * (NUMBER + 1) + 4).min(60) as u64;
    let numbers = |row: Row, words: &[String; 6], last: StyleRole| {
        let shown = words.get(shown.clone()).unwrap_or_default();
        shown.iter().enumerate().fold(row, |row, (at, word)| {
            let style = if at + 1 == shown.len() { last } else { StyleRole::Dim };
            row.end(style, format!(" {word:>NUMBER$}"))
        })
    };
    let head = Row::of(StyleRole::Strong, heading);
    let mut rows = vec![numbers(head, &NUMBERS.map(str::to_owned), StyleRole::Dim)];
    let most = shares.iter().map(|share| share.usage.money().max(1)).max().unwrap_or(1);
    rows.extend(shares.iter().map(|share| {
        let usage = &share.usage;
        let filled = usize::try_from(usage.money().saturating_mul(cells) / most).unwrap_or(0);
        let bar = "▇".repeat(filled.max(usize::from(usage.money() > 0)));
        let row = Row::of(StyleRole::Text, column(&share.name, NAME)).then(StyleRole::Accent, bar);
        let words = [
            share.attempts.to_string(),
            count(usage.input.saturating_add(usage.cache_written)),
            count(usage.cached),
            span(share.agent_ms),
            count(usage.output),
            money(usage),
        ];
        numbers(row, &words, StyleRole::Text)
    }));
    rows
}

fn in_all(mission: &Mission, now: Timestamp) -> Row {
    let time = span(mission.agent_ms(now));
    Row::of(StyleRole::Strong, "In all")
        .end(StyleRole::Text, format!("{time} of agents' time · {}", used(&mission.usage())))
        .end(StyleRole::Dim, format!(" · budget: {}", budget_words(&mission.budget)))
}

/// How many test cases the handoffs say they added.
pub fn tests_added(mission: &Mission) -> usize {
    mission.handoffs.values().map(|(_, handoff)| handoff.tests_added()).sum()
}

fn forecast(mission: &Mission, room: usize) -> Vec<Row> {
    let used = mission.usage();
    let spent = used.money();
    let likely = estimate::forecast(mission);
    let words = likely.map_or_else(
        || "nothing is known of prices yet".to_owned(),
        |cost| {
            let (likely, low, high) = (about(cost.likely), dollars(cost.low), dollars(cost.high));
            format!("likely {likely} in the end ({low} to {high})")
        },
    );
    let mut rows = vec![Row::of(StyleRole::Strong, "Forecast").end(StyleRole::Dim, words)];
    if let Some(limit) = mission.budget.micro_dollars.filter(|limit| *limit > 0) {
        let cells = room.saturating_sub(24).min(80) as u64;
        let at = |money: u64| usize::try_from(money.min(limit).saturating_mul(cells) / limit).unwrap_or(0);
        let (now, end) = (at(spent), at(likely.map_or(spent, |cost| cost.likely)));
        let rest = usize::try_from(cells).unwrap_or(0).saturating_sub(end);
        rows.push(
            Row::of(StyleRole::Accent, "█".repeat(now))
                .then(StyleRole::Dim, "▒".repeat(end.saturating_sub(now)))
                .then(StyleRole::Faint, "░".repeat(rest))
                .end(StyleRole::Text, money(&used))
                .end(StyleRole::Dim, format!(" of {}", dollars(limit))),
        );
    }
    let tests = tests_added(mission);
    rows.push(Row::of(
        StyleRole::Dim,
        format!("{} came with {}", plural(tests, "test case"), plural(mission.handoffs.len(), "handoff")),
    ));
    rows
}

/// A bar for every attempt, where it stands in time; the newest at the top.
fn lanes(mission: &Mission, now: Timestamp, room: usize) -> Vec<Row> {
    let total = now.since(mission.created).max(1);
    let cells = room.saturating_sub(24) as u64;
    let place =
        |at: Timestamp| usize::try_from(at.since(mission.created).min(total) * cells / total).unwrap_or(0);
    mission
        .attempts
        .values()
        .rev()
        .map(|attempt| {
            let (_, style) = attempt_sign(attempt);
            let from = place(attempt.started);
            let to = place(attempt.ended.as_ref().map_or(now, |ended| ended.at)).max(from + 1);
            Row::of(StyleRole::Dim, format!("{:<5}{:<14}", attempt.id.to_string(), attempt.role.to_string()))
                .then(StyleRole::Text, " ".repeat(from))
                .then(style, "▇".repeat(to - from))
        })
        .collect()
}
