//! `assertion retire VAL-AREA-001 --reason …`.

use anyhow::Result;

use super::change::{Consent, make};
use crate::cli::args::MissionArg;
use crate::cli::ask;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::missions;
use crate::domain::consequence::ContractChange;

/// Take an assertion back
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-001
    assertion: String,
    /// Why it no longer holds the mission to anything
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    consent: Consent,
}

pub(super) async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let assertion = ask::assertion(&found.mission, &args.assertion)?;
    let reason = ask::text("--reason", &args.reason)?;
    make(context, &found, ContractChange::Retire { assertion, reason }, args.consent).await
}
