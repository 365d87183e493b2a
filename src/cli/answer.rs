//! `answer Q1 TEXT`.

use anyhow::Result;

use super::args::MissionArg;
use super::ask::{self, ask};
use super::context::{Context, print};
use super::exit::Exit;
use super::missions;
use crate::domain::command::Command;
use crate::domain::id::QuestionId;
use crate::domain::mission::Mission;

/// Answer a question
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// The question, such as Q1
    question: String,
    /// The answer, or the number of one of the options
    text: String,
}

/// Answers.
///
/// # Errors
/// When there is no such question, or it is answered already.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let question = ask::question(&found.mission, &args.question)?;
    ask(context, &found, command(&found.mission, question, &args.text)?).await?;
    print(&format!("{question} is answered"))?;
    Ok(Exit::Done)
}

/// The command for an answer; a number stands for the option of that number.
///
/// # Errors
/// When the answer is empty or too long.
pub fn command(mission: &Mission, question: QuestionId, words: &str) -> Result<Command> {
    let options = mission.questions.iter().find(|asked| asked.id == question).map(|asked| &asked.options);
    let number = words.trim().trim_end_matches('.').parse::<usize>().ok();
    let option = options.zip(number).and_then(|(options, number)| options.get(number.checked_sub(1)?));
    let words = option.map_or(words, |option| option.as_str());
    Ok(Command::Answer { question, text: ask::text("the answer", words)? })
}
