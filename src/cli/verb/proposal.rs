//! `proposal list|show|accept|refuse`: what others would say in place of the person's words.

use clap::Subcommand;

use crate::cli::prelude::*;
use crate::domain::id::{IdError, ProposalId};
use crate::domain::proposal::{Proposal, Ruling};
use crate::view::proposal::{page, rows};

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List what waits for you, or everything that was proposed
    List(ListArgs),
    /// Show one beside the words that hold
    Show(ShowArgs),
    /// Take these words in place of yours
    Accept(DecideArgs),
    /// Keep your words; the same is not asked again
    Refuse(DecideArgs),
}

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Those that were decided, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct ShowArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as PRO-2
    proposal: String,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub struct DecideArgs {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] PRO-2; several can be named
    #[arg(required_unless_present = "all", value_name = "WORDS")]
    words: Vec<String>,
    /// All that wait
    #[arg(long)]
    all: bool,
}

pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::List(args) => list(context, &args),
        Verb::Show(args) => show(context, &args),
        Verb::Accept(args) => decide(context, &args, Ruling::Accept).await,
        Verb::Refuse(args) => decide(context, &args, Ruling::Refuse).await,
    }
}

fn list(context: &Context, args: &ListArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let mut proposals: Vec<&Proposal> = found.mission.proposals.iter().collect();
    proposals.retain(|proposal| args.all || proposal.is_open());
    if proposals.is_empty() && !args.format.json {
        return done("nothing is proposed in place of your words");
    }
    context.answer(args.format, || &proposals, |width| rows(&found.mission, &proposals, width))
}

fn show(context: &Context, args: &ShowArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let proposal = known(&found, &args.proposal)?;
    context.answer(args.format, || proposal, |width| page(&found.mission, proposal.id, width))
}

async fn decide(context: &Context, args: &DecideArgs, ruling: Ruling) -> Result<Exit> {
    let alone = args.words.len() == 1 && !args.all;
    let is_own = |word: &str| alone || word.parse::<ProposalId>().is_ok();
    let (mission, words) = args.mission.split(&args.words, is_own);
    if args.all && !words.is_empty() {
        return Err(misuse("say --all or name proposals, not both"));
    }
    let expected = Expected { what: "a proposal (PRO-2)", words: &[] };
    let found = args.mission.find(context, mission, expected)?;
    let named = words.iter().map(|word| known(&found, word).map(|proposal| proposal.id));
    let mut ids: Vec<ProposalId> = named.collect::<Result<_>>()?;
    if args.all {
        ids.extend(found.mission.open_proposals().map(|proposal| proposal.id));
    }
    let word = match ruling {
        Ruling::Accept => "accepted",
        Ruling::Refuse => "refused",
    };
    if ids.is_empty() {
        return done("nothing is proposed in place of your words");
    }
    for proposal in ids {
        let command = Command::DecideProposal { proposal, ruling };
        request(context, &found, command, &format!("{proposal} is {word}")).await?;
    }
    Ok(Exit::Done)
}

fn known<'a>(found: &'a MissionRef, word: &str) -> Result<&'a Proposal> {
    let id: ProposalId = word.parse().map_err(|fault: IdError| misuse(fault.to_string()))?;
    let proposal = found.mission.proposals.iter().find(|proposal| proposal.id == id);
    proposal.ok_or_else(|| misuse(format!("there is no proposal {id}: see `flightdeck proposal list --all`")))
}
