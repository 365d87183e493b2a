//! `feature show|edit`: one feature whole, and new words for one that nobody has built.

use clap::Subcommand;

use crate::cli::prelude::*;
use crate::domain::command::SpecEdit;
use crate::domain::id::Revision;
use crate::view::feature::{attempts, findings, page};

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show one whole: its words, its assertions, its handoff and what was found about it
    Show(ShowArgs),
    /// Change the words of one that is not built yet
    Edit(EditArgs),
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct ShowArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as F3
    feature: String,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct EditArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as F3
    feature: String,
    /// One line
    #[arg(long, allow_hyphen_values = true)]
    title: Option<String>,
    /// What is to be built
    #[arg(long, allow_hyphen_values = true)]
    description: Option<String>,
    /// When it is done; can be repeated, and then all of them replace the present ones
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    criterion: Vec<String>,
}

pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Show(args) => show(context, &args),
        Verb::Edit(args) => edit(context, &args).await,
    }
}

fn show(context: &Context, args: &ShowArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let mission = &found.mission;
    let feature = ask::feature(mission, &args.feature)?;
    let id = feature.id;
    let value = || {
        json!({
            "feature": feature,
            "attempts": attempts(mission, id).collect::<Vec<_>>(),
            "handoff": mission.handoffs.get(&id).map(|(_, handoff)| handoff),
            "claim_runs": mission.claim_runs.get(&id),
            "claims_left": mission.claims_left.get(&id),
            "added_tests": mission.added_tests.get(&id),
            "findings": findings(mission, id).collect::<Vec<_>>(),
        })
    };
    context.answer(args.format, value, |width| page(mission, feature, now(), width))
}

async fn edit(context: &Context, args: &EditArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let present = ask::feature(&found.mission, &args.feature)?;
    let feature = present.id;
    let base =
        found.mission.feature_authors.get(&feature).map_or(Revision::FIRST, |authors| authors.revision);
    let command = Command::EditFeature { feature, base, edit: Box::new(edited(args)?) };
    request(context, &found, command, &format!("{feature} is edited")).await
}

fn edited(args: &EditArgs) -> Result<SpecEdit> {
    if args.title.is_none() && args.description.is_none() && args.criterion.is_empty() {
        return Err(misuse("say what changes: --title, --description or --criterion"));
    }
    let criteria = args.criterion.iter().map(|words| ask::text("--criterion", words));
    let criteria: Vec<_> = criteria.collect::<Result<_>>()?;
    Ok(SpecEdit {
        title: args.title.as_deref().map(|words| ask::text("--title", words)).transpose()?,
        description: args
            .description
            .as_deref()
            .map(|words| ask::text("--description", words))
            .transpose()?,
        criteria: (!criteria.is_empty()).then_some(criteria),
    })
}
