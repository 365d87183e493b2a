//! `bridge [ID]`: a mission's link over standard input and output, until either side ends.

use crate::cli::engine_start::{Reached, reach};
use crate::cli::prelude::*;

pub async fn run(context: &Context, args: &MissionArg) -> Result<Exit> {
    let found = args.find(context)?;
    // The connection that found the engine keeps it from leaving until the bridge has its own.
    let Reached { client, socket, .. } = reach(context, &found.dir).await?;
    crate::link::bridge(tokio::io::stdin(), tokio::io::stdout(), &socket).await?;
    drop(client);
    Ok(Exit::Done)
}
