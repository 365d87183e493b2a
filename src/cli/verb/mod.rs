//! The command line: its verbs and what they take.

pub mod abandon;
pub mod answer;
pub mod assertion;
pub mod autopilot;
pub mod bridge;
pub mod bundle;
pub mod completions;
pub mod config_show;
pub mod contract;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod engine;
pub mod environment;
pub mod evidence;
pub mod feature;
pub mod finding;
pub mod findings;
pub mod gate;
pub mod keeper;
pub mod land;
pub mod list;
pub mod log;
pub mod mcp;
pub mod models;
pub mod new;
pub mod pause;
pub mod plan;
pub mod proposal;
pub mod prove;
pub mod relocate;
pub mod replay;
pub mod report;
pub mod requirement;
pub mod resume;
pub mod run;
pub mod say;
pub mod setup;
pub mod stats;
pub mod status;
pub mod stop;
pub mod talk;
pub mod trace;
pub mod transcript;
pub mod trust;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::cli::console;
use crate::cli::context::{Context, Format};
use crate::cli::exit::{CODES, Exit};
use crate::cli::missions::{self, MissionRef};
use crate::domain::id::MissionId;

/// Mission control in a terminal for software missions that agents fly.
#[derive(Debug, Parser)]
#[command(name = "flightdeck", version, after_help = CODES, arg_required_else_help = false)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What can be asked. An ID may be left out where one mission is meant, and its beginning is enough; every verb takes it as
/// its first word or with `-m`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Fly a complete mission with a rehearsed mind: no key, no network
    Demo(demo::Args),
    /// Begin a mission in this repository
    New(new::Args),
    /// Fly a mission and print its progress until it ends or needs you
    Run(run::Args),
    /// Open a mission's console
    Attach(MissionArg),
    /// Look at a mission's record in the console
    Replay(replay::Args),
    /// List all missions
    List(Format),
    /// Tell how a mission stands and what waits for you
    Status(status::Args),
    /// Print the whole plan: milestones, features, assertions, models, budget, risks
    Plan(ReadArgs),
    /// Print a mission's log
    Log(log::Args),
    /// Print what an attempt was told, said and did
    Transcript(transcript::Args),
    /// Print the evidence that verdicts rest on
    Evidence(evidence::Args),
    /// List what handoffs and validators reported, and what became of it
    Findings(findings::Args),
    /// Tell what a mission used, by role and by milestone
    Stats(ReadArgs),
    /// Tell the whole mission to others: a page, Markdown, test reports
    Report(report::Args),
    /// Make a folder of the report, its evidence and statements, or check one
    Bundle(bundle::Args),
    /// Print what you and the agents said to each other
    Talk(ReadArgs),
    /// Decide a gate: go, no-go, or waive an assertion; without a decision, show it
    Gate(gate::Args),
    /// Have assertions that were proven at an older commit tried at the present one
    Prove(prove::Args),
    /// Say something to the orchestrator, an attempt or everyone
    Say(say::Args),
    /// Answer a question
    Answer(answer::Args),
    /// Start nothing new
    Pause(MissionArg),
    /// Go on, with another budget where one is given
    Resume(resume::Args),
    /// Stop one attempt
    Stop(stop::Args),
    /// End a mission for good
    Abandon(abandon::Args),
    /// Leave passing gates to flightdeck, or decide them yourself
    Autopilot(autopilot::Args),
    /// Show or choose the model of a role
    Models(models::Args),
    /// Read and change the contract
    #[command(subcommand)]
    Assertion(assertion::Verb),
    /// Follow what was asked for to what was seen, and back
    Trace(trace::Args),
    /// Read what was asked for, sentence by sentence, and say which of it counts
    #[command(subcommand)]
    Requirement(requirement::Verb),
    /// Read and change how the app is set up, built, tested and run
    #[command(subcommand)]
    Environment(environment::Verb),
    /// Change the whole contract at once
    #[command(subcommand)]
    Contract(contract::Verb),
    /// Decide on what others would say in place of your words
    #[command(subcommand)]
    Proposal(proposal::Verb),
    /// Read and change a feature
    #[command(subcommand)]
    Feature(feature::Verb),
    /// Decide on a finding: dismiss it, put it off, or have it mended
    #[command(subcommand)]
    Finding(finding::Verb),
    /// Show what changed: the mission, F3, M1, #4 or FROM..TO
    Diff(diff::Args),
    /// Merge a completed mission's branch after its commands pass on the merged tree
    Land(land::Args),
    /// Name the place that a mission's repository was moved to
    Relocate(relocate::Args),
    /// Read what this repository brings along to steer flightdeck, and say whether it is used
    Trust(trust::Args),
    /// Look what there is to fly with, try it, and keep it
    Setup(setup::Args),
    /// Say what works here and what does not
    Doctor(doctor::Args),
    /// Read the settings
    #[command(subcommand)]
    Config(config_show::Verb),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Carry a mission's link over standard input and output, for `ssh HOST flightdeck bridge`
    Bridge(MissionArg),
    /// Carry the tools of one attempt over standard input and output, for the agent that flies it
    #[command(hide = true)]
    Mcp(mcp::Args),
    /// Run the engine of a mission's directory
    #[command(hide = true)]
    Engine(engine::Args),
    /// Keep a sandbox for the engine that started it
    #[command(hide = true)]
    Keeper,
}

