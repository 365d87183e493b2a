//! `assertion add VAL-AREA-002 --feature F3 …`.

use anyhow::Result;

use super::change::{Consent, make};
use super::wording::WordingArgs;
use crate::cli::args::MissionArg;
use crate::cli::ask;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::fault::misuse;
use crate::cli::missions;
use crate::domain::consequence::ContractChange;
use crate::domain::contract::AssertionDraft;
use crate::domain::id::{AssertionId, IdError};

/// Add an assertion
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-004
    assertion: String,
    /// The feature that fulfills it
    #[arg(long, value_name = "F3")]
    feature: String,
    #[command(flatten)]
    wording: WordingArgs,
    #[command(flatten)]
    consent: Consent,
}

pub(super) async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let id: AssertionId = args.assertion.parse().map_err(|fault: IdError| misuse(fault.to_string()))?;
    let feature = ask::feature(&found.mission, &args.feature)?;
    let draft = Box::new(AssertionDraft { id, wording: args.wording.whole()? });
    make(context, &found, ContractChange::Add { draft, feature }, args.consent).await
}
