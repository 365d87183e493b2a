//! The first two lines: which mission, what it does, how far it is, what it cost, what needs the person.

use super::prelude::*;
use super::text::width;
use super::words::about;
use crate::domain::attention;
use crate::domain::budget::dollars;
use crate::domain::estimate::forecast;
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::mission::{End, Status};
use crate::domain::tally::Tally;

use super::work::status_sign;
use super::{summary, wait};

/// The first line: name and place left, time and cost right; of the cost as much as there is room for.
pub fn banner(mission: &Mission, now: Timestamp, room: usize) -> Row {
    let row = identity(mission);
    let taken: usize = row.left.iter().map(|piece| width(&piece.text)).sum();
    let all = costs(mission, now);
    let fitting =
        (0..all.len()).map(|skip| shortened(&all, skip)).find(|words| taken + width(words) + 2 <= room);
    row.end(StyleRole::Dim, fitting.unwrap_or_else(|| shortened(&all, all.len())))
}

/// Leaves out what is least asked for: first the tokens, from the left; never time and money.
fn shortened(parts: &[String], skip: usize) -> String {
    let last = parts.len().saturating_sub(1);
    let kept = parts.iter().enumerate().filter(|(index, _)| *index == 0 || *index == last || *index > skip);
    kept.map(|(_, part)| part.as_str()).collect::<Vec<_>>().join(" · ")
}

/// Name and place of a mission.
pub fn identity(mission: &Mission) -> Row {
    let row = Row::of(StyleRole::Banner, "FLIGHTDECK");
    let Some(founding) = &mission.founding else { return row };
    let row = row
        .then(StyleRole::Text, "  ")
        .then(StyleRole::Strong, mission.title())
        .then(StyleRole::Dim, format!("  {} ⎇ {}", short_path(&founding.repository), founding.branch));
    if mission.unsandboxed.is_none() {
        return row;
    }
    row.then(StyleRole::Text, "  ").sign(StyleRole::Warn, Glyph::Needs).then(StyleRole::Warn, "no sandbox")
}

/// Time, tokens and money, with what it will likely come to:
/// `1h 12m · in 3.0K · cached 22M · out 1.3M · $4.21 → ~$9.60 of $25.00`.
pub fn cost(mission: &Mission, now: Timestamp) -> String {
    costs(mission, now).join(" · ")
}

fn costs(mission: &Mission, now: Timestamp) -> Vec<String> {
    if mission.founding.is_none() {
        return Vec::new();
    }
    let usage = mission.usage();
    let until = match &mission.end {
        Some(End::Completed { at } | End::Abandoned { at, .. }) => *at,
        None => now,
    };
    let likely = forecast(mission).filter(|cost| mission.end.is_none() && cost.likely > usage.money());
    // Less than a cent would be shown as nothing.
    let likely = likely.filter(|cost| cost.likely >= 10_000);
    let likely = likely.map_or_else(String::new, |cost| format!(" → {}", about(cost.likely)));
    let limit =
        mission.budget.micro_dollars.map_or_else(String::new, |limit| format!(" of {}", dollars(limit)));
    let money = format!("{}{likely}{limit}", money(&usage));
    let mut parts = vec![long_span(until.since(mission.created))];
    parts.push(format!("in {}", count(usage.input + usage.cache_written)));
    if usage.cached > 0 {
        parts.push(format!("cached {}", count(usage.cached)));
    }
    parts.push(format!("out {}", count(usage.output)));
    parts.push(money);
    parts
}

/// How far a mission is, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub built: usize,
    pub features: usize,
    pub assertions: Tally,
}

/// Counts features and assertions.
pub fn progress(mission: &Mission) -> Progress {
    let mut progress = Progress { assertions: mission.contract_tally(), ..Progress::default() };
    for feature in mission.features.iter().filter(|feature| feature.is_wanted()) {
        progress.features += 1;
        progress.built += usize::from(feature.is_built());
    }
    progress
}

/// What the mission does, in its place: `● RUNNING   M2 of 4 · Sign-in`.
pub fn doing(mission: &Mission, now: Timestamp) -> Vec<Piece> {
    // An agent that works while something waits is still what happens now; the right side says what waits.
    // An agent that waits for an answer does not work.
    let waits = |id| mission.questions.iter().any(|asked| asked.from == id && asked.is_open());
    let works = mission.live_attempts().any(|attempt| !waits(attempt.id));
    let status = mission.status();
    let status = if works && status == Status::Waiting { Status::Running } else { status };
    let (sign, style) = status_sign(status);
    let mut row = Row::new().sign(style, sign).then(style, status.word().to_uppercase());
    if let Some(first) = mission.waits().next().filter(|_| status == Status::Retrying) {
        return row.then(StyleRole::Text, format!("   {}", wait::line(first, now))).left;
    }
    if let Some(hold) = mission.hold.as_ref().filter(|hold| hold.until.is_some()) {
        return row.then(StyleRole::Text, format!("   {}", hold.sentence)).left;
    }
    if matches!(status, Status::Completed | Status::Landed) {
        let place = summary::whereabouts(mission);
        let short = place.strip_prefix("landed ").unwrap_or(&place);
        return row.then(StyleRole::Text, format!("   {short}")).left;
    }
    if let Some(milestone) = mission.current_milestone().filter(|_| mission.is_go(GateId::Plan)) {
        let of = mission.milestones.len();
        row = row
            .then(StyleRole::Text, format!("   {} of {of}", milestone.id))
            .then(StyleRole::Dim, format!(" · {}", milestone.title));
    }
    row.left
}

