//! From the words on the command line to an exit code.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use super::args::{Cli, Verb};
use super::context::Context;
use super::exit::Exit;
use super::fault;
use super::{
    abandon, answer, assertion, attach, autopilot, bridge, completions, config_show, console, demo, diff,
    doctor, engine, evidence, feature, findings, gate, land, list, log, models, new, pause, plan, replay,
    resume, run, say, stats, status, stop, talk, transcript,
};

/// Runs the command that this process was started with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            // Help and version go to standard output and are no faults; clap knows which.
            drop(refusal.print());
            return if refusal.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    match start(cli) {
        Ok(exit) => exit.into(),
        Err(found) => {
            if !fault::is_closed_pipe(&found) {
                complain(&fault::sentence(&found));
            }
            fault::exit_of(&found).into()
        }
    }
}

fn start(cli: Cli) -> Result<Exit> {
    let mut runtime = match cli.verb {
        Some(Verb::Engine(_)) => tokio::runtime::Builder::new_multi_thread(),
        // Whoever looks at a mission or asks something of it has one thing to do at a time: no threads for that.
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    let exit = runtime.block_on(dispatch(cli));
    // A command that ends does not wait for a key that is still being read.
    runtime.shutdown_background();
    exit
}

async fn dispatch(cli: Cli) -> Result<Exit> {
    let context = Context::of_this_process()?;
    let context = &context;
    match cli.verb {
        None => console::overview(context).await,
        Some(Verb::Demo(args)) => demo::run(context, args).await,
        Some(Verb::New(args)) => new::run(context, args).await,
        Some(Verb::Run(args)) => run::run(context, args).await,
        Some(Verb::Attach(args)) => attach::run(context, &args).await,
        Some(Verb::Replay(args)) => replay::run(context, &args).await,
        Some(Verb::Log(args)) => log::run(context, &args).await,
        Some(Verb::Doctor(args)) => doctor::run(context, &args).await,
        Some(Verb::Config(verb)) => config_show::run(context, &verb),
        Some(Verb::Completions(args)) => completions::run(&args),
        Some(Verb::Bridge(args)) => bridge::run(context, &args).await,
        Some(Verb::Engine(args)) => engine::run(context, args).await,
        Some(reading) => match dispatch_reading(context, reading) {
            Ok(exit) => exit,
            Err(asking) => dispatch_asking(context, *asking).await,
        },
    }
}

/// The verbs that read a mission's store and need no engine; any other verb is given back.
fn dispatch_reading(context: &Context, verb: Verb) -> Result<Result<Exit>, Box<Verb>> {
    Ok(match verb {
        Verb::List(args) => list::run(context, &args),
        Verb::Status(args) => status::run(context, &args),
        Verb::Plan(args) => plan::run(context, &args),
        Verb::Transcript(args) => transcript::run(context, &args),
        Verb::Evidence(args) => evidence::run(context, &args),
        Verb::Findings(args) => findings::run(context, &args),
        Verb::Stats(args) => stats::run(context, &args),
        Verb::Talk(args) => talk::run(context, &args),
        Verb::Diff(args) => diff::run(context, &args),
        other => return Err(Box::new(other)),
    })
}

/// The verbs that ask something of a mission's engine.
async fn dispatch_asking(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Gate(args) => gate::run(context, &args).await,
        Verb::Say(args) => say::run(context, &args).await,
        Verb::Answer(args) => answer::run(context, &args).await,
        Verb::Pause(args) => pause::run(context, &args).await,
        Verb::Resume(args) => resume::run(context, &args).await,
        Verb::Stop(args) => stop::run(context, &args).await,
        Verb::Abandon(args) => abandon::run(context, &args).await,
        Verb::Autopilot(args) => autopilot::run(context, &args).await,
        Verb::Feature(verb) => feature::run(context, verb).await,
        Verb::Models(args) => models::run(context, &args).await,
        Verb::Assertion(verb) => assertion::run(context, verb).await,
        Verb::Land(args) => land::run(context, &args).await,
        other => Err(fault::misuse(format!("{other:?} is not a verb that asks a mission"))),
    }
}

/// One line to standard error. When that is closed too there is nobody left to tell.
#[expect(clippy::print_stderr, reason = "this is where complaints go")]
fn complain(sentence: &str) {
    eprintln!("flightdeck: {sentence}");
}
