//! From the words on the command line to an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use super::context::Context;
use super::exit::Exit;
use super::fault::misuse;
use super::print::Printable;
use super::verb::{Cli, Verb, keeper, mcp};
use super::{console, fault};
use crate::workspace::process::close_inherited;
use crate::workspace::sweep;

/// Runs the command that this process was started with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            if !refusal.use_stderr() {
                // Help and the version are no faults.
                drop(refusal.print());
                return Exit::Done.into();
            }
            complain(&refusal.render().to_string());
            return Exit::Usage.into();
        }
    };
    match start(cli) {
        Ok(exit) => exit.into(),
        Err(found) => {
            if !fault::is_closed_pipe(&found) {
                complain(&format!("flightdeck: {}", fault::sentence(&found)));
            }
            fault::exit_of(&found).into()
        }
    }
}

fn start(cli: Cli) -> Result<Exit> {
    if matches!(cli.verb, Some(Verb::Keeper)) {
        return keeper::run();
    }
    if matches!(cli.verb, Some(Verb::Engine(_))) {
        close_inherited();
    }
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
    if let Some(Verb::Mcp(args)) = &cli.verb {
        // An agent starts this one, to speak as the attempt that it flies and as nobody else.
        return mcp::run(args).await;
    }
    let context = Context::of_this_process()?;
    refuse_agents(&context)?;
    match cli.verb {
        None => Box::pin(console::overview(&context)).await,
        Some(verb) => Box::pin(verb.run(&context)).await,
    }
}

/// Missions are read and decided on by the person alone: a program that was started for one of them is refused, so that a
/// worker who tries it learns that it is not theirs.
fn refuse_agents(context: &Context) -> Result<()> {
    let any = context.home.state.join("missions/any");
    let is_marked = context.variables.get(sweep::MARK).is_some_and(|mark| sweep::is_beside(mark, &any));
    if is_marked || sweep::descends_from_agent(&any) {
        return Err(misuse(sweep::ONLY_THE_PERSON));
    }
    Ok(())
}

/// A complaint to standard error. When that is closed too there is nobody left to tell.
fn complain(sentence: &str) {
    let complaint = Printable::from(sentence.trim_end());
    drop(writeln!(io::stderr(), "{complaint}"));
}
