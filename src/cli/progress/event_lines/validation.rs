//! Rounds, reviews and verdicts.

use crate::cli::progress::event_lines::work::runs_words;
use crate::cli::progress::line::{Glyph, Line};
use crate::cli::progress::words::{count, first_sentence, one_line};
use crate::domain::environment::CommandRun;
use crate::domain::event::Event;
use crate::domain::id::MilestoneId;
use crate::domain::mission::Mission;
use crate::domain::round::{Opinion, RoundOutcome, RoundScope};
use crate::domain::verdict::{Outcome, Verdict};

pub(super) fn tell(event: &Event, mission: &Mission) -> Option<Line> {
    Some(match event {
        Event::RoundOpened(scope) => {
            let RoundScope { milestone, round, commit, to_review, to_test } = &**scope;
            let review = count(to_review.len(), "feature");
            let test = count(to_test.len(), "assertion");
            let opened = format!("round {round} at {}: {review} to review, {test} to try", commit.short());
            Line::new(Glyph::Start, milestone, opened)
        }
        Event::GateCommandsRun { milestone, runs, .. } => {
            let glyph = if runs.iter().all(CommandRun::passed) { Glyph::Good } else { Glyph::Bad };
            Line::new(glyph, milestone, format!("gate commands: {}", runs_words(runs)))
        }
        Event::ReviewReported { feature, review, .. } => {
            let (glyph, word) = match review.opinion {
                Opinion::Pass => (Glyph::Good, "passes"),
                Opinion::Fail => (Glyph::Bad, "objects"),
            };
            let text =
                format!("{} reviewer {word}: {}", review.attempt, first_sentence(review.summary.as_str()));
            Line::new(glyph, feature, text)
        }
        Event::ScrutinyReported { milestone, report, .. } => {
            let text = format!("{} scrutiny: {}", report.attempt, first_sentence(report.summary.as_str()));
            let glyph = if report.issues.is_empty() { Glyph::Good } else { Glyph::Warning };
            Line::new(glyph, &milestone, text)
        }
        Event::VerdictGiven { verdict } => verdict_line(verdict),
        Event::UserTestingReported { milestone, report, .. } => {
            let text =
                format!("{} user testing: {}", report.attempt, first_sentence(report.summary.as_str()));
            Line::new(Glyph::Note, milestone, text)
        }
        Event::RoundClosed { milestone, round, outcome } => closed(*milestone, *round, *outcome, mission),
        Event::RoundsExtended { milestone, limit } => {
            Line::new(Glyph::Note, milestone, format!("may take {limit} rounds now"))
        }
        _ => return None,
    })
}

fn verdict_line(verdict: &Verdict) -> Line {
    let (glyph, word) = match verdict.outcome {
        Outcome::Pass => (Glyph::Good, "pass"),
        Outcome::Fail => (Glyph::Bad, "fail"),
        Outcome::Blocked => (Glyph::Warning, "blocked"),
    };
    Line::new(glyph, &verdict.assertion, format!("{word}: {}", one_line(verdict.observed.as_str())))
}

fn closed(milestone: MilestoneId, round: u32, outcome: RoundOutcome, mission: &Mission) -> Line {
    let glyph = match outcome {
        RoundOutcome::Passed => Glyph::Good,
        RoundOutcome::Failed => Glyph::Bad,
        RoundOutcome::Blocked => Glyph::Warning,
    };
    let all: Vec<_> = mission.assertions_of(milestone).collect();
    let held = all.iter().filter(|assertion| mission.standing(&assertion.id).is_settled()).count();
    let text = format!("round {round} {}: {held} of {} hold", outcome.word(), count(all.len(), "assertion"));
    Line::new(glyph, &milestone, text)
}
