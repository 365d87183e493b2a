//! `contract edit`: the whole contract in the person's own editor, on a copy that is theirs alone.

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::cli::ask::call;
use crate::cli::editor::edit_text;
use crate::cli::person::{Confirmation, confirm};
use crate::cli::prelude::*;
use crate::domain::consequence::{ContractChange, consequences};
use crate::domain::document::{contract_changes, write_contract};
use crate::link::protocol::Call;
use crate::view::edit::{Edit, rows};
use crate::view::style_role::StyleRole;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Edit all of it in $VISUAL or $EDITOR; the changes are told before you confirm
    Edit(EditArgs),
}

#[derive(Debug, clap::Args)]
pub struct EditArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Do not ask; the changes are still told
    #[arg(long, short)]
    yes: bool,
}

pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    let Verb::Edit(args) = verb;
    let found = args.mission.find(context)?;
    let mission = &found.mission;
    if mission.contract.is_empty() {
        return Err(misuse("there is no contract yet"));
    }
    let saved = edit_text(context, &write_contract(mission), "contract.md")?;
    let changes =
        contract_changes(mission, &saved).with_context(|| "failed to read what you wrote".to_owned());
    let changes = match changes {
        Ok(changes) if changes.is_empty() => return done("nothing was changed"),
        Ok(changes) => changes,
        Err(fault) => return Err(kept(&saved, fault)),
    };
    tell(context, &found, &changes)?;
    if !args.yes && confirm(context, "make these changes?")? == Confirmation::No {
        return done("nothing has changed");
    }
    for change in changes {
        let words = Edit::new(change.clone()).words();
        let made = call(context, &found, Call::Command { command: Box::new(change.into()) }).await;
        if let Err(fault) = made {
            return Err(kept(&saved, fault.context(format!("failed to go on: {words}"))));
        }
        print(&words)?;
    }
    Ok(Exit::Done)
}

/// Each change with what it would do, or why it would be refused.
fn tell(context: &Context, found: &MissionRef, changes: &[ContractChange]) -> Result<()> {
    let told = |change: &ContractChange| {
        let consequences = consequences(&found.mission, change);
        let style = if consequences.refusal.is_some() { StyleRole::Bad } else { StyleRole::Dim };
        Edit { told: Some((style, consequences.sentence())), ..Edit::new(change.clone()) }
    };
    let edits: Vec<Edit> = changes.iter().map(told).collect();
    print_page(context, |width| rows(&edits, width))?;
    if edits.iter().all(|edit| matches!(edit.told, Some((StyleRole::Bad, _)))) {
        bail!("every change would be refused; nothing has changed");
    }
    Ok(())
}

/// What the person wrote is not lost with the fault.
fn kept(saved: &str, fault: anyhow::Error) -> anyhow::Error {
    let place = std::env::temp_dir().join(format!("flightdeck-contract-{}.md", std::process::id()));
    match std::fs::write(&place, saved) {
        Ok(()) => fault.context(format!("what you wrote is kept in {}", place.display())),
        Err(_) => fault,
    }
}
