//! `log [ID]`: what happened, from the first event on.

use std::time::Duration;

use serde_json::Value;

use crate::cli::prelude::*;
use crate::cli::print::{JsonShape, Printable, Style, printed};
use crate::domain::event::{Actor, Stamped};
use crate::domain::mission::Mission;
use crate::view::event_lines::event_line;
use crate::view::text::plural;
use crate::view::when::rfc3339;

/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Go on as it grows, until the mission ends
    #[arg(long, short)]
    follow: bool,
    /// Leave out events up to this number
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,
    /// Say whether the record and its evidence are as they were written
    #[arg(long, conflicts_with_all = ["follow", "after"])]
    verify: bool,
    #[command(flatten)]
    format: Format,
}

/// Prints it: for people the lines worth telling, as JSON every event on a line of its own.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    if args.verify {
        return verify(context, args);
    }
    let found = args.mission.find(context)?;
    let style = context.output.style();
    let mut mission = Mission::unborn();
    loop {
        let events = found.events_after(mission.seq)?;
        let mut lines = Vec::new();
        for stamped in &events {
            mission.apply(stamped);
            if stamped.seq > args.after {
                lines.extend(line(stamped, &mission, args.format, style)?);
            }
        }
        if !lines.is_empty() {
            print(Printable::lines(lines))?;
        }
        if !args.follow || is_over(&mission, &found) {
            return Ok(Exit::Done);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Looks at each event's hash and at each piece of evidence. A mission that can no longer be read is looked at as well.
fn verify(context: &Context, args: &Args) -> Result<Exit> {
    let id = args.mission.locate(context)?;
    let store = missions::catalogue(context).read(&id)?;
    let (chain, evidence) = (store.verify()?, store.evidence());
    let pieces = evidence.list()?;
    let damaged = pieces.iter().filter_map(|piece| evidence.get(piece).err()).map(|fault| fault.to_string());
    let damaged: Vec<String> = damaged.collect();
    let faults: Vec<String> = chain.faults.iter().map(|fault| fault.words()).chain(damaged).collect();
    let (events, head) = (chain.events, chain.head.as_deref().unwrap_or("none"));
    if args.format.json {
        let sound = faults.is_empty();
        print(Printable::json(
            &json!({ "sound": sound, "events": events, "hashed_from": chain.from, "head": head, "evidence": pieces.len(), "faults": faults }),
            JsonShape::Page,
        )?)?;
        return Ok(if sound { Exit::Done } else { Exit::Failed });
    }
    if !faults.is_empty() {
        let number = plural(faults.len(), "place");
        return Err(anyhow::anyhow!(
            "the record of {id} is not what was written, in {number}:\n{}",
            faults.join("\n")
        ));
    }
    let before = match chain.from {
        Some(1) => String::new(),
        Some(from) => format!(" Events before {from} were written by an older flightdeck and have no hash."),
        None => " None of them has a hash: they were written by an older flightdeck.".to_owned(),
    };
    let pieces = plural(pieces.len(), "piece");
    done(format!(
        "{events} events and {pieces} of evidence are as they were written.{before}\nThe newest hash is {head}. Keep it elsewhere: \
         whoever writes every hash anew can hide a change from this look, but not from that number."
    ))
}

/// A mission that ended may still land; one that landed is over.
fn is_over(mission: &Mission, found: &MissionRef) -> bool {
    mission.end.is_some() || !found.dir.exists()
}

fn line(stamped: &Stamped, mission: &Mission, format: Format, style: Style) -> Result<Option<Printable>> {
    if format.json {
        return Ok(Some(Printable::json(&json_of(stamped)?, JsonShape::Line)?));
    }
    let at = stamped.at.since(mission.created);
    Ok(event_line(stamped, mission).map(|line| printed(&line, at, style)))
}

/// `{"seq","at","actor","kind","body"}`; `body` is null where an event has none.
pub fn json_of(stamped: &Stamped) -> Result<Value> {
    let event = serde_json::to_value(&stamped.event)?;
    let actor = match stamped.actor {
        Actor::Person => "person".to_owned(),
        Actor::Engine => "engine".to_owned(),
        Actor::Attempt(id) => id.to_string(),
    };
    Ok(json!({
        "seq": stamped.seq,
        "at": rfc3339(stamped.at),
        "actor": actor,
        "kind": stamped.event.kind(),
        "body": event.get("body").unwrap_or(&Value::Null),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;
    use crate::domain::id::{AttemptId, MilestoneId, Timestamp};

    #[test]
    fn an_event_is_one_object_with_five_fields() {
        let stamped = |actor, event| Stamped { seq: 7, at: Timestamp(1_764_000_000_123), actor, event };
        let extended = Event::RoundsExtended { milestone: MilestoneId(1), limit: 7 };
        let lines = [
            json_of(&stamped(Actor::Attempt(AttemptId(3)), extended)).unwrap().to_string(),
            json_of(&stamped(Actor::Engine, Event::MissionCompleted)).unwrap().to_string(),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r##"
        {"seq":7,"at":"2025-11-24T16:00:00.123Z","actor":"#3","kind":"rounds_extended","body":{"milestone":"M1","limit":7}}
        {"seq":7,"at":"2025-11-24T16:00:00.123Z","actor":"engine","kind":"mission_completed","body":null}
        "##);
    }
}
