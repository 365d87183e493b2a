//! `setup`: what there is to fly with, a real call to try it, and keeping it in the settings.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::console;
use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::cli::setup::{Places, keep, look, named, of_mind, sources, tried};
use crate::config::Settings;
use crate::view::setup::{Discovery, Fitness, Mind, MindKind, MindState, TASKS};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Make a real call to provider/model, and print what it answers
    #[arg(long = "try", value_name = "MODEL")]
    attempt: Option<String>,
    /// Have every role played by provider/model, and keep that in your settings
    #[arg(long, value_name = "MODEL")]
    keep: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// On a terminal it is a screen of the console. The code is 1 where nothing can be flown with.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let settings = context.settings_here()?;
    if args.attempt.is_some() || args.keep.is_some() {
        return tried_and_kept(context, &settings, args).await;
    }
    if context.is_interactive() && !args.format.json {
        return Box::pin(console::set_up(context)).await;
    }
    let found = look(context, &settings, &Places::usual(&settings)).await?;
    context.answer(args.format, || as_json(&found), |width| found.page(width))?;
    Ok(if found.is_usable() { Exit::Done } else { Exit::Failed })
}

/// A model that does not answer is not kept.
async fn tried_and_kept(context: &Context, settings: &Settings, args: &Args) -> Result<Exit> {
    let mut told = serde_json::Map::new();
    if let Some(model) = &args.attempt {
        let mind = known(context, settings, model)?;
        let outcome = tried(context, &mind).await;
        let words = match &outcome {
            Ok(words) | Err(words) => words.clone(),
        };
        told.extend(
            [("tried", json!(model)), ("answers", json!(outcome.is_ok())), ("words", json!(words))].map(pair),
        );
        if !args.format.json {
            print(format!("{model}: {words}"))?;
        }
        if outcome.is_err() {
            if args.format.json {
                print_json(&told)?;
            }
            return Ok(Exit::Failed);
        }
    }
    if let Some(model) = &args.keep {
        let sentence = keep(context, &known(context, settings, model)?)?;
        told.extend([("kept", json!(model)), ("sentence", json!(sentence))].map(pair));
        if !args.format.json {
            print(sentence)?;
        }
    }
    if args.format.json { print_json(&told) } else { Ok(Exit::Done) }
}

fn pair((name, value): (&str, Value)) -> (String, Value) {
    (name.to_owned(), value)
}

/// The mind of a name, where it can be reached with what is set or known.
fn known(context: &Context, settings: &Settings, model: &str) -> Result<Mind> {
    let mind = named(settings, model);
    sources(context, &of_mind(settings, &mind)).load()?.backend(model)?;
    Ok(mind)
}

fn as_json(found: &Discovery) -> Value {
    json!({
        "usable": found.is_usable(),
        "minds": found.minds.iter().map(mind_json).collect::<Vec<_>>(),
        "absent": found.absent,
        "settings": found.settings,
    })
}

fn mind_json(mind: &Mind) -> Value {
    let (state, why) = match &mind.state {
        MindState::Answers => ("answers", None),
        MindState::Unasked => ("unasked", None),
        MindState::Refused(why) => ("refused", Some(why)),
        MindState::Silent(why) => ("silent", Some(why)),
        MindState::Unflown(why) => ("unflown", Some(why)),
    };
    let kind = match mind.kind {
        MindKind::Key => "key",
        MindKind::Server => "server",
        MindKind::Agent => "agent",
    };
    let fit: BTreeMap<&str, &str> = TASKS
        .iter()
        .flat_map(|task| task.roles.iter().map(|role| (role.word(), word(mind.fitness(*task).0))))
        .collect();
    json!({
        "kind": kind, "name": mind.name, "model": mind.model, "found": mind.found, "state": state, "why": why,
        "usable": mind.is_usable(), "window": mind.window, "price": mind.price, "billions": mind.billions,
        "fit": fit, "plainly": mind.plainly(), "others": mind.others,
    })
}

fn word(fitness: Fitness) -> &'static str {
    match fitness {
        Fitness::Good => "good",
        Fitness::Doubtful => "doubtful",
        Fitness::Unfit => "unfit",
    }
}
