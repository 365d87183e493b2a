//! Engines and transcripts around a console.

use std::time::{Duration, Instant};

use flightdeck::domain::id::AttemptId;
use flightdeck::domain::transcript::{EntryBody, ToolOutcome};
use flightdeck::store::Catalogue;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Result;
use crate::ground::Ground;

/// How long an engine may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// Writes a transcript of so many items: a sentence, a call and its answer, again and again. Each has its number in it.
pub fn write_transcript(ground: &Ground, attempt: AttemptId, items: u64) -> Result<()> {
    let (store, _) = ground.open()?;
    let now = flightdeck::engine::now();
    for number in 1..=items {
        let call_id = format!("c{}", number / 3);
        let body = match number % 3 {
            1 => EntryBody::Said {
                text: format!("item {number:06}: the next step is to look at the page again"),
            },
            2 => EntryBody::Called {
                call_id: format!("c{}", number / 3 + 1),
                tool: "read".to_owned(),
                arguments: format!("{{\"path\":\"src/page/item {number:06}.rs\"}}"),
            },
            _ => EntryBody::Answered {
                call_id,
                tool: "read".to_owned(),
                status: ToolOutcome::Done,
                output: "fn page() {}\n".repeat(40),
            },
        };
        store.transcripts().add(attempt, now, body)?;
        if number % 10_000 == 0 {
            store.transcripts().flush()?;
        }
    }
    store.transcripts().flush()?;
    Ok(())
}

/// The process of the mission's engine.
pub fn engine(ground: &Ground) -> Result<u32> {
    ground.missions.engine(&ground.id).filter(|pid| *pid > 0).ok_or_else(|| "no engine runs".into())
}

/// Ends the mission's engine and waits until it is gone.
pub fn end_engine(ground: &Ground) -> Result<()> {
    let since = Instant::now();
    if let Some(pid) = ground.missions.engine(&ground.id) {
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
    }
    while ground.missions.engine(&ground.id).is_some() {
        if since.elapsed() > PATIENCE {
            return Err("the engine does not end".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
