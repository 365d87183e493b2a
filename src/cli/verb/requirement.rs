//! `requirement list|show|add|set-aside|keep`: what was asked for, and the person's word on what of it counts.

use clap::Subcommand;

use crate::cli::prelude::*;
use crate::domain::gate::GateId;
use crate::domain::requirement::SetAside;
use crate::view::requirement;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List every sentence of the goal, and how far it is shown
    List(ListArgs),
    /// Show one with the assertions that show it
    Show(ShowArgs),
    /// Ask for something more; an assertion has to show it
    Add(AddArgs),
    /// Say that a sentence asks for nothing
    SetAside(SetAsideArgs),
    /// Say that a sentence that was set aside is asked for all the same
    Keep(KeepArgs),
}

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    mission: MissionArg,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct ShowArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as REQ-3
    requirement: String,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct AddArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// What is asked for; several sentences are several requirements
    text: String,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct SetAsideArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as REQ-3
    requirement: String,
    /// Why no assertion has to show it
    #[arg(long, visible_alias = "note", value_name = "TEXT", allow_hyphen_values = true)]
    reason: String,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct KeepArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as REQ-3
    requirement: String,
}

pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::List(args) => list(context, &args),
        Verb::Show(args) => show(context, &args),
        Verb::Add(args) => {
            let found = args.mission.find(context)?;
            let text = ask::text("the requirement", &args.text)?;
            request(context, &found, Command::AddRequirement { text }, "it is asked for from now on").await
        }
        Verb::SetAside(args) => {
            let found = args.mission.find(context)?;
            let requirement = ask::requirement(&found.mission, &args.requirement)?.id;
            let aside = vec![SetAside { requirement, because: ask::text("--reason", &args.reason)? }];
            let words = format!("{requirement} asks for nothing");
            request(context, &found, Command::SetAsideRequirements { aside }, &words).await
        }
        Verb::Keep(args) => {
            let found = args.mission.find(context)?;
            let requirement = ask::requirement(&found.mission, &args.requirement)?.id;
            let words = format!("{requirement} is asked for");
            request(context, &found, Command::KeepRequirement { requirement }, &words).await
        }
    }
}

fn list(context: &Context, args: &ListArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let mission = &found.mission;
    let gate = if mission.is_go(GateId::Plan) { GateId::Final } else { GateId::Plan };
    if mission.requirements.is_empty() && !args.format.json {
        return done("the goal was not read sentence by sentence: that happens with the first contract");
    }
    let value = || -> Vec<_> {
        let all = mission.requirements.iter();
        let showing = |id| mission.assertions_showing(id).map(|found| &found.id).collect::<Vec<_>>();
        all.map(|found| {
            json!({
                "requirement": found,
                "coverage": mission.coverage(found, gate),
                "assertions": showing(found.id),
            })
        })
        .collect()
    };
    context.answer(args.format, value, |width| requirement::entries(mission, gate, width))
}

fn show(context: &Context, args: &ShowArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let mission = &found.mission;
    let known = ask::requirement(mission, &args.requirement)?;
    let value = || {
        json!({
            "requirement": known,
            "coverage": mission.coverage(known, GateId::Final),
            "assertions": mission.assertions_showing(known.id).map(|found| &found.id).collect::<Vec<_>>(),
        })
    };
    context.answer(args.format, value, |width| requirement::detail(mission, known.id, width))
}