/// The standings of the contract as one bar, the proven ones first: what is proven, what is not, what is to come.
pub fn proof(mission: &Mission, cells: usize) -> Vec<Piece> {
    let tally = mission.contract_tally();
    let (mut pieces, mut counted, mut drawn) = (Vec::new(), 0, 0);
    for (number, style) in [
        (tally.proven, StyleRole::Good),
        (tally.waived + tally.stale + tally.toothless + tally.vacuous, StyleRole::Warn),
        (tally.failed + tally.blocked, StyleRole::Bad),
        (tally.pending, StyleRole::Faint),
    ] {
        counted += number;
        let until = (counted * cells).checked_div(tally.all).unwrap_or(0);
        let line = if style == StyleRole::Faint { "─" } else { "━" };
        pieces.push(Piece::new(style, line.repeat(until - drawn)));
        drawn = until;
    }
    pieces
}

/// The counts beside the bar: `16/22 features · 31/47 assertions · 1 waived · 2 failing`.
pub fn counts(progress: Progress) -> Vec<Piece> {
    let Progress { built, features, assertions: tally } = progress;
    if features + tally.all == 0 {
        return Vec::new();
    }
    let row = Row::of(StyleRole::Text, format!("{built}/{features}"))
        .then(StyleRole::Dim, " features · ")
        .then(StyleRole::Text, format!("{}/{}", tally.proven, tally.all))
        .then(StyleRole::Dim, " assertions");
    let beside = beside(tally).into_iter().rev().flatten();
    row.left.into_iter().chain(beside).collect()
}

/// The counts where there is little room, without their words: what gives way first stands last in [`beside`].
pub fn short_counts(progress: Progress, room: usize) -> Vec<Piece> {
    let Progress { built, features, assertions: tally } = progress;
    if features + tally.all == 0 {
        return Vec::new();
    }
    let mut short =
        vec![Piece::new(StyleRole::Text, format!("{built}/{features} · {}/{}", tally.proven, tally.all))];
    let cells = |pieces: &[Piece]| pieces.iter().map(|piece| width(&piece.text)).sum::<usize>();
    if cells(&short) > room {
        return Vec::new();
    }
    for pieces in beside(tally) {
        if cells(&short) + cells(&pieces) <= room {
            short.extend(pieces);
        }
    }
    short
}

/// What of the counts is seen whatever else has no room: how far it is, and what fails.
pub fn fewest(progress: Progress) -> Vec<Piece> {
    let failing = Tally { unseen: 0, waived: 0, vacuous: 0, toothless: 0, ..progress.assertions };
    short_counts(Progress { assertions: failing, ..progress }, usize::MAX)
}

/// What stands beside the number of proven assertions, the gravest first.
fn beside(tally: Tally) -> Vec<[Piece; 2]> {
    [
        (tally.failed + tally.blocked, "failing", StyleRole::Bad),
        (tally.toothless, "toothless", StyleRole::Warn),
        (tally.vacuous, "vacuous", StyleRole::Warn),
        (tally.waived, "waived", StyleRole::Warn),
        (tally.unseen, "not seen red", StyleRole::Dim),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, word, style)| {
        [Piece::new(StyleRole::Dim, " · "), Piece::new(style, format!("{number} {word}"))]
    })
    .collect()
}

/// What waits, for a line of its own: `▲ needs you   Q2 asks: May I move it into one place?   5m · holds up F12`.
pub fn call(mission: &Mission, now: Timestamp) -> Option<Row> {
    let needs = attention::needs(mission);
    let Some(first) = needs.first() else {
        // What should have passed by itself and did not for long is worth a look.
        let long = mission.waits().find(|wait| wait.is_long(now))?;
        return Some(Row::of(StyleRole::Call, wait::line(long, now)));
    };
    let waits = Some(ago(now.since(first.since))).filter(|ago| ago != "now");
    let blocks = Some(format!("holds up {}", first.blocks)).filter(|_| !first.blocks.is_empty());
    let held = waits.into_iter().chain(blocks).collect::<Vec<_>>().join(" · ");
    let row = Row::of(StyleRole::Call, format!("{}   {}", needs_words(needs.len()), first.sentence));
    Some(row.end(StyleRole::Call, format!("  {held}")))
}

/// How many decisions wait: `▲ 2 need you`; nothing when none does.
pub fn needs(mission: &Mission) -> Vec<Piece> {
    match attention::needs(mission).len() {
        0 => Vec::new(),
        n => vec![Piece::new(StyleRole::Warn, needs_words(n))],
    }
}

fn needs_words(number: usize) -> String {
    if number == 1 { "▲ 1 needs you".to_owned() } else { format!("▲ {number} need you") }
}

/// The title of the window: what waits first, then the mission.
pub fn window_title(mission: &Mission) -> String {
    match attention::needs(mission).len() {
        0 => format!("{} · {} · flightdeck", mission.title(), mission.status().word()),
        n => format!("▲ {} · {} · flightdeck", plural(n, "decision"), mission.title()),
    }
}

/// The end of a path is what tells two apart.
fn short_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["home", _, rest @ ..] | ["root", rest @ ..] if !rest.is_empty() => format!("~/{}", rest.join("/")),
        _ => path.to_owned(),
    }
}
