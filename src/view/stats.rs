//! Time, tokens and money by role and milestone; every attempt over time; where the money will end.

use std::collections::BTreeMap;

use crate::domain::attempt::{Attempt, Role};
use crate::domain::budget::dollars;
use crate::domain::estimate;
use crate::domain::id::{MilestoneId, Timestamp};
use crate::domain::mission::Mission;
use crate::view::style_role::StyleRole;
use crate::view::text::{count, long_span, plural, span, width};

use super::row::Row;
use super::work::attempt_sign;

/// What an amount of work came to.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    ms: u64,
    output: u64,
    money: u64,
}

/// The whole page; `tests` is the line about the share of tests, which a diff has to be asked for.
pub fn rows(mission: &Mission, now: Timestamp, room: usize, tests: Row) -> Vec<Row> {
    let mut rows =
        vec![Row::of(StyleRole::Strong, "By role").end(StyleRole::Dim, "    time     out    cost")];
    rows.extend(table(by_role(mission, now), room));
    rows.push(Row::new());
    rows.push(Row::of(StyleRole::Strong, "By milestone").end(StyleRole::Dim, "    time     out    cost"));
    rows.extend(table(by_milestone(mission, now), room));
    rows.push(Row::new());
    rows.extend(forecast(mission, room));
    rows.push(tests);
    rows.push(Row::new());
    rows.push(
        Row::of(StyleRole::Strong, "Attempts over time")
            .end(StyleRole::Dim, long_span(now.since(mission.created))),
    );
    rows.extend(lanes(mission, now, room));
    rows
}

fn share(attempt: &Attempt, now: Timestamp) -> Share {
    Share { ms: attempt.wall_ms(now), output: attempt.usage.output, money: attempt.usage.micro_dollars }
}

fn add(to: &mut Share, more: Share) {
    to.ms += more.ms;
    to.output += more.output;
    to.money += more.money;
}

fn by_role(mission: &Mission, now: Timestamp) -> Vec<(String, Share)> {
    let mut shares: BTreeMap<Role, Share> = BTreeMap::new();
    for attempt in mission.attempts.values() {
        add(shares.entry(attempt.role).or_default(), share(attempt, now));
    }
    shares.into_iter().map(|(role, share)| (role.to_string(), share)).collect()
}

fn by_milestone(mission: &Mission, now: Timestamp) -> Vec<(String, Share)> {
    let mut shares: BTreeMap<Option<MilestoneId>, Share> = BTreeMap::new();
    for attempt in mission.attempts.values() {
        let milestone = mission.milestone_of(attempt.work);
        add(shares.entry(milestone).or_default(), share(attempt, now));
    }
    let name = |milestone: Option<MilestoneId>| {
        milestone
            .and_then(|id| mission.milestones.iter().find(|m| m.id == id))
            .map_or_else(|| "planning".to_owned(), |m| format!("{} {}", m.id, m.title))
    };
    shares.into_iter().map(|(milestone, share)| (name(milestone), share)).collect()
}

fn table(shares: Vec<(String, Share)>, room: usize) -> Vec<Row> {
    let most = shares.iter().map(|(_, share)| share.money.max(1)).max().unwrap_or(1);
    let cells = room.saturating_sub(18 + 28).min(60) as u64;
    shares
        .into_iter()
        .map(|(name, share)| {
            let filled = usize::try_from(share.money * cells / most).unwrap_or(0);
            let name = crate::view::text::clip(&name, 17);
            let fill = " ".repeat(18_usize.saturating_sub(width(&name)));
            Row::of(StyleRole::Text, format!("{name}{fill}"))
                .then(StyleRole::Accent, "▇".repeat(filled.max(usize::from(share.money > 0))))
                .end(StyleRole::Dim, format!("{:>8}", span(share.ms)))
                .end(StyleRole::Dim, format!("{:>8}", count(share.output)))
                .end(StyleRole::Text, format!("{:>8}", dollars(share.money)))
        })
        .collect()
}

fn forecast(mission: &Mission, room: usize) -> Vec<Row> {
    let spent = mission.usage().micro_dollars;
    let likely = estimate::forecast(mission);
    let words = likely.map_or_else(
        || "nothing is known of prices yet".to_owned(),
        |cost| {
            format!(
                "likely {} in the end ({} to {})",
                dollars(cost.likely),
                dollars(cost.low),
                dollars(cost.high)
            )
        },
    );
    let mut rows = vec![Row::of(StyleRole::Strong, "Forecast").end(StyleRole::Dim, words)];
    if let Some(limit) = mission.budget.micro_dollars.filter(|limit| *limit > 0) {
        let cells = room.saturating_sub(24).min(80) as u64;
        let at = |money: u64| usize::try_from(money.min(limit) * cells / limit).unwrap_or(0);
        let (now, end) = (at(spent), at(likely.map_or(spent, |cost| cost.likely)));
        let rest = usize::try_from(cells).unwrap_or(0).saturating_sub(end);
        rows.push(
            Row::of(StyleRole::Accent, "█".repeat(now))
                .then(StyleRole::Dim, "▒".repeat(end.saturating_sub(now)))
                .then(StyleRole::Faint, "░".repeat(rest))
                .end(StyleRole::Text, dollars(spent))
                .end(StyleRole::Dim, format!(" of {}", dollars(limit))),
        );
    }
    let tests: usize = mission.handoffs.values().map(|(_, handoff)| handoff.tests_added()).sum();
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
