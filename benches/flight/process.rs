//! A real engine process, as `flightdeck` starts it, flying over HTTP against a local server that takes no time.

use std::path::Path;
use std::time::{Duration, Instant};

use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::link::protocol::{Call, LiveOutput};
use flightdeck::link::{Client, LinkError, Notices};
use flightdeck::store::Catalogue;
use flightdeck::workspace::Program;
use flightdeck::workspace::process::Detached;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Result;
use crate::chat::Chat;
use crate::ground::Ground;
use crate::sessions::TURNS;
use crate::usage::{Usage, figure, milliseconds, tree_mib};

/// Turns of a short session.
const SHORT: usize = 100;
/// How long an engine is left alone before its idle memory is read.
const SETTLE: Duration = Duration::from_secs(2);

/// Starts an engine on a paused mission, lets it fly a thousand turns, and lets it rest again.
pub async fn flight() -> Result<()> {
    let chat = Chat::serve(TURNS).await?;
    let ground = Ground::new("local/instant")?.planned()?;
    ground.provide(&chat.base_url)?;
    ground.ask(Actor::Person, vec![Command::Pause])?;
    let started = Instant::now();
    let program = Program::new(env!("CARGO_BIN_EXE_flightdeck"))
        .arg("engine")
        .arg(ground.missions.dir(&ground.id))
        .dir("/");
    let mut engine = program.spawn_detached(&ground.missions.dir(&ground.id).join("engine.log"))?;
    let (client, mut notices) = connected(&ground.missions.dir(&ground.id).join("engine.sock")).await?;
    drop(client.call(Call::Attach { output: LiveOutput::Wanted }).await?);
    figure("attach_ms", milliseconds(started.elapsed()));
    drop(tokio::spawn(async move { while notices.next().await.is_some() {} }));
    tokio::time::sleep(SETTLE).await;
    let (pid, idle) = (engine.pid().to_string(), Usage::of(&engine.pid().to_string())?);
    figure("idle_mib", tree_mib(engine.pid())?);
    tokio::time::sleep(SETTLE).await;
    figure("idle_cpu_ms", (Usage::of(&pid)?.cpu_ms - idle.cpu_ms) / SETTLE.as_secs_f64());
    drop(client.call(Call::Command { command: Box::new(Command::Resume) }).await?);
    // A turn costs more the longer the conversation is that goes with it, so a short session is told apart.
    let short = after_turns(SHORT, &chat, &mut engine, &ground).await?;
    figure("process_turn_cpu_ms", (short.1 - idle.cpu_ms) / per(short.0));
    let long = after_turns(TURNS, &chat, &mut engine, &ground).await?;
    figure("process_turns_cpu_s", (long.1 - idle.cpu_ms) / 1_000.0);
    let asked = chat.asked();
    figure("process_turn_wall_ms", milliseconds(asked[SHORT] - asked[0]) / per(SHORT));
    figure("process_turns_wall_s", (asked[TURNS] - asked[0]).as_secs_f64());
    figure("process_peak_mib", Usage::of(&pid)?.peak_mib);
    tokio::time::sleep(SETTLE).await;
    figure("after_mib", tree_mib(engine.pid())?);
    kill(Pid::from_raw(i32::try_from(engine.pid())?), Signal::SIGTERM)?;
    while engine.exit().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Waits until so many tool calls are over: how many are by then, and the processor time of the engine.
async fn after_turns(
    turns: usize,
    chat: &Chat,
    engine: &mut Detached,
    ground: &Ground,
) -> Result<(usize, f64)> {
    while chat.asked().len() <= turns {
        tokio::time::sleep(Duration::from_millis(2)).await;
        if let Some(code) = engine.exit() {
            let log = std::fs::read_to_string(ground.missions.dir(&ground.id).join("engine.log"))?;
            return Err(format!("the engine ended with code {code}:\n{log}").into());
        }
    }
    Ok((chat.asked().len() - 1, Usage::of(&engine.pid().to_string())?.cpu_ms))
}

fn per(turns: usize) -> f64 {
    u32::try_from(turns).map_or(f64::NAN, f64::from)
}

async fn connected(socket: &Path) -> Result<(Client, Notices)> {
    for _ in 0..10_000 {
        match Client::connect(socket, "bench").await {
            Err(LinkError::NoEngine { .. }) => tokio::time::sleep(Duration::from_millis(1)).await,
            other => return Ok(other?),
        }
    }
    Err("the engine does not answer".into())
}
