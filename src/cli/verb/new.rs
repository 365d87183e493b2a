//! `new [GOAL | --file F]`: a mission begins.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::resume::BudgetArgs;
use crate::cli::console::{after, show};
use crate::cli::context::Repository;
use crate::cli::creation::{MissionOptions, doubts, found, unpriced_words};
use crate::cli::follow::{Talk, fly, summary};
use crate::cli::offers::of_models;
use crate::cli::person::{Confirmation, confirm};
use crate::cli::prelude::*;
use crate::cli::trust::ask_once;
use crate::config::Flag;
use crate::domain::goal::Goal;
use crate::view::models::doubt;
use crate::workspace::Repo;
use crate::workspace::secrets::mask;

/// A goal has at most 64,000 characters, which is at most four times as many bytes.
const MOST_BYTES: u64 = 4 << 20;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What should exist when the mission is over
    #[arg(conflicts_with = "file")]
    goal: Option<String>,
    /// Read the goal from a file; `-` is standard input
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A model for all roles, or ROLE=provider/model; can be repeated
    #[arg(long, value_name = "MODEL")]
    model: Vec<String>,
    /// What stands before the mission's id in the name of its branch
    #[arg(long, value_name = "PREFIX")]
    branch_prefix: Option<String>,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    flight: FlightArgs,
}

/// How a new mission is flown.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct FlightArgs {
    /// Gates that pass are GO without you
    #[arg(long)]
    pub autopilot: bool,
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// How a mission is followed.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct FollowArgs {
    /// Print progress and ask nothing; the command ends when a decision is needed
    #[arg(long)]
    headless: bool,
    /// Print one event a line as JSON, and how the mission stands last; asks nothing
    #[arg(long)]
    json: bool,
    /// How fast a rehearsal plays, when its engine is started now: 2 is twice as fast
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    speed: Option<f64>,
}

/// Founds the mission and flies it.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let goal = goal(args)?;
    for doubt in doubts(&context.here)? {
        print(format!("note: {doubt}"))?;
    }
    let talk = args.flight.follow.talk(context);
    if talk != Talk::Json {
        ask_once(context, talk == Talk::Inline)?;
    }
    let repo = Repo::discover(&context.here)?;
    let mut settings = context.settings(Repository::At(repo.root()), args.flags())?;
    settings.budget = args.budget.over(settings.budget)?;
    let speed = args.flight.follow.speed()?;
    if let Some(words) = unpriced_words(&settings) {
        let asked = talk == Talk::Inline;
        if asked && confirm(context, &format!("{words}. Begin like that?"))? == Confirmation::No {
            return Err(misuse("nothing was begun"));
        }
        if !asked && talk != Talk::Json {
            print(format!("note: {words}"))?;
        }
    }
    let wish = MissionOptions { title: goal.title(), goal, repo: &repo, settings: &settings };
    let found = found(context, wish).await?;
    if talk != Talk::Json {
        let id = &found.id;
        print(format!("{id} begins; `flightdeck run {id}` comes back to it from anywhere"))?;
        let providers = of_models(&settings, settings.models.values().map(String::as_str)).await;
        let models: BTreeSet<&String> = settings.models.values().collect();
        for doubt in models.into_iter().filter_map(|model| doubt(model, &providers)) {
            print(format!("note: {doubt}"))?;
        }
        found.mission.families_risk().map_or(Ok(()), |risk| print(format!("note: {risk}")))?;
    }
    let mission = match talk {
        Talk::Silent | Talk::Json => fly(context, &found, talk, speed).await?,
        Talk::Inline => {
            let shown = Box::pin(show(context, &found, speed)).await?;
            return Box::pin(after(context, shown)).await;
        }
    };
    if talk == Talk::Json {
        summary(&found, &mission)?;
    }
    Ok(Exit::of(&mission))
}

impl Args {
    fn flags(&self) -> Vec<Flag> {
        let mut flags = Vec::new();
        for word in &self.model {
            let (role, model) = word.split_once('=').unwrap_or(("default", word));
            let key = format!("models.{}", role.replace('-', "_"));
            flags.push(Flag { name: "--model", key, word: model.to_owned() });
        }
        // What holds for all roles comes first, so that a single role keeps its own.
        flags.sort_by_key(|flag| flag.key != "models.default");
        let prefix = self.branch_prefix.iter();
        let key = "branch_prefix";
        flags.extend(prefix.map(|word| Flag {
            name: "--branch-prefix",
            key: key.to_owned(),
            word: word.clone(),
        }));
        flags.extend(self.flight.flags());
        flags
    }
}

impl FlightArgs {
    /// The settings these flags make.
    pub fn flags(self) -> Vec<Flag> {
        let autopilot = Flag { name: "--autopilot", key: "autopilot".to_owned(), word: "true".to_owned() };
        let mut flags = Vec::new();
        if self.autopilot {
            flags.push(autopilot);
        }
        flags
    }
}

impl FollowArgs {
    /// Whether the person is asked: where both ends are a terminal, unless they want it otherwise.
    pub fn talk(self, context: &Context) -> Talk {
        match self {
            Self { json: true, .. } => Talk::Json,
            Self { headless: false, .. } if context.is_interactive() => Talk::Inline,
            Self { .. } => Talk::Silent,
        }
    }

    /// How fast the engine's rehearsals play.
    pub fn speed(self) -> Result<Speed> {
        match self.speed {
            None => Ok(Speed::AsSet),
            Some(times) if times.is_finite() && times > 0.0 => Ok(Speed::Times(times)),
            Some(_) => Err(misuse("--speed must be above 0")),
        }
    }
}

/// How fast rehearsals play.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Speed {
    /// As the settings say.
    #[default]
    AsSet,
    Times(f64),
}

fn goal(args: &Args) -> Result<Goal> {
    let words = match (&args.goal, &args.file) {
        (Some(words), _) => words.clone(),
        (None, Some(file)) if file != Path::new("-") => {
            let opened =
                fs::File::open(file).with_context(|| format!("failed to read {}", file.display()))?;
            text(opened, &file.display().to_string())?
        }
        (None, None) if io::stdin().is_terminal() => {
            return Err(misuse("say the goal: `flightdeck new \"what should exist\"`, or `--file GOAL.md`"));
        }
        (None, _) => text(io::stdin(), "standard input")?,
    };
    Goal::new(&mask(&words)).map_err(|fault| misuse(fault.to_string()))
}

/// Reads what a goal may have, and a little more, so that a longer one is refused by its length.
fn text(source: impl Read, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES).read_to_end(&mut bytes).with_context(|| format!("failed to read {name}"))?;
    String::from_utf8(bytes).map_err(|_| misuse(format!("{name} is not UTF-8 text")))
}
