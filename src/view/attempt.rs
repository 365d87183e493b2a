//! An attempt in rows: its line among all, its handoff, and what it used.

use crate::domain::activity::Activity;
use crate::domain::attempt::{AgentWork, Attempt};
use crate::domain::budget::dollars;
use crate::domain::handoff::{Handoff, Procedure};
use crate::domain::mission::Mission;
use crate::view::glyph::Glyph;
use crate::view::live::doing;
use crate::view::style_role::StyleRole;
use crate::view::text::{column, count, plural, span, wrap};

use super::row::Row;
use super::work::{asks, attempt_sign, ending_words, subject};

/// One line of the list of attempts.
pub fn row(
    mission: &Mission,
    attempt: &Attempt,
    activity: &[Activity],
    now: crate::domain::id::Timestamp,
) -> Row {
    let asked = asks(mission, attempt.id).filter(|_| attempt.is_live());
    let (sign, style) = if asked.is_some() { (Glyph::Needs, StyleRole::Warn) } else { attempt_sign(attempt) };
    let words = if attempt.is_live() { StyleRole::Strong } else { StyleRole::Text };
    let doing = match (&attempt.ended, asked) {
        (Some(ended), _) => ending_words(&ended.ending),
        (None, Some(question)) => format!("waits for your answer to {question}"),
        (None, None) => activity
            .iter()
            .find(|live| live.attempt == Some(attempt.id))
            .map_or_else(String::new, |live| doing(live, now)),
    };
    Row::new()
        .sign(style, sign)
        .then(StyleRole::Dim, column(&attempt.id.to_string(), 5))
        .then(words, column(&attempt.role.to_string(), 14))
        .then(StyleRole::Text, column(&subject(mission, attempt.work), 28))
        .then(StyleRole::Dim, column(short_model(attempt.model.as_str()), 16))
        .then(style, doing)
        .end(StyleRole::Dim, format!("{:>8}", span(attempt.wall_ms(now))))
        .end(StyleRole::Dim, format!("{:>7}", count(attempt.usage.output)))
        .end(StyleRole::Text, format!("{:>7}", dollars(attempt.usage.micro_dollars)))
}

fn short_model(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}

/// The handoff of an attempt, and what the engine saw of its claims.
pub fn handoff(mission: &Mission, attempt: &Attempt, width: usize) -> Vec<Row> {
    let AgentWork::Build { feature } = attempt.work else {
        return vec![Row::of(StyleRole::Dim, "Only workers end with a handoff.")];
    };
    let given = mission.handoffs.get(&feature).filter(|(by, _)| *by == attempt.id);
    let Some((_, handoff)) = given else { return vec![Row::of(StyleRole::Dim, "No handoff yet.")] };
    let mut rows: Vec<Row> = wrap(handoff.summary.as_str(), width)
        .into_iter()
        .map(|line| Row::of(StyleRole::Text, line))
        .collect();
    rows.extend(section(
        "Implemented",
        handoff.implemented.iter().map(|line| (StyleRole::Text, line.to_string())),
        width,
    ));
    rows.extend(section(
        "Left undone",
        handoff.left_undone.iter().map(|line| (StyleRole::Warn, line.to_string())),
        width,
    ));
    let runs = mission.claim_runs.get(&feature).map_or(&[][..], Vec::as_slice);
    let claimed = handoff.commands.iter().map(|run| {
        (StyleRole::Text, format!("{} · exit {} · {}", run.command, run.exit_code, run.observation))
    });
    rows.extend(section("Says it ran", claimed, width));
    let seen = runs.iter().map(|run| {
        let style = if run.passed() { StyleRole::Good } else { StyleRole::Bad };
        (style, format!("{} · exit {} · {}", run.command, run.exit_code, span(run.wall_ms)))
    });
    rows.extend(section("The engine saw", seen, width));
    rows.extend(section(
        "Tried by hand",
        handoff
            .checks
            .iter()
            .map(|check| (StyleRole::Text, format!("{} → {}", check.action, check.observed))),
        width,
    ));
    rows.extend(tests(handoff, width));
    rows.extend(section(
        "Issues",
        handoff
            .issues
            .iter()
            .map(|issue| (StyleRole::Warn, format!("{}: {}", issue.severity.word(), issue.description))),
        width,
    ));
    if let Procedure::Deviated { deviations } = &handoff.procedure {
        let told = deviations.iter().map(|deviation| {
            (StyleRole::Warn, format!("{} → {} ({})", deviation.step, deviation.instead, deviation.why))
        });
        rows.extend(section("Did otherwise", told, width));
    }
    rows.extend(section(
        "Learned",
        handoff.learned.iter().map(|line| (StyleRole::Text, line.to_string())),
        width,
    ));
    rows
}

fn tests(handoff: &Handoff, width: usize) -> Vec<Row> {
    let files = handoff
        .tests
        .added
        .iter()
        .map(|file| (StyleRole::Text, format!("{} · {}", file.file, plural(file.cases.len(), "case"))));
    section("Tests", files, width)
}

fn section(heading: &str, lines: impl Iterator<Item = (StyleRole, String)>, width: usize) -> Vec<Row> {
    let body: Vec<Row> = lines
        .flat_map(|(style, line)| {
            let wrapped = wrap(&line, width.saturating_sub(2));
            wrapped.into_iter().enumerate().map(move |(index, text)| {
                Row::of(StyleRole::Dim, if index == 0 { "· " } else { "  " }).then(style, text)
            })
        })
        .collect();
    if body.is_empty() {
        return Vec::new();
    }
    [Row::new(), Row::of(StyleRole::Strong, heading)].into_iter().chain(body).collect()
}

/// What an attempt used.
pub fn usage(mission: &Mission, attempt: &Attempt, now: crate::domain::id::Timestamp) -> Vec<Row> {
    let usage = attempt.usage;
    let line = |label: &str, value: String| {
        Row::of(StyleRole::Dim, format!("{label:<16}")).then(StyleRole::Text, value)
    };
    let mut rows = vec![
        line("role", attempt.role.to_string()),
        line("work", subject(mission, attempt.work)),
        line("model", attempt.model.to_string()),
        line("began at", attempt.base.short().to_owned()),
        line("time", span(attempt.wall_ms(now))),
        line("turns", usage.turns.to_string()),
        Row::new(),
        line("input", count(usage.input)),
        line("cache written", count(usage.cache_written)),
        line("cache read", count(usage.cached)),
        line("output", count(usage.output)),
        line("cost", dollars(usage.micro_dollars)),
    ];
    if let Some(ended) = &attempt.ended {
        let words = ending_words(&ended.ending);
        rows.push(Row::new());
        rows.push(line("ended", if words.is_empty() { "with what it owed".to_owned() } else { words }));
    }
    if !attempt.revisions.is_empty() {
        rows.push(Row::new());
        rows.extend(
            attempt.revisions.iter().map(|(id, revision)| line("works under", format!("{id} {revision}"))),
        );
    }
    rows
}
