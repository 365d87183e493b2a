//! `finding dismiss|defer|mend`: the person's own decision on what was reported.

use clap::Subcommand;

use crate::cli::prelude::*;
use crate::domain::finding::{Finding, Ruling, TriageDecision, Until};
use crate::view::finding::until_words;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Do nothing about it, for good
    Dismiss(DismissArgs),
    /// Put it off: it stays open and is asked about again
    Defer(DeferArgs),
    /// Make a fix feature of it
    Mend(MendArgs),
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct DismissArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as FND-3
    finding: String,
    /// Why nothing is done about it
    #[arg(long, visible_alias = "note", value_name = "TEXT", allow_hyphen_values = true)]
    reason: String,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct DeferArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as FND-3
    finding: String,
    /// Why it can wait
    #[arg(long, visible_alias = "note", value_name = "TEXT", allow_hyphen_values = true)]
    reason: String,
    /// next-round, milestone (its gate) or final (the last gate); without it, the first of them that it can wait for
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct MendArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as FND-3
    finding: String,
    /// The feature's title; without it, what the finding says
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    title: Option<String>,
    /// What is to be done; without it, what the finding says and suggests
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    description: Option<String>,
}

pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Dismiss(args) => {
            let found = args.mission.find(context)?;
            let finding = ask::finding(&found.mission, &args.finding)?;
            let reason = ask::text("--reason", &args.reason)?;
            let words = format!("{} is dismissed", finding.id);
            decide(context, &found, finding, Ruling::Dismiss { reason }, &words).await
        }
        Verb::Defer(args) => defer(context, &args).await,
        Verb::Mend(args) => mend(context, &args).await,
    }
}

async fn defer(context: &Context, args: &DeferArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let finding = ask::finding(&found.mission, &args.finding)?;
    let reason = ask::text("--reason", &args.reason)?;
    let until = match &args.until {
        Some(word) => until(word)?,
        None => found.mission.usual_until(finding),
    };
    let words = format!("{} stays open, put off until {}", finding.id, until_words(until, finding.milestone));
    decide(context, &found, finding, Ruling::Defer { until, reason }, &words).await
}

fn until(word: &str) -> Result<Until> {
    let known = word.trim().to_ascii_lowercase().replace('-', "_").parse();
    known.map_err(|_| misuse(format!("`{word}` is no time to wait for: next-round, milestone or final")))
}

async fn mend(context: &Context, args: &MendArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let finding = ask::finding(&found.mission, &args.finding)?;
    let mut spec = finding.fix();
    if let Some(title) = &args.title {
        spec.title = ask::text("--title", title)?;
    }
    if let Some(description) = &args.description {
        spec.description = ask::text("--description", description)?;
    }
    let words = format!("{} becomes a feature: {}", finding.id, spec.title);
    decide(context, &found, finding, Ruling::Feature { spec, fulfills: Vec::new() }, &words).await
}

async fn decide(
    context: &Context,
    found: &MissionRef,
    finding: &Finding,
    ruling: Ruling,
    words: &str,
) -> Result<Exit> {
    let decision = Box::new(TriageDecision { finding: finding.id, ruling });
    request(context, found, Command::DecideFinding { decision }, words).await
}
