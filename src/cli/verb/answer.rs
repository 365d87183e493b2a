//! `answer Q1 TEXT`.

use crate::cli::prelude::*;
use crate::domain::id::QuestionId;
use crate::domain::mission::Mission;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: OnMission,
    /// The question, such as Q1
    question: String,
    /// The answer, or the number of one of the options
    text: String,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let question = ask::question(&found.mission, &args.question)?.id;
    let command = command(&found.mission, question, &args.text)?;
    request(context, &found, command, &format!("{question} is answered")).await
}

/// The command for an answer; a number stands for the option of that number.
pub fn command(mission: &Mission, question: QuestionId, words: &str) -> Result<Command> {
    let options = mission.questions.iter().find(|asked| asked.id == question).map(|asked| &asked.options);
    let number = words.trim().trim_end_matches('.').parse::<usize>().ok();
    let option = options.zip(number).and_then(|(options, number)| options.get(number.checked_sub(1)?));
    let words = option.map_or(words, |option| option.as_str());
    Ok(Command::Answer { question, text: ask::text("the answer", words)? })
}
