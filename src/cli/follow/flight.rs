//! The loop that follows a mission.

use std::time::Duration;

use anyhow::bail;
use tokio::time::{MissedTickBehavior, interval};

use super::asking::{AskStage, Asking};
use super::idle::{is_paused, stands_still};
use super::lines::Lines;
use super::narrator::Narrator;
use crate::cli::engine_start::{Reached, reach_after};
use crate::cli::prelude::*;
use crate::cli::verb::new::Speed;
use crate::domain::activity::Activity;
use crate::domain::mission::{Mission, Mode};
use crate::engine::Predecessor;
use crate::link::Client;
use crate::link::protocol::{Call, LiveOutput, Notice, Reply};

/// How often the live line is drawn.
const TICK: Duration = Duration::from_millis(120);
/// How long no event must have come before the person is asked, or the log is asked whether the mission stands still:
/// nobody reads a question between two lines.
const SETTLE: Duration = Duration::from_millis(900);
/// Engines that may die one after the other without anything happening.
const MOST_RESTARTS: u32 = 3;

/// Whether the person is asked inline, and how progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    Inline,
    Silent,
    /// One event a line, as JSON; nobody is asked.
    Json,
}

/// Flies a mission and prints its progress until it ends or needs a person; returns how it stands then. A program gets
/// the [`summary`] from the caller, who may have more to do before.
pub async fn fly(context: &Context, found: &MissionRef, talk: Talk, speed: Speed) -> Result<Mission> {
    if found.mission.mode == Mode::ReadOnly {
        return Err(misuse(
            "this mission was written by a newer flightdeck and can only be read; update to fly it",
        ));
    }
    let narrator = Narrator::after_the_past(context, found, talk)?;
    let mut flight = Flight {
        context,
        found,
        talk,
        speed,
        narrator,
        activity: Vec::new(),
        asking: None,
        lines: Lines::default(),
        stay: Stay::WhenPaused,
    };
    if is_paused(&flight.narrator.mission) {
        flight.stay = Stay::Not;
    }
    if flight.narrator.mission.end.is_none() {
        flight.run().await?;
    }
    flight.narrator.conclude()?;
    Ok(flight.narrator.mission)
}

struct Flight<'a> {
    context: &'a Context,
    found: &'a MissionRef,
    talk: Talk,
    speed: Speed,
    narrator: Narrator<'a>,
    activity: Vec<Activity>,
    asking: Option<Asking>,
    lines: Lines,
    stay: Stay,
}

/// What a pause means for whoever follows on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    /// A mission that is paused while it is followed is followed on.
    WhenPaused,
    /// It is paused now, and that was told.
    Told,
    /// It was paused before.
    Not,
}

/// Why the loop ends, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LoopControl {
    On,
    /// The mission ended, or the person leaves a decision for later.
    Over,
}

