//! `assertion edit VAL-AREA-001`.

use anyhow::Result;

use super::change::{Consent, make};
use super::editor;
use super::wording::WordingArgs;
use crate::cli::args::MissionArg;
use crate::cli::ask;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::missions;
use crate::domain::consequence::ContractChange;

/// Change an assertion's wording
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-001
    assertion: String,
    #[command(flatten)]
    wording: WordingArgs,
    /// Edit the wording in $VISUAL or $EDITOR
    #[arg(long)]
    editor: bool,
    #[command(flatten)]
    consent: Consent,
}

pub(super) async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let assertion = ask::assertion(&found.mission, &args.assertion)?;
    let Some(present) = found.mission.contract.get(&assertion) else { return Ok(Exit::Failed) };
    let edited =
        if args.editor { editor::edited(context, present, &args.wording)? } else { args.wording.clone() };
    let edit = edited.edit(&present.wording)?;
    let change = ContractChange::Edit { base: present.revision, assertion, edit: Box::new(edit) };
    make(context, &found, change, args.consent).await
}
