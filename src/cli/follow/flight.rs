//! The loop that follows a mission.

use std::io::{self, Stdout};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::asking::{Asking, Step};
use super::past::Past;
use super::still::stands_still;
use crate::cli::context::Context;
use crate::cli::engine_start::{Reached, reach_at};
use crate::cli::fault::misuse;
use crate::cli::missions::{self, Found};
use crate::cli::new::Speed;
use crate::cli::progress::entries::{self, Tally};
use crate::cli::progress::line::{Glyph, Line};
use crate::cli::progress::live::Live;
use crate::cli::progress::screen::Screen;
use crate::cli::progress::summary::{needed, summary};
use crate::cli::progress::telling::tell;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::AttemptId;
use crate::domain::mission::{Mission, Mode};
use crate::domain::transcript::EntryBody;
use crate::engine::now;
use crate::link::Client;
use crate::link::protocol::{Activity, Call, LiveOutput, Notice, Reply};

/// How often the live line is drawn.
const TICK: Duration = Duration::from_millis(120);
/// How long no event must have come before the mission is taken to stand still: gates that autopilot passes are open
/// for a moment, and an engine that has just started has not begun its work.
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
    let mut flight = Flight {
        context,
        found,
        talk,
        speed,
        screen: Screen::new(io::stdout(), context.output),
        mission: Mission::unborn(),
        activity: Vec::new(),
        tally: Tally::default(),
        frame: 0,
        last_event: Instant::now(),
        asking: None,
        lines: None,
    };
    flight.tell_past()?;
    if flight.mission.end.is_none() {
        flight.run().await?;
    }
    flight.conclude()?;
    Ok(flight.mission)
}

