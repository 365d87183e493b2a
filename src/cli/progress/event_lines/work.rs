//! Attempts, handoffs, and what the engine saw of their claims.

use crate::cli::progress::line::{Glyph, Line};
use crate::cli::progress::words::{count, elapsed, first_sentence, one_line, used};
use crate::domain::attempt::{AgentWork, Attempt, Ending, EngineWork, Work};
use crate::domain::environment::CommandRun;
use crate::domain::event::Event;
use crate::domain::finding::{Finding, Severity};
use crate::domain::handoff::Handoff;
use crate::domain::id::{AttemptId, FeatureId};
use crate::domain::mission::Mission;
use crate::domain::plan::Claims;

pub(super) fn tell(event: &Event, mission: &Mission) -> Option<Line> {
    Some(match event {
        Event::AttemptStarted { attempt, .. } => started(mission.attempts.get(attempt)?, mission),
        Event::AttemptEnded { attempt, ending } => return ended(mission.attempts.get(attempt)?, ending),
        Event::HandoffGiven { attempt, feature, handoff, .. } => {
            handed_in(*attempt, *feature, handoff, mission)
        }
        Event::ClaimsChecked { feature, claims, runs } => match claims {
            Claims::Refuted => {
                Line::new(Glyph::Bad, feature, format!("the claims do not hold: {}", runs_words(runs)))
            }
            Claims::Confirmed | Claims::Unchecked => {
                Line::new(Glyph::Good, feature, format!("the claims hold: {}", runs_words(runs)))
            }
        },
        Event::FindingRaised { finding } => raised(finding),
        Event::FindingDismissed { finding, reason } => {
            Line::new(Glyph::Note, finding, format!("dismissed: {}", one_line(reason.as_str())))
        }
        _ => return None,
    })
}

/// The short name of a piece of work, for the column of subjects.
pub fn subject(work: Work) -> String {
    match work {
        Work::Agent(work) => agent_subject(work),
        Work::Engine(EngineWork::CheckClaims { feature }) => feature.to_string(),
        Work::Engine(EngineWork::RunGateCommands { milestone, .. }) => milestone.to_string(),
    }
}

fn agent_subject(work: AgentWork) -> String {
    match work {
        AgentWork::Plan | AgentWork::Talk | AgentWork::Triage => work.to_string(),
        AgentWork::Build { feature } | AgentWork::Review { feature, .. } => feature.to_string(),
        AgentWork::Scrutinize { milestone, .. } | AgentWork::TestAsUser { milestone, .. } => {
            milestone.to_string()
        }
    }
}

fn started(attempt: &Attempt, mission: &Mission) -> Line {
    let task = match attempt.work {
        AgentWork::Plan => "scopes the goal".to_owned(),
        AgentWork::Talk => "answers".to_owned(),
        AgentWork::Triage => "settles what was found".to_owned(),
        AgentWork::Build { feature } => {
            let title = mission.feature(feature).map_or("", |feature| feature.spec.title.as_str());
            format!("builds: {title}")
        }
        AgentWork::Review { feature, round, .. } => format!("reads the diff of {feature}, round {round}"),
        AgentWork::Scrutinize { round, .. } => format!("weighs the reviews, round {round}"),
        AgentWork::TestAsUser { round, .. } => format!("works the app, round {round}"),
    };
    let text = format!("{} {} {task} ({})", attempt.id, attempt.role, attempt.model);
    Line::new(Glyph::Start, &agent_subject(attempt.work), text)
}

/// A good end is told by what the attempt handed in.
fn ended(attempt: &Attempt, ending: &Ending) -> Option<Line> {
    let (glyph, words) = match ending {
        Ending::Done => return None,
        Ending::Failed { reason } => (Glyph::Bad, format!("failed: {}", one_line(reason.as_str()))),
        Ending::Unusable { reason } => {
            (Glyph::Bad, format!("could not use its model: {}", one_line(reason.as_str())))
        }
        Ending::Interrupted => (Glyph::Warning, "was interrupted and will be started again".to_owned()),
        Ending::Stopped { reason } => (Glyph::Warning, format!("was stopped: {}", one_line(reason.as_str()))),
    };
    Some(Line::new(glyph, &agent_subject(attempt.work), format!("{} {} {words}", attempt.id, attempt.role)))
}

fn handed_in(id: AttemptId, feature: FeatureId, handoff: &Handoff, mission: &Mission) -> Line {
    let text = format!("built: {}", first_sentence(handoff.summary.as_str()));
    let mut facts = vec![id.to_string()];
    if handoff.tests_added() > 0 {
        facts.push(format!("{} added", count(handoff.tests_added(), "test")));
    }
    if !handoff.left_undone.is_empty() {
        facts.push(format!("{} left undone", count(handoff.left_undone.len(), "item")));
    }
    if !handoff.issues.is_empty() {
        facts.push(format!("{} named", count(handoff.issues.len(), "issue")));
    }
    if let Some(attempt) = mission.attempts.get(&id) {
        facts.push(elapsed(attempt.wall_ms(mission.updated)));
        facts.push(used(&attempt.usage));
    }
    Line::new(Glyph::Good, &feature, text).with([facts.join(" · ")])
}

fn raised(finding: &Finding) -> Line {
    let glyph = match finding.severity {
        Severity::Blocking => Glyph::Bad,
        Severity::NonBlocking => Glyph::Warning,
        Severity::Suggestion => Glyph::Note,
    };
    let about = finding.feature.map(|feature| format!(", {feature}")).unwrap_or_default();
    let severity = finding.severity.word().replace('_', "-");
    let text = format!("{severity}{about}: {}", one_line(finding.description.as_str()));
    Line::new(glyph, &finding.id, text)
}

/// Commands with their exit codes: those that failed, or all when none did.
pub(super) fn runs_words(runs: &[CommandRun]) -> String {
    let failed: Vec<&CommandRun> = runs.iter().filter(|run| !run.passed()).collect();
    if failed.is_empty() {
        let passed: Vec<String> = runs.iter().map(|run| one_line(run.command.as_str())).collect();
        return if passed.is_empty() { "no command to run".to_owned() } else { passed.join(" · ") };
    }
    let words =
        failed.iter().map(|run| format!("`{}` exits with {}", one_line(run.command.as_str()), run.exit_code));
    words.collect::<Vec<_>>().join(" · ")
}
