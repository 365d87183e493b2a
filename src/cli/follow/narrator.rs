//! What is printed while a mission is followed.

use std::io::Stdout;
use std::time::{Duration, Instant};

use super::asking::Asking;
use super::flight::Talk;
use super::idle::why;
use crate::cli::prelude::*;
use crate::cli::print::{JsonShape, Printable};
use crate::cli::screen::Screen;
use crate::cli::verb::log;
use crate::domain::activity::Activity;
use crate::domain::attention::{NeedKind, needs};
use crate::domain::event::{Event, Stamped};
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;
use crate::domain::transcript::EntryBody;
use crate::view::event_lines::event_line;
use crate::view::live::{self, CallCounts};
use crate::view::log_line::{LogLine, NOTE, SAID, Sign, WARNING};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::when::rfc3339;
use crate::view::words::{clock, first_sentence};
use crate::view::{needs as needs_view, summary as summary_view};

/// Frames of the mark that shows that flightdeck itself is alive.
const FRAMES: [&str; 4] = ["◐", "◓", "◑", "◒"];

/// Folds the mission and tells what happens to it.
pub(super) struct Narrator<'a> {
    pub(super) screen: Screen<Stdout>,
    pub(super) mission: Mission,
    found: &'a MissionRef,
    talk: Talk,
    calls: CallCounts,
    frame: usize,
    last_event: Instant,
    /// Lines told since the person was asked something.
    since_asked: usize,
}

/// Prints events for a program, one a line.
pub fn events(events: &[Stamped]) -> Result<()> {
    events.iter().try_for_each(|stamped| print(Printable::json(&log::json_of(stamped)?, JsonShape::Line)?))
}

/// Prints how a mission stands, as the last line for a program.
pub fn summary(found: &MissionRef, mission: &Mission) -> Result<()> {
    let body = json!({
        "id": found.id,
        "dir": found.dir,
        "title": mission.title(),
        "status": mission.status(),
        "needs": needs(mission),
        "assertions": mission.contract_tally(),
        "end": mission.end,
        "landed": mission.landed,
        "usage": mission.usage(),
    });
    print(Printable::json(&json!({ "kind": "summary", "body": body }), JsonShape::Line)?)
}

/// Lines of the past that are shown.
const SHOWN: usize = 10;
/// So many lines push what the person is asked out of sight.
const BURIED: usize = 6;

impl<'a> Narrator<'a> {
    /// A narrator that has told the end of the mission's past.
    pub(super) fn after_the_past(context: &Context, found: &'a MissionRef, talk: Talk) -> Result<Self> {
        let mut narrator = Self {
            screen: Screen::of_stdout(context.output),
            mission: Mission::unborn(),
            found,
            talk,
            calls: CallCounts::default(),
            frame: 0,
            last_event: Instant::now(),
            since_asked: 0,
        };
        let mission = &mut narrator.mission;
        let mut past = Vec::new();
        for stamped in found.events_after(0)? {
            mission.apply(&stamped);
            past.extend(event_line(&stamped, mission).map(|line| (line, stamped.at.since(mission.created))));
        }
        if talk == Talk::Json {
            return Ok(narrator);
        }
        let older = past.len().saturating_sub(SHOWN);
        if older > 0 {
            narrator.screen.print(format!("… {older} earlier lines: flightdeck log {}", found.id))?;
        }
        for (line, at) in past.iter().skip(older) {
            narrator.screen.tell(line, *at)?;
        }
        Ok(narrator)
    }

    /// Takes an event in and tells it. One that was told already is left out; a gap is filled from the log.
    pub(super) fn event(&mut self, stamped: &Stamped) -> Result<()> {
        if stamped.seq <= self.mission.seq {
            return Ok(());
        }
        if stamped.seq > self.mission.seq + 1 {
            return self.catch_up();
        }
        self.mission.apply(stamped);
        self.last_event = Instant::now();
        if self.talk == Talk::Json {
            return events(std::slice::from_ref(stamped));
        }
        let at = stamped.at.since(self.mission.created);
        if let Some(line) = event_line(stamped, &self.mission) {
            self.tell_at(&line, at)?;
        }
        if let Event::AttemptEnded { attempt, .. } = stamped.event
            && let Some(calls) = self.calls.take(attempt)
        {
            self.tell_at(&LogLine::new(NOTE, &attempt, format!("called {calls}")), at)?;
        }
        Ok(())
    }

