//! The command line: its verbs and what they take.

use clap::{Args, Parser, Subcommand};

use super::exit::CODES;
use super::{
    abandon, answer, assertion, attach, autopilot, bridge, completions, config_show, demo, diff, doctor,
    engine, evidence, feature, findings, gate, land, list, log, models, new, pause, plan, replay, resume,
    run, say, stats, status, stop, talk, transcript,
};

/// Mission control in a terminal for software missions that agents fly.
#[derive(Debug, Parser)]
#[command(name = "flightdeck", version, after_help = CODES, arg_required_else_help = false)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What can be asked. An ID may be left out where one mission is meant, and its beginning is enough.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Fly a complete mission with a rehearsed mind: no key, no network
    Demo(demo::Args),
    /// Begin a mission in this repository
    New(new::Args),
    /// Fly a mission and print its progress until it ends or needs you
    Run(run::Args),
    /// Open a mission's console
    Attach(attach::Args),
    /// Look at a mission's record in the console
    Replay(replay::Args),
    /// List all missions
    List(list::Args),
    /// Tell how a mission stands and what waits for you
    Status(status::Args),
    /// Print the whole plan: milestones, features, assertions, models, budget, risks
    Plan(plan::Args),
    /// Print a mission's log
    Log(log::Args),
    /// Print what an attempt was told, said and did
    Transcript(transcript::Args),
    /// Print the evidence that verdicts rest on
    Evidence(evidence::Args),
    /// List what handoffs and validators reported, and what became of it
    Findings(findings::Args),
    /// Tell what a mission used, by role and by milestone
    Stats(stats::Args),
    /// Print what you and the agents said to each other
    Talk(talk::Args),
    /// Decide a gate: go, no-go, or waive an assertion; without a decision, show it
    Gate(gate::Args),
    /// Say something to the orchestrator, an attempt or everyone
    Say(say::Args),
    /// Answer a question
    Answer(answer::Args),
    /// Start nothing new
    Pause(pause::Args),
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
    /// Read and change a feature
    #[command(subcommand)]
    Feature(feature::Verb),
    /// Show what changed: the mission, F3, M1, #4 or FROM..TO
    Diff(diff::Args),
    /// Merge a completed mission's branch after its commands pass on the merged tree
    Land(land::Args),
    /// Say what works here and what does not
    Doctor(doctor::Args),
    /// Read the settings
    #[command(subcommand)]
    Config(config_show::Verb),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Carry a mission's link over standard input and output, for `ssh HOST flightdeck bridge`
    Bridge(bridge::Args),
    /// Run the engine of a mission's directory
    #[command(hide = true)]
    Engine(engine::Args),
}

/// The mission, for verbs whose own words leave no place for it.
#[derive(Debug, Clone, Default, Args)]
pub struct MissionArg {
    /// The mission, when it is not the only one meant
    #[arg(short = 'm', long, value_name = "ID")]
    pub mission: Option<String>,
}
