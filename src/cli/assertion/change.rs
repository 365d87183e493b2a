//! Changing the contract: the consequences are told, then the person confirms.

use anyhow::{Result, bail};

use crate::cli::ask::{ask, call};
use crate::cli::context::{Context, print};
use crate::cli::exit::Exit;
use crate::cli::fault::misuse;
use crate::cli::missions::MissionRef;
use crate::cli::page::Page;
use crate::cli::person::{Confirmation, confirm};
use crate::cli::print::Style;
use crate::domain::consequence::{Consequences, ContractChange};
use crate::domain::contract::{Weight, Wording};
use crate::link::protocol::{Call, Reply};

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
        print(&reworded(&present.wording, &edit.applied_to(&present.wording), context.output.style()))?;
    }
    print(&consequences.sentence())?;
    if !consent.yes && confirm(context, "make this change?")? == Confirmation::No {
        print("nothing has changed")?;
        return Ok(Exit::Done);
    }
    let done = match &change {
        ContractChange::Edit { assertion, .. } => format!("{assertion} is edited"),
        ContractChange::Add { draft, feature } => format!("{} is added for {feature}", draft.id),
        ContractChange::Retire { assertion, .. } => format!("{assertion} is retired"),
    };
    ask(context, found, change.into()).await?;
    print(&done)?;
    Ok(Exit::Done)
}

/// What is worded anew: the old words and the new ones.
fn reworded(old: &Wording, new: &Wording, style: Style) -> String {
    let command =
        |wording: &Wording| wording.check.command.as_ref().map_or("–", |line| line.as_str()).to_owned();
    let weight = |wording: &Wording| match wording.weight {
        Weight::Blocking => "blocking".to_owned(),
        Weight::NonBlocking => "non-blocking".to_owned(),
    };
    let parts = |wording: &Wording| {
        [
            ("title", wording.title.to_string()),
            ("statement", wording.statement.to_string()),
            ("over", wording.check.via.word().to_owned()),
            ("how", wording.check.how.to_string()),
            ("command", command(wording)),
            ("evidence", wording.evidence.to_string()),
            ("weight", weight(wording)),
        ]
    };
    let mut page = Page::new(style);
    for ((name, old), (_, new)) in parts(old).into_iter().zip(parts(new)) {
        if old != new {
            page.field(0, name, &old);
            page.field(0, "  →", &new);
        }
    }
    page.into_text()
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