    /// Counts a call, or prints the first sentence of what was said or noted: nobody reads a stream of tokens in a log.
    pub(super) fn entry(&mut self, attempt: AttemptId, body: &EntryBody) -> Result<()> {
        if self.talk == Talk::Json {
            return Ok(());
        }
        match body {
            EntryBody::Called { tool, .. } => self.calls.count(attempt, tool),
            EntryBody::Said { text } => self.sentence(SAID, attempt, text)?,
            EntryBody::Noted { text } => self.sentence(NOTE, attempt, text)?,
            EntryBody::Brief { .. }
            | EntryBody::Message { .. }
            | EntryBody::Thought { .. }
            | EntryBody::Answered { .. }
            | EntryBody::Unknown => {}
        }
        Ok(())
    }

    fn sentence(&mut self, sign: Sign, attempt: AttemptId, text: &str) -> Result<()> {
        let sentence = first_sentence(text);
        if sentence.is_empty() { Ok(()) } else { self.now(&LogLine::new(sign, &attempt, sentence)) }
    }

    /// Takes in what the log has and the notices did not bring.
    pub(super) fn catch_up(&mut self) -> Result<()> {
        for stamped in self.found.events_after(self.mission.seq)? {
            self.event(&stamped)?;
        }
        Ok(())
    }

    /// Counts the quiet time from now on.
    pub(super) fn begin_to_wait(&mut self) {
        self.last_event = Instant::now();
    }

    /// How long nothing has happened.
    pub(super) fn quiet_for(&self) -> Duration {
        self.last_event.elapsed()
    }

    /// Draws the live line.
    pub(super) fn live(&mut self, activity: &[Activity]) -> Result<()> {
        if self.talk == Talk::Json {
            return Ok(());
        }
        self.frame += 1;
        let row = Row::of(StyleRole::Dim, format!("{:>8}  ", clock(now().since(self.mission.created))))
            .then(StyleRole::Key, FRAMES.get(self.frame % FRAMES.len()).copied().unwrap_or_default())
            .then(StyleRole::Text, " ")
            .then(StyleRole::Text, live::line(&self.mission, activity, &self.calls, now()));
        Ok(self.screen.live(self.screen.style().cut(&row))?)
    }

    /// Shows what the person is asked, in the place of the live line.
    pub(super) fn prompt(&mut self, asking: Asking) -> Result<()> {
        Ok(self.screen.live(asking.prompt())?)
    }

    /// Tells what is asked now; of the commands only the one to look with, because the answer is typed here.
    pub(super) fn asked(&mut self) -> Result<()> {
        let lines = needs_view::lines(&self.mission);
        for (need, (_, mut line)) in needs(&self.mission).into_iter().zip(lines) {
            if matches!(need.kind, NeedKind::Gate { .. }) {
                line.more.truncate(1);
            }
            self.now(&line)?;
        }
        self.since_asked = 0;
        Ok(())
    }

    /// Whether what the person is asked was pushed out of sight by what happened since.
    pub(super) fn is_buried(&self) -> bool {
        self.since_asked >= BURIED
    }

    /// Tells something about the engine itself.
    pub(super) fn warn(&mut self, sentence: &str) -> Result<()> {
        if self.talk == Talk::Json {
            let body = json!({ "sentence": sentence });
            let warning = json!({ "at": rfc3339(now()), "actor": "engine", "kind": "warning", "body": body });
            return print(Printable::json(&warning, JsonShape::Line)?);
        }
        self.now(&LogLine::new(WARNING, "engine", sentence).whole())
    }

    /// Tells that the mission is paused, and that this goes on with it.
    pub(super) fn stay(&mut self) -> Result<()> {
        let sentence = format!(
            "the mission is paused; this stays and goes on with it: `flightdeck resume {}` elsewhere, or Ctrl-C to leave",
            self.found.id
        );
        self.now(&LogLine::new(WARNING, "paused", sentence).whole())
    }

    /// Tells how the mission stands, why following ends, and last what the mission waits for, with the commands that
    /// decide it.
    pub(super) fn conclude(&mut self) -> Result<()> {
        if self.talk == Talk::Json {
            return Ok(());
        }
        self.screen.clear()?;
        let page = self.screen.style().page(&summary_view::rows(&self.mission, now()));
        self.screen.print(Printable::from("\n").then(page))?;
        if let Some(why) = why(&self.mission) {
            self.screen.print(format!("\n{why}"))?;
        }
        for (_, line) in needs_view::lines(&self.mission) {
            self.now(&line)?;
        }
        Ok(())
    }

    /// Tells something that happens now.
    fn now(&mut self, line: &LogLine) -> Result<()> {
        let at = now().since(self.mission.created);
        self.tell_at(line, at)
    }

    fn tell_at(&mut self, line: &LogLine, at: u64) -> Result<()> {
        self.since_asked += 1;
        Ok(self.screen.tell(line, at)?)
    }
}
