//! Asking a mission's engine for something, and the words that name things of a mission.

use anyhow::Result;

use super::context::{Context, done};
use super::engine_start::{self, Reached};
use super::exit::Exit;
use super::fault::misuse;
use super::meant::nearest;
use super::missions::MissionRef;
use crate::domain::attempt::{Attempt, Role};
use crate::domain::command::Command;
use crate::domain::contract::Assertion;
use crate::domain::finding::Finding;
use crate::domain::id::{AssertionId, AttemptId, FindingId, MilestoneId, QuestionId, RequirementId};
use crate::domain::message::Question;
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, Milestone};
use crate::domain::requirement::Requirement;
use crate::domain::text::Text;
use crate::link::LinkError;
use crate::link::protocol::{Call, Reply};
use crate::view::text::clip;
use crate::view::words::listed;

/// Names that a refusal lists at most.
const MOST_LISTED: usize = 12;

/// Asks for one thing and waits until it is durable, or refused.
pub async fn ask(context: &Context, found: &MissionRef, command: Command) -> Result<()> {
    ask_all(context, found, vec![command]).await
}

/// Asks for one thing, and says what is done then.
pub async fn request(context: &Context, found: &MissionRef, command: Command, words: &str) -> Result<Exit> {
    ask(context, found, command).await?;
    done(words)
}

/// Asks for several things after each other.
pub async fn ask_all(context: &Context, found: &MissionRef, commands: Vec<Command>) -> Result<()> {
    for command in commands {
        call(context, found, Call::Command { command: Box::new(command) }).await?;
    }
    Ok(())
}

/// Makes a call that is no command.
pub async fn call(context: &Context, found: &MissionRef, call: Call) -> Result<Reply> {
    let seq = || found.source.store().last_seq();
    let before = seq()?;
    let Reached { client, .. } = engine_start::reach(context, &found.dir).await?;
    match client.call(call.clone()).await {
        // An engine that leaves for want of work does not answer; when nothing was written, nothing was done.
        Err(LinkError::Gone) if seq()? == before => {
            let Reached { client, .. } = engine_start::reach(context, &found.dir).await?;
            Ok(client.call(call).await?)
        }
        answer => Ok(answer?),
    }
}

/// A text from the command line, bounded as its place demands.
pub fn text<const MAX: usize>(name: &str, words: &str) -> Result<Text<MAX>> {
    Text::new(words).map_err(|fault| misuse(format!("{name}: {fault}")))
}

/// An assertion of the contract, or a sealed one.
pub fn assertion<'a>(mission: &'a Mission, word: &str) -> Result<&'a Assertion> {
    let found = word.parse().ok().and_then(|id: AssertionId| mission.assertion(&id));
    found.ok_or_else(|| unknown("assertion", word, mission.contract.keys().chain(mission.sealed.keys())))
}

/// An attempt of the mission, written `#18` or `18`; a refusal lists the newest ones, in the order in which they ran.
pub fn attempt<'a>(mission: &'a Mission, word: &str) -> Result<&'a Attempt> {
    let found = attempt_id(word).and_then(|id| mission.attempts.get(&id));
    let skipped = mission.attempts.len().saturating_sub(MOST_LISTED);
    found.ok_or_else(|| unknown("attempt", word, mission.attempts.keys().skip(skipped)))
}

/// A feature of the plan.
pub fn feature<'a>(mission: &'a Mission, word: &str) -> Result<&'a Feature> {
    let found = word.parse().ok().and_then(|id| mission.feature(id));
    found.ok_or_else(|| unknown("feature", word, mission.features.iter().map(|feature| feature.id)))
}

/// A finding of the mission; a refusal lists the open ones.
pub fn finding<'a>(mission: &'a Mission, word: &str) -> Result<&'a Finding> {
    let found = word.parse().ok().and_then(|id: FindingId| mission.findings.get(&id));
    found.ok_or_else(|| unknown("finding", word, mission.open_findings().map(|finding| finding.id)))
}

