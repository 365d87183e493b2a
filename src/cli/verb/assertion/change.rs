//! Changing the contract: the consequences are shown, then the person confirms.

use anyhow::bail;

use super::editor;
use super::wording::WordingArgs;
use crate::cli::ask::call;
use crate::cli::person::{Confirmation, confirm};
use crate::cli::prelude::*;
use crate::domain::consequence::{Consequences, ContractChange};
use crate::domain::contract::AssertionDraft;
use crate::domain::id::{AssertionId, IdError, RequirementId};
use crate::link::protocol::{Call, Reply};
use crate::view::edit::{Edit, reworded};
use crate::view::requirement::shows_words;

/// Whether the person is asked before the change is made.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Consent {
    /// Do not ask; the consequences are still told
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct AddArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-004
    assertion: String,
    /// The feature that fulfills it
    #[arg(long, value_name = "F3")]
    feature: String,
    #[command(flatten)]
    wording: WordingArgs,
    /// The requirements that it shows
    #[arg(long, value_name = "REQ-1,REQ-2")]
    shows: Option<String>,
    #[command(flatten)]
    consent: Consent,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct EditArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-001
    assertion: String,
    #[command(flatten)]
    wording: WordingArgs,
    /// The requirements that it shows, all of them; its verdicts stay as they are. An empty list is none
    #[arg(long, value_name = "REQ-1,REQ-2")]
    shows: Option<String>,
    /// Edit the wording in $VISUAL or $EDITOR
    #[arg(long)]
    editor: bool,
    #[command(flatten)]
    consent: Consent,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct RetireArgs {
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

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct UnsealArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-009
    assertion: String,
    /// The feature that fulfills it from now on
    #[arg(long, value_name = "F3")]
    feature: String,
}

pub(super) async fn add(context: &Context, args: &AddArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let id: AssertionId = args.assertion.parse().map_err(|fault: IdError| misuse(fault.to_string()))?;
    let feature = ask::feature(&found.mission, &args.feature)?.id;
    let draft = Box::new(AssertionDraft {
        id,
        wording: args.wording.whole()?,
        shows: args.shows.as_deref().map(requirements).transpose()?.unwrap_or_default(),
    });
    make(context, &found, ContractChange::Add { draft, feature }, args.consent).await
}

pub(super) async fn edit(context: &Context, args: &EditArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let present = ask::assertion(&found.mission, &args.assertion)?;
    if let Some(shows) = &args.shows {
        let (assertion, shows) = (present.id.clone(), requirements(shows)?);
        let words = format!("{assertion} {}", shows_words(&shows));
        let exit = request(context, &found, Command::MapAssertion { assertion, shows }, &words).await?;
        if !args.editor && args.wording.is_empty() {
            return Ok(exit);
        }
    }
    let edited =
        if args.editor { editor::edited(context, present, &args.wording)? } else { args.wording.clone() };
    let (assertion, edit) = (present.id.clone(), Box::new(edited.edit(&present.wording)?));
    make(context, &found, ContractChange::Edit { base: present.revision, assertion, edit }, args.consent)
        .await
}

pub(super) async fn retire(context: &Context, args: &RetireArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let assertion = ask::assertion(&found.mission, &args.assertion)?.id.clone();
    let reason = ask::text("--reason", &args.reason)?;
    make(context, &found, ContractChange::Retire { assertion, reason }, args.consent).await
}

/// Everybody may know it from now on, and a feature is to fulfill it.
pub(super) async fn unseal(context: &Context, args: &UnsealArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let assertion = ask::assertion(&found.mission, &args.assertion)?.id.clone();
    let feature = ask::feature(&found.mission, &args.feature)?.id;
    let words =
        format!("{assertion} is unsealed: it is part of the contract, and {feature} is to fulfill it");
    request(context, &found, Command::Unseal { assertion, feature }, &words).await
}

fn requirements(words: &str) -> Result<Vec<RequirementId>> {
    let words = words.split([',', ' ']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|fault: IdError| misuse(fault.to_string()))).collect()
}

/// Tells what a change would do, asks, and makes it.
async fn make(
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
        && let Some(present) = found.mission.assertion(assertion)
    {
        let new = edit.applied_to(&present.wording);
        print_page(context, |width| reworded(&present.wording, &new, width))?;
    }
    print(consequences.sentence())?;
    if !consent.yes && confirm(context, "make this change?")? == Confirmation::No {
        return done("nothing has changed");
    }
    let words = Edit::new(change.clone()).words();
    request(context, found, change.into(), &words).await
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