struct Flight<'a> {
    context: &'a Context,
    found: &'a Found,
    talk: Talk,
    speed: Speed,
    screen: Screen<Stdout>,
    mission: Mission,
    activity: Vec<Activity>,
    tally: Tally,
    frame: usize,
    last_event: Instant,
    asking: Option<Asking>,
    /// The person's lines, once they were asked for the first time.
    lines: Option<mpsc::UnboundedReceiver<String>>,
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
            let before = self.mission.seq;
            let Reached { client, mut notices, .. } =
                reach_at(self.context, &self.found.dir, self.speed).await?;
            if let Ok(Reply::Attached { live, .. }) =
                client.call(Call::Attach { output: LiveOutput::Wanted }).await
            {
                self.activity = live;
            }
            self.catch_up()?;
            let mut tick = interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let course = loop {
                let course = tokio::select! {
                    notice = notices.next() => match notice {
                        Some(notice) => self.take(notice)?,
                        None => break Course::On,
                    },
                    _ = tick.tick() => self.look()?,
                    line = next_line(&mut self.lines) => self.heard(&client, line).await?,
                };
                if course == Course::Over {
                    break course;
                }
            };
            self.catch_up()?;
            if course == Course::Over || stands_still(&self.mission, &[]) {
                return Ok(());
            }
            restarts = if self.mission.seq > before { 0 } else { restarts + 1 };
            if restarts >= MOST_RESTARTS {
                bail!("the engine ends again and again; see {}", self.found.dir.join("engine.log").display());
            }
            self.note("the engine went away; another one goes on")?;
        }
    }

    fn take(&mut self, notice: Notice) -> Result<Course> {
        match notice {
            Notice::Event(stamped) => self.event(&stamped)?,
            Notice::Entry { attempt, entry } => self.entry(attempt, &entry.body)?,
            Notice::Activity { live } => self.activity = live,
            Notice::Warning { sentence } => {
                let line = Line::new(Glyph::Warning, "engine", sentence);
                self.tell(&line)?;
            }
            Notice::Output { .. } => {}
        }
        Ok(Course::On)
    }

    fn event(&mut self, stamped: &Stamped) -> Result<()> {
        if stamped.seq <= self.mission.seq {
            return Ok(());
        }
        if stamped.seq > self.mission.seq + 1 {
            self.catch_up()?;
            return Ok(());
        }
        self.mission.apply(stamped);
        self.last_event = Instant::now();
        if let Some(line) = tell(stamped, &self.mission) {
            self.screen.tell(&line, stamped.at.since(self.mission.created))?;
        }
        if let Event::AttemptEnded { attempt, .. } = stamped.event
            && let Some(calls) = self.tally.take(attempt)
        {
            let line = Line::new(Glyph::Note, &attempt, format!("called {calls}"));
            self.screen.tell(&line, stamped.at.since(self.mission.created))?;
        }
        Ok(())
    }

    fn entry(&mut self, attempt: AttemptId, body: &EntryBody) -> Result<()> {
        if let EntryBody::Called { tool, .. } = body {
            self.tally.count(attempt, tool);
        }
        if let Some(line) = entries::tell(attempt, body) {
            self.tell(&line)?;
        }
        Ok(())
    }

    /// Draws, and finds out whether there is something to ask or nothing more to see.
    fn look(&mut self) -> Result<Course> {
        if let Some(asking) = self.asking {
            if asking.still_waits(&self.mission) {
                return Ok(Course::On);
            }
            self.asking = None;
        }
        self.frame += 1;
        let (mission, activity, tally) = (&self.mission, self.activity.as_slice(), &self.tally);
        let live = Live { mission, activity, tally, now: now(), frame: self.frame };
        let text = live.rendered(self.screen.style());
        self.screen.live(&text)?;
        if self.last_event.elapsed() < SETTLE {
            return Ok(Course::On);
        }
        if self.talk == Talk::Inline
            && let Some(asking) = Asking::about(&self.mission)
        {
            self.tell_needs()?;
            self.ask(asking)?;
            return Ok(Course::On);
        }
        Ok(if stands_still(&self.mission, &self.activity) { Course::Over } else { Course::On })
    }

    fn ask(&mut self, asking: Asking) -> Result<()> {
        self.lines.get_or_insert_with(read_lines);
        self.asking = Some(asking);
        self.screen.live(&asking.prompt())?;
        Ok(())
    }

    /// Takes a line of the person, or the end of their input.
    async fn heard(&mut self, client: &Client, line: Option<String>) -> Result<Course> {
        let (Some(asking), Some(line)) = (self.asking, line) else {
            return Ok(if self.asking.is_some() { Course::Over } else { Course::On });
        };
        // The terminal has ended the line already.
        self.screen.forget_live();
        match asking.read(&self.mission, &line) {
            Step::Leave => return Ok(Course::Over),
            Step::Next(next) => self.ask(next)?,
            Step::Again(why) => {
                self.screen.print(&why)?;
                self.ask(asking)?;
            }
            Step::Ask(command) => {
                self.asking = None;
                self.last_event = Instant::now();
                if let Err(fault) = client.call(Call::Command { command }).await {
                    self.screen.print(&fault.to_string())?;
                }
            }
        }
        Ok(Course::On)
    }

    /// Takes in what the log has and the notices did not bring.
    fn catch_up(&mut self) -> Result<()> {
        for stamped in missions::events_after(&self.found.dir, self.mission.seq)? {
            self.event(&stamped)?;
        }
        Ok(())
    }

    fn tell_past(&mut self) -> Result<()> {
        let events = missions::events_after(&self.found.dir, 0)?;
        let past = Past::take_in(&events, &mut self.mission);
        if past.older > 0 {
            let id = &self.found.id;
            self.screen.print(&format!("… {} earlier lines: flightdeck log {id}", past.older))?;
        }
        for (line, at) in past.newest {
            self.screen.tell(&line, at)?;
        }
        Ok(())
    }

    fn conclude(&mut self) -> Result<()> {
        self.screen.clear()?;
        let waits = needed(&self.mission);
        if self.asking.is_none() && !waits.is_empty() {
            self.screen.print("")?;
            self.tell_needs()?;
        }
        let lines = summary(&self.mission, self.screen.style());
        self.screen.print(&format!("\n{}", lines.join("\n")))?;
        Ok(())
    }

    fn tell_needs(&mut self) -> Result<()> {
        for line in needed(&self.mission) {
            self.tell(&line)?;
        }
        Ok(())
    }

    fn note(&mut self, sentence: &str) -> Result<()> {
        self.tell(&Line::new(Glyph::Warning, "engine", sentence))
    }

    /// Tells something that happens now.
    fn tell(&mut self, line: &Line) -> Result<()> {
        let at = now().since(self.mission.created);
        self.screen.tell(line, at)?;
        if let Some(asking) = self.asking {
            self.screen.live(&asking.prompt())?;
        }
        Ok(())
    }
}

/// The person's next line; never, before they were asked for one.
async fn next_line(lines: &mut Option<mpsc::UnboundedReceiver<String>>) -> Option<String> {
    match lines {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}

/// Reads lines on a thread of its own, which ends with the process.
fn read_lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
