//! `say [ID] TEXT`: a message to the orchestrator, to an attempt, or a directive to everyone.

use crate::cli::prelude::*;
use crate::domain::message::{Delivery, Party};
use crate::domain::mission::Mission;

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Whom: an attempt such as #18, the one of a role that runs such as `worker`, `orchestrator`, or `everyone` for a directive that holds from now on
    #[arg(long, value_name = "WHOM", default_value = "orchestrator")]
    to: String,
    /// Break off the addressee's running turn instead of waiting for its next one
    #[arg(long)]
    interrupt: bool,
    /// What to say
    #[arg(allow_hyphen_values = true)]
    text: String,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let command = command(&found.mission, args)?;
    let done = match &command {
        Command::Broadcast { .. } => "every agent is told from now on",
        _ if args.interrupt => "said; the running turn is broken off for it",
        _ => "said; it is heard at the next turn",
    };
    request(context, &found, command, done).await
}

fn command(mission: &Mission, args: &Args) -> Result<Command> {
    let text = ask::text("the message", &args.text)?;
    let to = match args.to.as_str() {
        "everyone" | "all" if args.interrupt => {
            return Err(misuse("a directive is heard at everybody's next turn; leave out --interrupt"));
        }
        "everyone" | "all" => return Ok(Command::Broadcast { text }),
        "orchestrator" => Party::Orchestrator,
        word => Party::Attempt(ask::addressee(mission, word)?),
    };
    let delivery = if args.interrupt { Delivery::Interrupt } else { Delivery::Queue };
    Ok(Command::Say { to, text, delivery })
}
