//! `feature edit F3`.

use anyhow::Result;

use crate::cli::args::MissionArg;
use crate::cli::ask::{self, ask};
use crate::cli::context::{Context, print};
use crate::cli::exit::Exit;
use crate::cli::fault::misuse;
use crate::cli::missions;
use crate::domain::command::Command;
use crate::domain::plan::FeatureSpec;

/// Change what a feature says; what is not named stays
#[derive(Debug, clap::Args)]
pub struct Args {
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

pub(super) async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let feature = ask::feature(&found.mission, &args.feature)?;
    let Some(present) = found.mission.feature(feature) else { return Ok(Exit::Failed) };
    let spec = edited(args, &present.spec)?;
    ask(context, &found, Command::EditFeature { feature, spec }).await?;
    print(&format!("{feature} is edited"))?;
    Ok(Exit::Done)
}

fn edited(args: &Args, present: &FeatureSpec) -> Result<FeatureSpec> {
    if args.title.is_none() && args.description.is_none() && args.criterion.is_empty() {
        return Err(misuse("say what changes: --title, --description or --criterion"));
    }
    let mut spec = present.clone();
    if let Some(title) = &args.title {
        spec.title = ask::text("--title", title)?;
    }
    if let Some(description) = &args.description {
        spec.description = ask::text("--description", description)?;
    }
    if !args.criterion.is_empty() {
        spec.criteria =
            args.criterion.iter().map(|words| ask::text("--criterion", words)).collect::<Result<_>>()?;
    }
    Ok(spec)
}