impl Flight<'_> {
    /// Connects, follows, and connects again when the engine dies.
    async fn run(&mut self) -> Result<()> {
        let (mut restarts, mut predecessor) = (0, Predecessor::Unseen);
        loop {
            let before = self.narrator.mission.seq;
            let Reached { client, mut notices, .. } =
                reach_after(self.context, &self.found.dir, self.speed, predecessor).await?;
            predecessor = Predecessor::SeenToDie;
            if let Ok(Reply::Attached { live, .. }) =
                client.call(Call::Attach { output: LiveOutput::Wanted }).await
            {
                self.activity = live;
            }
            self.narrator.begin_to_wait();
            self.narrator.catch_up()?;
            let mut tick = interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let course = loop {
                let course = tokio::select! {
                    notice = notices.next() => match notice {
                        Some(notice) => self.take(notice)?,
                        None => break LoopControl::On,
                    },
                    _ = tick.tick() => self.look()?,
                    line = self.lines.next() => self.heard(&client, line).await?,
                };
                if course == LoopControl::Over {
                    break course;
                }
            };
            self.narrator.catch_up()?;
            if course == LoopControl::Over || (stands_still(&self.narrator.mission, &[]) && !self.stays()?) {
                return Ok(());
            }
            restarts = if self.narrator.mission.seq > before { 0 } else { restarts + 1 };
            if restarts >= MOST_RESTARTS {
                bail!("the engine ends again and again; see {}", self.found.dir.join("engine.log").display());
            }
            self.narrator.warn("the engine went away; another one goes on")?;
        }
    }

    fn take(&mut self, notice: Notice) -> Result<LoopControl> {
        match notice {
            Notice::Event(stamped) => self.narrator.event(&stamped)?,
            Notice::Entry { attempt, entry } => self.narrator.entry(attempt, &entry.body)?,
            Notice::Activity { live } => self.activity = live,
            Notice::Warning { sentence } => self.narrator.warn(&sentence)?,
            Notice::Output { .. } => {}
        }
        if let Some(asking) = self.asking
            && !self.narrator.screen.has_live()
        {
            self.narrator.prompt(asking)?;
        }
        Ok(LoopControl::On)
    }

    /// Draws, and finds out whether there is something to ask or nothing more to see.
    fn look(&mut self) -> Result<LoopControl> {
        if let Some(asking) = self.asking {
            if asking.still_waits(&self.narrator.mission) {
                if self.narrator.is_buried() && self.narrator.quiet_for() > SETTLE {
                    self.narrator.asked()?;
                    self.narrator.prompt(asking)?;
                }
                return Ok(LoopControl::On);
            }
            self.asking = None;
        }
        if self.stay == Stay::Told && !is_paused(&self.narrator.mission) {
            self.stay = Stay::WhenPaused;
        }
        self.narrator.live(&self.activity)?;
        if self.narrator.quiet_for() < SETTLE {
            return Ok(LoopControl::On);
        }
        if self.talk == Talk::Inline
            && let Some(asking) = Asking::about(&self.narrator.mission)
        {
            self.narrator.asked()?;
            self.ask(asking)?;
            return Ok(LoopControl::On);
        }
        if !stands_still(&self.narrator.mission, &self.activity) {
            return Ok(LoopControl::On);
        }
        // Only the log knows whether something has happened that no notice has brought yet.
        self.narrator.catch_up()?;
        let over = stands_still(&self.narrator.mission, &self.activity) && !self.stays()?;
        Ok(if over { LoopControl::Over } else { LoopControl::On })
    }

    /// Whether a mission that stands still is followed on, because somebody paused it elsewhere.
    fn stays(&mut self) -> Result<bool> {
        if !is_paused(&self.narrator.mission) {
            return Ok(false);
        }
        if self.talk == Talk::Inline && self.stay == Stay::WhenPaused {
            self.stay = Stay::Told;
            self.narrator.stay()?;
        }
        Ok(self.talk == Talk::Inline && self.stay == Stay::Told)
    }

    fn ask(&mut self, asking: Asking) -> Result<()> {
        self.lines.open();
        self.asking = Some(asking);
        self.narrator.prompt(asking)
    }

    /// Takes a line of the person, or the end of their input.
    async fn heard(&mut self, client: &Client, line: Option<String>) -> Result<LoopControl> {
        let (Some(asking), Some(line)) = (self.asking, line) else {
            return Ok(if self.asking.is_some() { LoopControl::Over } else { LoopControl::On });
        };
        // The terminal has ended the line already.
        self.narrator.screen.forget_live();
        match asking.read(&self.narrator.mission, &line) {
            AskStage::Leave => return Ok(LoopControl::Over),
            AskStage::Next(next) => self.ask(next)?,
            AskStage::Again(why) => {
                self.narrator.screen.print(&why)?;
                self.ask(asking)?;
            }
            AskStage::Ask(command) => {
                self.asking = None;
                self.narrator.begin_to_wait();
                if let Err(fault) = client.call(Call::Command { command }).await {
                    self.narrator.screen.print(fault.to_string())?;
                }
            }
        }
        Ok(LoopControl::On)
    }
}
