//! An attempt in rows: its line among all, its handoff, and what it used.

use super::live::doing;
use super::prelude::*;
use crate::domain::activity::Activity;
use crate::domain::added_tests::Missing;
use crate::domain::attempt::{AgentWork, Attempt};
use crate::domain::claim::NotRun;
use crate::domain::claim::by_hand::Tried;
use crate::domain::environment::CommandRun;
use crate::domain::handoff::{ClaimedRun, Handoff, Issue, ManualCheck, Procedure, TestFile};
use crate::domain::id::{FeatureId, Timestamp};
use crate::domain::text::{Line, Text};

use super::finding::weight;
use super::work::{attempt_state, ending_words, subject};

/// What stands above the list of attempts.
pub fn heading() -> Row {
    let heading = Row::of(StyleRole::Dim, format!("  {:<5}{:<14}{:<28}{:<16}", "", "role", "work", "model"));
    heading.end(StyleRole::Dim, "    time     out      cost")
}

/// One line of the list of attempts.
pub fn row(mission: &Mission, attempt: &Attempt, activity: &[Activity], now: Timestamp) -> Row {
    let ((sign, style), waits) = attempt_state(mission, attempt);
    let words = if attempt.is_live() { StyleRole::Strong } else { StyleRole::Text };
    let live = || activity.iter().find(|known| known.attempt == Some(attempt.id));
    let doing = match (&attempt.ended, waits) {
        (Some(ended), _) => ending_words(&ended.ending),
        (None, Some(waits)) => waits,
        (None, None) => live().map_or_else(String::new, |known| doing(known, now)),
    };
    Row::new()
        .sign(style, sign)
        .then(StyleRole::Dim, column(&attempt.id.to_string(), 5))
        .then(words, column(&attempt.role.to_string(), 14))
        .then(StyleRole::Text, column(&subject(mission, attempt.work), 28))
        .then(StyleRole::Dim, column(short_model(attempt.model.as_str()), 16))
        .then(style, doing)
        .end(StyleRole::Dim, format!("{:>8}", span(attempt.wall_ms(now))))
        .end(StyleRole::Dim, format!("{:>8}", count(attempt.usage.output)))
        .end(StyleRole::Text, format!("{:>10}", cost(&attempt.usage)))
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
    let lines =
        |style: StyleRole, lines: &[Line]| lines.iter().map(|line| (style, line.to_string())).collect();
    let issue = |issue: &Issue| format!("{}: {}", weight(issue.severity), issue.description);
    let sections: [(&str, Vec<(StyleRole, String)>); 11] = [
        ("Implemented", lines(StyleRole::Text, &handoff.implemented)),
        ("Left undone", lines(StyleRole::Warn, &handoff.left_undone)),
        ("Says it ran", handoff.commands.iter().map(|run| (StyleRole::Text, claim(run))).collect()),
        ("The engine saw", mission.claim_runs.get(&feature).into_iter().flatten().map(seen).collect()),
        ("Not run again", mission.claims_left.get(&feature).into_iter().flatten().map(not_run).collect()),
        ("Not shown", mission.counts_unshown(feature).into_iter().map(unshown).collect()),
        ("Tried by hand", handoff.checks.iter().map(|check| tried(mission, feature, check)).collect()),
        ("Tests", tests(mission, feature, handoff)),
        ("Issues", handoff.issues.iter().map(|known| (StyleRole::Warn, issue(known))).collect()),
        ("Did otherwise", deviations(handoff)),
        ("Learned", lines(StyleRole::Text, &handoff.learned)),
    ];
    let mut rows = paragraph(StyleRole::Text, handoff.summary.as_str(), width);
    for (heading, lines) in sections {
        let points = lines.iter().flat_map(|(style, line)| point(*style, line, width)).collect();
        rows.extend(section(heading, points));
    }
    rows
}

fn claim(run: &ClaimedRun) -> String {
    format!("{} · exit {} · {}", run.command, run.exit_code, run.observation)
}

fn not_run(left: &NotRun) -> (StyleRole, String) {
    (StyleRole::Warn, format!("{} · because {}", left.command, left.why))
}

fn unshown((command, said): (&Line, Text<200>)) -> (StyleRole, String) {
    (StyleRole::Warn, format!("{command} · “{said}”, and its output names no number of tests"))
}

/// What was tried by hand, and whether anybody else saw it.
fn tried(mission: &Mission, feature: FeatureId, check: &ManualCheck) -> (StyleRole, String) {
    let (style, known) = match mission.tried_by_hand(feature, check) {
        Tried::NotShown => (StyleRole::Text, "said by the worker, not shown".to_owned()),
        Tried::Again(run) => (StyleRole::Text, format!("run again: exit {}", run.exit_code)),
        Tried::Otherwise(run) => {
            (StyleRole::Bad, format!("run again it does otherwise: exit {}", run.exit_code))
        }
    };
    (style, format!("{} → {} · {known}", check.action, check.observed))
}

/// The tests that came with it, and what the engine saw of them.
fn tests(mission: &Mission, feature: FeatureId, handoff: &Handoff) -> Vec<(StyleRole, String)> {
    let mut lines: Vec<(StyleRole, String)> = handoff.tests.added.iter().map(cases).collect();
    let Some(added) = mission.added_tests.get(&feature) else { return lines };
    let refuted = added.missing_words(feature, Missing::Refuted, &[]);
    lines.extend(refuted.map(|words| (StyleRole::Bad, words)));
    let unshown = added.missing_words(feature, Missing::Unshown, &[]);
    let hollow = added.hollow_words(feature).map(|(_, words)| words);
    let unnamed = added.unnamed_words(feature);
    let told = unshown.into_iter().chain(hollow).chain(unnamed).chain(added.regressed_words());
    lines.extend(told.map(|words| (StyleRole::Warn, words)));
    lines
}

fn seen(run: &CommandRun) -> (StyleRole, String) {
    let style = if run.passed() { StyleRole::Good } else { StyleRole::Bad };
    (style, format!("{} · exit {} · {}", run.command, run.exit_code, span(run.wall_ms)))
}

fn cases(file: &TestFile) -> (StyleRole, String) {
    (StyleRole::Text, format!("{} · {}", file.file, plural(file.cases.len(), "case")))
}

fn deviations(handoff: &Handoff) -> Vec<(StyleRole, String)> {
    let Procedure::Deviated { deviations } = &handoff.procedure else { return Vec::new() };
    let words = deviations.iter().map(|deviation| {
        (StyleRole::Warn, format!("{} → {} ({})", deviation.step, deviation.instead, deviation.why))
    });
    words.collect()
}

/// What an attempt used.
pub fn usage(mission: &Mission, attempt: &Attempt, now: Timestamp) -> Vec<Row> {
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
        line("cost", cost(&usage)),
    ];
    if let Some(ended) = &attempt.ended {
        let words = ending_words(&ended.ending);
        rows.push(Row::new());
        rows.push(line("ended", if words.is_empty() { "with what it owed".to_owned() } else { words }));
    }
    if !attempt.revisions.is_empty() {
        rows.push(Row::new());
        let revisions = attempt.revisions.iter();
        rows.extend(revisions.map(|(id, revision)| line("works under", format!("{id} {revision}"))));
    }
    rows
}
