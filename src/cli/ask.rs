//! Asking a mission's engine for something, and the words that name things of a mission.

use anyhow::Result;

use super::context::Context;
use super::engine_start::{self, Reached};
use super::fault::misuse;
use super::missions::MissionRef;
use super::progress::words::listed;
use crate::domain::command::Command;
use crate::domain::id::{AssertionId, AttemptId, FeatureId, QuestionId};
use crate::domain::mission::Mission;
use crate::domain::text::Text;
use crate::link::LinkError;
use crate::link::protocol::{Call, Reply};

/// Names that a refusal lists at most.
const MOST_LISTED: usize = 12;

/// Asks for one thing and waits until it is durable, or refused.
///
/// # Errors
/// The rejection's sentence, or why no engine could be reached.
pub async fn ask(context: &Context, found: &MissionRef, command: Command) -> Result<()> {
    ask_all(context, found, vec![command]).await
}

/// Asks for several things after each other.
///
/// # Errors
/// The first refusal.
pub async fn ask_all(context: &Context, found: &MissionRef, commands: Vec<Command>) -> Result<()> {
    for command in commands {
        call(context, found, Call::Command { command: Box::new(command) }).await?;
    }
    Ok(())
}

/// Makes a call that is no command.
///
/// # Errors
/// The engine's refusal, or why it could not be reached.
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
///
/// # Errors
/// A misuse that says which text is empty or too long.
pub fn text<const MAX: usize>(name: &str, words: &str) -> Result<Text<MAX>> {
    Text::new(words).map_err(|fault| misuse(format!("{name}: {fault}")))
}

/// An assertion of the contract.
///
/// # Errors
/// A misuse that lists the contract's.
pub fn assertion(mission: &Mission, word: &str) -> Result<AssertionId> {
    let known = || mission.contract.keys().map(ToString::to_string).collect::<Vec<_>>();
    word.parse()
        .ok()
        .filter(|id| mission.contract.contains_key(id))
        .ok_or_else(|| unknown("assertion", word, &known()))
}

/// An attempt of the mission, written `#18` or `18`.
///
/// # Errors
/// A misuse that lists the newest ones.
pub fn attempt(mission: &Mission, word: &str) -> Result<AttemptId> {
    attempt_id(word)
        .filter(|id| mission.attempts.contains_key(id))
        .ok_or_else(|| unknown("attempt", word, &attempts_known(mission)))
}

/// The newest attempts, in the order in which they ran.
fn attempts_known(mission: &Mission) -> Vec<String> {
    let skipped = mission.attempts.len().saturating_sub(MOST_LISTED);
    mission.attempts.keys().skip(skipped).map(ToString::to_string).collect()
}

/// Somebody who can be spoken to: an attempt that is running.
///
/// # Errors
/// A misuse that lists who can be.
pub fn addressee(mission: &Mission, word: &str) -> Result<AttemptId> {
    let live: Vec<String> = mission.live_attempts().map(|attempt| attempt.id.to_string()).collect();
    let others = ["orchestrator".to_owned(), "everyone".to_owned()];
    let can: Vec<String> = others.into_iter().chain(live).collect();
    let can = listed(&can);
    let shown: String = word.chars().take(60).collect();
    match attempt_id(word).and_then(|id| mission.attempts.get(&id)) {
        Some(attempt) if attempt.is_live() => Ok(attempt.id),
        Some(attempt) => {
            Err(misuse(format!("{} has ended and hears nothing more; you can speak to {can}", attempt.id)))
        }
        None => Err(misuse(format!("nobody is called `{shown}`; you can speak to {can}"))),
    }
}

/// Reads `#18` or `18`.
pub fn attempt_id(word: &str) -> Option<AttemptId> {
    word.parse().ok().or_else(|| word.parse().ok().map(AttemptId))
}

/// A feature of the plan.
///
/// # Errors
/// A misuse that lists the plan's.
pub fn feature(mission: &Mission, word: &str) -> Result<FeatureId> {
    let known = || mission.features.iter().map(|feature| feature.id.to_string()).collect::<Vec<_>>();
    let id = word.parse().ok().filter(|id| mission.feature(*id).is_some());
    id.ok_or_else(|| unknown("feature", word, &known()))
}

/// A question of the mission.
///
/// # Errors
/// A misuse that lists the open ones.
pub fn question(mission: &Mission, word: &str) -> Result<QuestionId> {
    let open = mission.questions.iter().filter(|question| question.answer.is_none());
    let known: Vec<String> = open.map(|question| question.id.to_string()).collect();
    let id: Option<QuestionId> = word.parse().ok();
    id.filter(|id| mission.questions.iter().any(|question| question.id == *id))
        .ok_or_else(|| unknown("question", word, &known))
}

/// The refusal of a name that nothing has, with the names there are.
pub fn unknown(what: &str, word: &str, known: &[String]) -> anyhow::Error {
    let word: String = word.chars().take(60).collect();
    if known.is_empty() {
        return misuse(format!("there is no {what} `{word}`: the mission has none"));
    }
    misuse(format!("there is no {what} `{word}`; there are {}", known.join(", ")))
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
        let listed = unknown("feature", "F9", &["F1".to_owned(), "F2".to_owned()]).to_string();
        assert_eq!(listed, "there is no feature `F9`; there are F1, F2");
    }
}
