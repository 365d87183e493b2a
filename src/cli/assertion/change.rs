//! Changing the contract: the consequences are told, then the person confirms.

use anyhow::{Result, bail};

use crate::cli::ask::{ask, call};
use crate::cli::context::{Context, print, print_page};
use crate::cli::exit::Exit;
use crate::cli::fault::misuse;
use crate::cli::missions::MissionRef;
use crate::cli::person::{Confirmation, confirm};
use crate::domain::consequence::{Consequences, ContractChange};
use crate::link::protocol::{Call, Reply};
use crate::view::edit::{Edit, reworded};

/// Whether the person is asked before the change is made.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Consent {
    /// Do not ask; the consequences are still told
    #[arg(long, short)]
    pub yes: bool,
}

/// Tells what a change would do, asks, and makes it.
///
/// # Errors
/// When the change would be refused, or nobody can be asked.
pub async fn make(
    context: &Context,
    found: &MissionRef,
    change: ContractChange,
    consent: Consent,
) -> Result<Exit> {
    let consequences = consequences(context, found, &change).await?;
    if let Some(refusal) = &consequences.refusal {
        return Err(misuse(refusal.sentence.clone()));
    }
    if let ContractChange::Edit { assertion, edit, .. } = &change
        && let Some(present) = found.mission.contract.get(assertion)
    {
        let new = edit.applied_to(&present.wording);
        print_page(context, |width| reworded(&present.wording, &new, width))?;
    }
    print(&consequences.sentence())?;
    if !consent.yes && confirm(context, "make this change?")? == Confirmation::No {
        print("nothing has changed")?;
        return Ok(Exit::Done);
    }
    let edit = Edit::new(change.clone());
    ask(context, found, change.into()).await?;
    print(&edit.words())?;
    Ok(Exit::Done)
}

async fn consequences(
    context: &Context,
    found: &MissionRef,
    change: &ContractChange,
) -> Result<Consequences> {
    match call(context, found, Call::Consequences { change: Box::new(change.clone()) }).await? {
        Reply::Consequences { consequences } => Ok(consequences),
        other => bail!("the engine answered something else than consequences: {other:?}"),
    }
}
