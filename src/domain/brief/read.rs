//! One thing of the mission, whole: an orchestrator decides about what it has read, not about a title.

use super::finding::{decision, evidence_line, marks, with_fix, with_state};
use super::handoff::handoff;
use super::section::{
    assertions, attempt_line, contract_whole, environment, feature_whole, list, plan_whole, rounds, under,
};
use super::talk::conversation;
use crate::domain::attempt::{Attempt, Ending};
use crate::domain::finding::Finding;
use crate::domain::id::{AssertionId, AttemptId, FeatureId, FindingId, MilestoneId, QuestionId};
use crate::domain::message::Question;
use crate::domain::mission::Mission;
use crate::domain::plan::Feature;
use crate::domain::rejection::Rejection;

/// What can be read, for a tool's description and a refusal.
pub const READABLE: &str = "VAL-A-001, F3, #12, FND-4, Q1, M1, plan, contract, environment, attempts, findings, conversation, or an evidence such as ev_1f";

/// Reads one thing of the mission by its name.
///
/// # Errors
/// When there is nothing of that name; the sentence says what there is.
pub fn read(mission: &Mission, what: &str) -> Result<String, Rejection> {
    found(mission, what.trim()).map(|text| mission.unsealed(text))
}

fn found(mission: &Mission, what: &str) -> Result<String, Rejection> {
    let text = match what.to_ascii_lowercase().as_str() {
        "plan" => plan_whole(mission),
        "contract" => contract_whole(mission),
        "environment" => environment(mission) + &mission.baseline_report(),
        "attempts" => list("", mission.attempts.values().map(attempt_line)),
        "findings" => list("", mission.findings_by_weight().into_iter().map(with_state)),
        "conversation" => conversation(mission),
        _ => return by_id(mission, what),
    };
    Ok(if text.is_empty() { format!("There is no {what} yet.") } else { text })
}

fn by_id(mission: &Mission, what: &str) -> Result<String, Rejection> {
    let missing =
        || Rejection::unknown(format!("there is no \"{what}\" in the mission: read one of {READABLE}"));
    if let Ok(id) = what.parse::<FindingId>() {
        return mission.findings.get(&id).map(|found| finding(mission, found)).ok_or_else(missing);
    }
    if let Ok(id) = what.parse::<AttemptId>() {
        return mission.attempts.get(&id).map(|found| attempt(mission, found)).ok_or_else(missing);
    }
    if let Ok(id) = what.parse::<FeatureId>() {
        return mission.feature(id).map(|found| feature(mission, found)).ok_or_else(missing);
    }
    if let Ok(id) = what.parse::<MilestoneId>() {
        return milestone(mission, id).ok_or_else(missing);
    }
    if let Ok(id) = what.parse::<QuestionId>() {
        // What a server asked for somebody else is the person's, and may be of a tester's.
        let found = mission.questions.iter().find(|question| question.id == id && question.server.is_none());
        return found.map(question).ok_or_else(missing);
    }
    let id: AssertionId = what.parse().map_err(|_| missing())?;
    if mission.contract.contains_key(&id) { Ok(assertion(mission, &id)) } else { Err(missing()) }
}

fn assertion(mission: &Mission, id: &AssertionId) -> String {
    let mut text = assertions(mission, std::slice::from_ref(id));
    text += &format!("standing: {}\n", mission.standing(id).word());
    if let Some(claimant) = mission.claimant(id) {
        text += &format!("fulfilled by: {}\n", claimant.quoted());
    }
    let verdicts = mission.verdicts.get(id).into_iter().flatten();
    text += &list(
        "verdicts:\n",
        verdicts.map(|verdict| {
            let evidence: Vec<&str> = verdict.evidence.iter().map(|one| one.0.as_str()).collect();
            format!(
                "{} by {}{} at {}, revision {}: {} (evidence: {})",
                verdict.outcome.word(),
                if verdict.again { "the engine, replaying the steps of " } else { "" },
                verdict.attempt,
                verdict.commit,
                verdict.revision.0,
                verdict.observed,
                evidence.join(", ")
            )
        }),
    );
    let about = mission.findings.values().filter(|finding| finding.assertion.as_ref() == Some(id));
    text + &list("findings about it:\n", about.map(with_state))
}

fn feature(mission: &Mission, feature: &Feature) -> String {
    let mut text = feature_whole(feature);
    let at_stake = mission.assertions_at_stake(feature);
    text += &under("\n## The assertions that must hold with it\n", super::section::each(mission, &at_stake));
    let attempts = mission.attempts.values().filter(|attempt| attempt.work.feature() == Some(feature.id));
    text += &list("\n## Attempts\n", attempts.map(attempt_line));
    text += &handoff(mission, feature.id);
    let about = mission.findings.values().filter(|finding| finding.feature == Some(feature.id));
    text + &list("\n## What was found about it\n", about.map(with_state))
}

fn attempt(mission: &Mission, attempt: &Attempt) -> String {
    let mut text = format!("{}\n", attempt_line(attempt));
    if let Some(Ending::Failed { reason } | Ending::Stopped { reason } | Ending::Unusable { reason }) =
        attempt.ended.as_ref().map(|ended| &ended.ending)
    {
        text += &format!("why it ended: {reason}\n");
    }
    let handed_in = mission.handoffs.iter().find(|(_, (by, _))| *by == attempt.id);
    if let Some((feature, _)) = handed_in {
        text += &handoff(mission, *feature);
    }
    let raised = mission.findings.values().filter(|found| found.source.attempt() == Some(attempt.id));
    text + &list("\n## What it reported\n", raised.map(with_state))
}

fn finding(mission: &Mission, found: &Finding) -> String {
    let mut text = with_fix(found, &marks(found));
    text += &format!("  state: {}\n", decision(found));
    text += &evidence_line(mission, found);
    let about = found.assertion.iter().cloned().collect::<Vec<_>>();
    text + &under("\n## The assertion it is about\n", super::section::each(mission, &about))
}

fn milestone(mission: &Mission, id: MilestoneId) -> Option<String> {
    let found = mission.milestones.iter().find(|milestone| milestone.id == id)?;
    let mut text = format!("# {} {}\n", found.id, found.title);
    text += &mission.features_of(id).map(feature_whole).collect::<String>();
    text += &rounds(mission, id);
    let sealed = |line: &String| mission.sealed.keys().any(|id| line.contains(id.as_str()));
    let missing = mission.obstacles(id).into_iter().filter(|line| !sealed(line));
    Some(text + &list("\n## What is missing for GO\n", missing))
}

fn question(question: &Question) -> String {
    let answer = question.answer.as_ref().map_or("not answered yet", |answer| answer.as_str());
    let options = list("options:\n", &question.options);
    format!("{} by {}: {}\n{options}answer: {answer}\n", question.id, question.from, question.text)
}
