//! The loop that follows a mission.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{MissedTickBehavior, interval};

use super::asking::{Asking, Step};
use super::lines::Lines;
use super::still::{is_paused, stands_still};
use super::teller::Teller;
use crate::cli::context::Context;
use crate::cli::engine_start::{Reached, reach_at};
use crate::cli::fault::misuse;
use crate::cli::missions::Found;
use crate::cli::new::Speed;
use crate::domain::mission::{Mission, Mode};
use crate::link::Client;
use crate::link::protocol::{Activity, Call, LiveOutput, Notice, Reply};

/// How often the live line is drawn.
const TICK: Duration = Duration::from_millis(120);
/// How long no event must have come before the person is asked, or the log is asked whether the mission stands still:
/// nobody reads a question between two lines.
const SETTLE: Duration = Duration::from_millis(900);
/// Engines that may die one after the other without anything happening.
const MOST_RESTARTS: u32 = 3;

/// Whether the person is asked inline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    Inline,
    Silent,
}

impl Talk {
    /// Inline where both ends are a terminal.
    pub fn possible(context: &Context) -> Self {
        if context.is_interactive() { Self::Inline } else { Self::Silent }
    }
}

/// Flies a mission and prints its progress until it ends or needs a person; returns how it stands then.
///
/// # Errors
/// When its engine does not come up, or dies again and again.
pub async fn fly(context: &Context, found: &Found, talk: Talk, speed: Speed) -> Result<Mission> {
    if found.mission.mode == Mode::ReadOnly {
        return Err(misuse(
            "this mission was written by a newer flightdeck and can only be read; update to fly it",
        ));
    }
    let teller = Teller::after_the_past(context, found)?;
    let mut flight = Flight {
        context,
        found,
        talk,
        speed,
        teller,
        activity: Vec::new(),
        asking: None,
        lines: Lines::default(),
        stay: Stay::WhenPaused,
    };
    if is_paused(&flight.teller.mission) {
        flight.stay = Stay::Not;
    }
    if flight.teller.mission.end.is_none() {
        flight.run().await?;
    }
    flight.teller.conclude()?;
    Ok(flight.teller.mission)
}

struct Flight<'a> {
    context: &'a Context,
    found: &'a Found,
    talk: Talk,
    speed: Speed,
    teller: Teller<'a>,
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
enum Course {
    On,
    /// The mission ended, or the person leaves a decision for later.
    Over,
}

impl Flight<'_> {
    /// Connects, follows, and connects again when the engine dies.
    async fn run(&mut self) -> Result<()> {
        let mut restarts = 0;
        loop {
            let before = self.teller.mission.seq;
            let Reached { client, mut notices, .. } =
                reach_at(self.context, &self.found.dir, self.speed).await?;
            if let Ok(Reply::Attached { live, .. }) =
                client.call(Call::Attach { output: LiveOutput::Wanted }).await
            {
                self.activity = live;
            }
            self.teller.begin_to_wait();
            self.teller.catch_up()?;
            let mut tick = interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let course = loop {
                let course = tokio::select! {
                    notice = notices.next() => match notice {
                        Some(notice) => self.take(notice)?,
                        None => break Course::On,
                    },
                    _ = tick.tick() => self.look()?,
                    line = self.lines.next() => self.heard(&client, line).await?,
                };
                if course == Course::Over {
                    break course;
                }
            };
            self.teller.catch_up()?;
            if course == Course::Over || (stands_still(&self.teller.mission, &[]) && !self.stays()?) {
                return Ok(());
            }
            restarts = if self.teller.mission.seq > before { 0 } else { restarts + 1 };
            if restarts >= MOST_RESTARTS {
                bail!("the engine ends again and again; see {}", self.found.dir.join("engine.log").display());
            }
            self.teller.warn("the engine went away; another one goes on")?;
        }
    }

    fn take(&mut self, notice: Notice) -> Result<Course> {
        match notice {
            Notice::Event(stamped) => self.teller.event(&stamped)?,
            Notice::Entry { attempt, entry } => self.teller.entry(attempt, &entry.body)?,
            Notice::Activity { live } => self.activity = live,
            Notice::Warning { sentence } => self.teller.warn(&sentence)?,
            Notice::Output { .. } => {}
        }
        if let Some(asking) = self.asking
            && !self.teller.screen.has_live()
        {
            self.teller.prompt(asking)?;
        }
        Ok(Course::On)
    }

    /// Draws, and finds out whether there is something to ask or nothing more to see.
    fn look(&mut self) -> Result<Course> {
        if let Some(asking) = self.asking {
            if asking.still_waits(&self.teller.mission) {
                if self.teller.is_buried() && self.teller.quiet_for() > SETTLE {
                    self.teller.asked()?;
                    self.teller.prompt(asking)?;
                }
                return Ok(Course::On);
            }
            self.asking = None;
        }
        if self.stay == Stay::Told && !is_paused(&self.teller.mission) {
            self.stay = Stay::WhenPaused;
        }
        self.teller.live(&self.activity)?;
        if self.teller.quiet_for() < SETTLE {
            return Ok(Course::On);
        }
        if self.talk == Talk::Inline
            && let Some(asking) = Asking::about(&self.teller.mission)
        {
            self.teller.asked()?;
            self.ask(asking)?;
            return Ok(Course::On);
        }
        if !stands_still(&self.teller.mission, &self.activity) {
            return Ok(Course::On);
        }
        // Only the log knows whether something has happened that no notice has brought yet.
        self.teller.catch_up()?;
        let over = stands_still(&self.teller.mission, &self.activity) && !self.stays()?;
        Ok(if over { Course::Over } else { Course::On })
    }

    /// Whether a mission that stands still is followed on, because somebody paused it elsewhere.
    fn stays(&mut self) -> Result<bool> {
        if !is_paused(&self.teller.mission) {
            return Ok(false);
        }
        if self.talk == Talk::Inline && self.stay == Stay::WhenPaused {
            self.stay = Stay::Told;
            self.teller.stay()?;
        }
        Ok(self.talk == Talk::Inline && self.stay == Stay::Told)
    }

    fn ask(&mut self, asking: Asking) -> Result<()> {
        self.lines.open();
        self.asking = Some(asking);
        self.teller.prompt(asking)
    }

    /// Takes a line of the person, or the end of their input.
    async fn heard(&mut self, client: &Client, line: Option<String>) -> Result<Course> {
        let (Some(asking), Some(line)) = (self.asking, line) else {
            return Ok(if self.asking.is_some() { Course::Over } else { Course::On });
        };
        // The terminal has ended the line already.
        self.teller.screen.forget_live();
        match asking.read(&self.teller.mission, &line) {
            Step::Leave => return Ok(Course::Over),
            Step::Next(next) => self.ask(next)?,
            Step::Again(why) => {
                self.teller.screen.print(&why)?;
                self.ask(asking)?;
            }
            Step::Ask(command) => {
                self.asking = None;
                self.teller.begin_to_wait();
                if let Err(fault) = client.call(Call::Command { command }).await {
                    self.teller.screen.print(&fault.to_string())?;
                }
            }
        }
        Ok(Course::On)
    }
}