impl Verb {
    /// Does what the verb says.
    pub async fn run(self, context: &Context) -> Result<Exit> {
        match self {
            Self::Demo(args) => demo::run(context, args).await,
            Self::New(args) => new::run(context, &args).await,
            Self::Run(args) => run::run(context, &args).await,
            Self::Attach(args) => Box::pin(console::attach(context, &args)).await,
            Self::Replay(args) => replay::run(context, &args).await,
            Self::List(args) => list::run(context, args),
            Self::Status(args) => status::run(context, &args).await,
            Self::Plan(args) => plan::run(context, &args),
            Self::Log(args) => log::run(context, &args).await,
            Self::Transcript(args) => transcript::run(context, &args),
            Self::Evidence(args) => evidence::run(context, &args),
            Self::Findings(args) => findings::run(context, &args),
            Self::Stats(args) => stats::run(context, &args),
            Self::Report(args) => report::run(context, &args),
            Self::Bundle(args) => bundle::run(context, &args),
            Self::Talk(args) => talk::run(context, &args),
            Self::Gate(args) => gate::run(context, &args).await,
            Self::Prove(args) => prove::run(context, &args).await,
            Self::Say(args) => say::run(context, &args).await,
            Self::Answer(args) => answer::run(context, &args).await,
            Self::Pause(args) => pause::run(context, &args).await,
            Self::Resume(args) => resume::run(context, &args).await,
            Self::Stop(args) => stop::run(context, &args).await,
            Self::Abandon(args) => abandon::run(context, &args).await,
            Self::Autopilot(args) => autopilot::run(context, &args).await,
            Self::Models(args) => models::run(context, &args).await,
            Self::Assertion(verb) => assertion::run(context, verb).await,
            Self::Trace(args) => trace::run(context, &args),
            Self::Requirement(verb) => requirement::run(context, verb).await,
            Self::Environment(verb) => environment::run(context, verb).await,
            Self::Contract(verb) => contract::run(context, verb).await,
            Self::Proposal(verb) => proposal::run(context, verb).await,
            Self::Feature(verb) => feature::run(context, verb).await,
            Self::Finding(verb) => finding::run(context, verb).await,
            Self::Diff(args) => diff::run(context, &args),
            Self::Land(args) => land::run(context, &args).await,
            Self::Relocate(args) => relocate::run(context, &args),
            Self::Trust(args) => trust::run(context, &args),
            Self::Setup(args) => setup::run(context, &args).await,
            Self::Doctor(args) => doctor::run(context, &args).await,
            Self::Config(verb) => config_show::run(context, &verb),
            Self::Completions(args) => completions::run(&args),
            Self::Bridge(args) => bridge::run(context, &args).await,
            Self::Mcp(args) => mcp::run(&args).await,
            Self::Engine(args) => engine::run(context, &args).await,
            Self::Keeper => keeper::run(),
        }
    }
}

/// The mission that a verb is about: its first word, or `-m`. A verb with a word of its own behind it says
/// `allow_missing_positional`.
#[derive(Debug, Clone, Args)]
pub struct MissionArg {
    /// The mission; its beginning is enough, and without it the only one that can be meant
    #[arg(conflicts_with = "mission")]
    id: Option<String>,
    #[command(flatten)]
    named: NamedMission,
}

/// The mission of a verb that reads its words itself.
#[derive(Debug, Clone, Args)]
pub struct NamedMission {
    /// The mission, as in its place before the other words
    #[arg(short = 'm', long, value_name = "ID")]
    pub mission: Option<String>,
}

/// What a verb takes that only reads a mission.
#[derive(Debug, Clone, Args)]
pub struct ReadArgs {
    #[command(flatten)]
    mission: MissionArg,
    #[command(flatten)]
    pub format: Format,
}

impl MissionArg {
    pub fn find(&self, context: &Context) -> Result<MissionRef> {
        missions::find(context, self.id())
    }

    pub fn locate(&self, context: &Context) -> Result<MissionId> {
        missions::locate(context, self.id())
    }

    pub fn id(&self) -> Option<&str> {
        self.id.as_deref().or(self.named.mission.as_deref())
    }
}

impl NamedMission {
    /// The mission's name and the other words. Without `-m` the first word is the mission when it is not one of the
    /// verb's own.
    pub fn split<'a>(
        &'a self,
        words: &'a [String],
        is_own: impl Fn(&str) -> bool,
    ) -> (Option<&'a str>, &'a [String]) {
        match (&self.mission, words) {
            (None, [first, rest @ ..]) if !is_own(first) => (Some(first), rest),
            (mission, words) => (mission.as_deref(), words),
        }
    }
}

impl ReadArgs {
    pub fn find(&self, context: &Context) -> Result<MissionRef> {
        self.mission.find(context)
    }
}
