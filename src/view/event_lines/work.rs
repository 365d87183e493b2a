//! Attempts, handoffs, and what the engine saw of their claims.

use crate::domain::added_tests::AddedTests;
use crate::domain::attempt::{Attempt, Ending};
use crate::domain::claim::NotRun;
use crate::domain::claim::by_hand::Compared;
use crate::domain::environment::CommandRun;
use crate::domain::finding::{Finding, Severity};
use crate::domain::handoff::Handoff;
use crate::domain::id::{AttemptId, FeatureId, Timestamp};
use crate::domain::mission::Status;
use crate::domain::plan::Claims;
use crate::domain::wait::Wait;
use crate::view::finding::weight;
use crate::view::prelude::*;
use crate::view::work::{ending_sign, ending_words, short_subject, status_sign};

pub(super) fn started(attempt: &Attempt, mission: &Mission) -> LogLine {
    let (work, task) = (attempt.work, attempt.work.task());
    let task = match (work.feature(), work.round()) {
        (Some(id), Some((_, round))) => format!("{task} of {id}, round {round}"),
        (Some(id), None) => {
            format!("{task}: {}", mission.feature(id).map_or("", |feature| feature.spec.title.as_str()))
        }
        (None, Some((_, round))) => {
            format!("{task}, round {round}{}", work.flow().unwrap_or_default().suffix())
        }
        (None, None) => task.to_owned(),
    };
    let text = format!("{} {} {task} ({})", attempt.id, attempt.role, attempt.model);
    LogLine::new(BEGINS, &short_subject(attempt.work), text)
}

/// Claims that nobody confirmed are told with the reasons.
pub(super) fn claims_left(feature: FeatureId, left: &[NotRun]) -> LogLine {
    let text = format!("{} of its handoff not run again", plural(left.len(), "command"));
    let lines = left.iter().map(|one| format!("{}: because {}", one.command, one.why));
    LogLine::new(NOTE, &feature, text).with(lines)
}

/// That added tests fail without what they came with; what is held against them is told as findings.
pub(super) fn added_tests(feature: FeatureId, added: &AddedTests) -> Option<LogLine> {
    if let Some(words) = added.unnamed_words(feature) {
        return Some(LogLine::new(NOTE, &feature, words));
    }
    let seen = added.tried.saturating_sub(added.hollow);
    let number = plural(usize::try_from(seen).unwrap_or(0), "added test");
    let verb = if seen == 1 { "fails" } else { "fail" };
    let fails = (seen > 0).then(|| format!("{number} {verb} without what was built"));
    match (fails, added.regressed_words()) {
        (fails, Some(words)) => Some(LogLine::new(NOTE, &feature, words).with(fails)),
        (Some(fails), None) => Some(LogLine::new(GOOD, &feature, fails)),
        (None, None) => None,
    }
}

/// A good end is told by what the attempt handed in.
pub(super) fn ended(attempt: &Attempt, ending: &Ending) -> Option<LogLine> {
    let text = format!("{} {}: {}", attempt.id, attempt.role, ending_words(ending));
    (*ending != Ending::Done).then(|| LogLine::new(ending_sign(ending), &short_subject(attempt.work), text))
}

/// What passes by itself is told once; the tries that follow are not.
pub(super) fn waits(wait: &Wait, at: Timestamp) -> LogLine {
    let again = match wait.until {
        Some(until) if until > at => format!("tries again in {}", span(until.since(at))),
        Some(_) | None => "tries again until it works".to_owned(),
    };
    let text = format!("waits: {}; {again}", wait.sentence);
    LogLine::new(status_sign(Status::Retrying), &short_subject(wait.work), text).whole()
}

pub(super) fn handed_in(id: AttemptId, feature: FeatureId, handoff: &Handoff, mission: &Mission) -> LogLine {
    let text = format!("built: {}", first_sentence(handoff.summary.as_str()));
    let counts = [
        (handoff.tests_added(), "test", "added"),
        (handoff.left_undone.len(), "item", "left undone"),
        (handoff.issues.len(), "issue", "named"),
    ];
    let counts = counts.into_iter().filter(|(number, ..)| *number > 0);
    let mut facts = vec![id.to_string()];
    facts.extend(counts.map(|(number, one, fate)| format!("{} {fate}", plural(number, one))));
    if let Some(attempt) = mission.attempts.get(&id) {
        facts.push(span(attempt.wall_ms(mission.updated)));
        // An agent of other makers tells what it used when its turn is over.
        facts.extend((attempt.usage.tokens() > 0).then(|| used(&attempt.usage)));
    }
    LogLine::new(GOOD, &feature, text).with([facts.join(" · ")])
}

/// What of a handoff was compared, and whether all of it is as it was said.
pub(super) fn claims(feature: FeatureId, claims: Claims, runs: &[CommandRun], mission: &Mission) -> LogLine {
    let Compared { exit_codes, counts, outputs, otherwise } = mission.compared(feature, runs);
    let (sign, words) = match (claims, otherwise) {
        (Claims::Refuted, _) => (BAD, "the claims do not hold".to_owned()),
        (Claims::Confirmed | Claims::Unchecked, 1..) => {
            (WARNING, format!("{} seen otherwise here", plural(otherwise, "claim")))
        }
        (Claims::Confirmed | Claims::Unchecked, 0) if exit_codes + counts + outputs == 0 => {
            (GOOD, "nothing was claimed that can be compared".to_owned())
        }
        (Claims::Confirmed | Claims::Unchecked, 0) => {
            let compared = [(exit_codes, "exit code"), (counts, "number of tests"), (outputs, "output")];
            let parts = compared.into_iter().filter(|(number, _)| *number > 0);
            let parts = parts.map(|(number, one)| match one {
                "number of tests" if number > 1 => format!("{number} numbers of tests"),
                _ => plural(number, one),
            });
            (GOOD, format!("{} as claimed", parts.collect::<Vec<_>>().join(", ")))
        }
    };
    LogLine::new(sign, &feature, format!("{words}: {}", runs_words(runs)))
}

pub(super) fn raised(finding: &Finding) -> LogLine {
    let sign = match finding.severity {
        Severity::Blocking => BAD,
        Severity::NonBlocking => WARNING,
        Severity::Suggestion => NOTE,
    };
    let about = finding.feature.map(|feature| format!(", {feature}")).unwrap_or_default();
    LogLine::new(sign, &finding.id, format!("{}{about}: {}", weight(finding.severity), finding.description))
}

/// Commands with their exit codes: those that failed, or all when none did.
pub(super) fn runs_words(runs: &[CommandRun]) -> String {
    let command = |run: &CommandRun| one_line(run.command.as_str());
    let failed: Vec<&CommandRun> = runs.iter().filter(|run| !run.passed()).collect();
    let words: Vec<String> = match failed.as_slice() {
        [] if runs.is_empty() => vec!["no command to run".to_owned()],
        [] => runs.iter().map(command).collect(),
        failed => {
            failed.iter().map(|run| format!("`{}` exits with {}", command(run), run.exit_code)).collect()
        }
    };
    words.join(" · ")
}