/// A requirement of the mission; a refusal lists them.
pub fn requirement<'a>(mission: &'a Mission, word: &str) -> Result<&'a Requirement> {
    let found = word.parse().ok().and_then(|id: RequirementId| mission.requirement(id));
    found.ok_or_else(|| unknown("requirement", word, mission.requirements.iter().map(|found| found.id)))
}

/// A question of the mission; a refusal lists the open ones.
pub fn question<'a>(mission: &'a Mission, word: &str) -> Result<&'a Question> {
    let id: Option<QuestionId> = word.parse().ok();
    let found = mission.questions.iter().find(|question| Some(question.id) == id);
    let open = mission.questions.iter().filter(|question| question.is_open());
    found.ok_or_else(|| unknown("question", word, open.map(|question| question.id)))
}

/// A milestone of the plan.
pub fn milestone(mission: &Mission, id: MilestoneId) -> Result<&Milestone> {
    let found = mission.milestones.iter().find(|milestone| milestone.id == id);
    let known = mission.milestones.iter().map(|milestone| milestone.id);
    found.ok_or_else(|| unknown("milestone", &id.to_string(), known))
}

/// Somebody who can be spoken to: an attempt that is running.
pub fn addressee(mission: &Mission, word: &str) -> Result<AttemptId> {
    let live: Vec<String> = mission.live_attempts().map(|attempt| attempt.id.to_string()).collect();
    let others = ["orchestrator".to_owned(), "everyone".to_owned()];
    let can: Vec<String> = others.into_iter().chain(live).collect();
    let can = listed(&can);
    let shown = shown(word);
    match attempt_id(word).and_then(|id| mission.attempts.get(&id)) {
        Some(attempt) if attempt.is_live() => Ok(attempt.id),
        Some(attempt) => {
            Err(misuse(format!("{} has ended and hears nothing more; you can speak to {can}", attempt.id)))
        }
        None => named_by_role(mission, word, &can)
            .unwrap_or_else(|| Err(misuse(format!("nobody is called `{shown}`; you can speak to {can}")))),
    }
}

/// The only attempt of a role that runs; `None` when the word names no role.
fn named_by_role(mission: &Mission, word: &str, can: &str) -> Option<Result<AttemptId>> {
    let word = word.to_lowercase().replace('-', "_");
    let role = Role::ALL.iter().find(|role| role.word() == word)?;
    let live: Vec<AttemptId> =
        mission.live_attempts().filter(|attempt| attempt.role == *role).map(|attempt| attempt.id).collect();
    Some(match live.as_slice() {
        [only] => Ok(*only),
        [] => Err(misuse(format!("no {role} runs now; you can speak to {can}"))),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(misuse(format!("several are called {role}: say which, {}", listed(&ids))))
        }
    })
}

/// Reads `#18` or `18`.
pub fn attempt_id(word: &str) -> Option<AttemptId> {
    word.parse().ok().or_else(|| word.parse().ok().map(AttemptId))
}

/// As much of what was typed as a sentence about it needs.
pub fn shown(word: &str) -> String {
    clip(word, 60)
}

/// The refusal of a name that nothing has, with the names there are.
fn unknown<T: ToString>(what: &str, word: &str, known: impl Iterator<Item = T>) -> anyhow::Error {
    let known: Vec<String> = known.map(|id| id.to_string()).collect();
    let word = shown(word);
    if known.is_empty() {
        return misuse(format!("there is no {what} `{word}`: the mission has none"));
    }
    let meant = nearest(&word, known.iter().cloned());
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
    misuse(format!("there is no {what} `{word}`; there are {}{meant}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_named_with_or_without_their_mark() {
        assert_eq!(attempt_id("18"), Some(AttemptId(18)));
        assert_eq!(attempt_id("#18"), Some(AttemptId(18)));
        assert_eq!(attempt_id("F18"), None);
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let sentence = assertion(&Mission::unborn(), "VAL-X-001").unwrap_err().to_string();
        assert_eq!(sentence, "there is no assertion `VAL-X-001`: the mission has none");
        let listed = unknown("feature", "F9", ["F1", "F2"].iter()).to_string();
        assert_eq!(listed, "there is no feature `F9`; there are F1, F2");
    }
}
