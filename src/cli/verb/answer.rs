//! `answer [ID] Q1 TEXT`.

use crate::cli::prelude::*;
use crate::domain::id::QuestionId;
use crate::domain::mission::Mission;

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck answer [OPTIONS] [ID] <QUESTION> <TEXT>")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID], the question such as Q1, and the answer, or the number of one of the options
    #[arg(num_args = 2..=3, required = true, value_name = "WORDS", allow_hyphen_values = true)]
    words: Vec<String>,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let (mission, words) = args.mission.split(&args.words, |word| word.parse::<QuestionId>().is_ok());
    let [question, text] = words else {
        return Err(misuse("say `flightdeck answer [ID] Q1 \"…\"`, the answer in quotes"));
    };
    let expected = Expected { what: "a question (Q1)", words: &[] };
    let found = args.mission.find(context, mission, expected)?;
    let question = ask::question(&found.mission, question)?.id;
    let command = command(&found.mission, question, text)?;
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
