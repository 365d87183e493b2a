//! Goes back through the mission: a scrubber under the main screen, which shows the mission as it was.

use super::prelude::*;
use super::{RefreshRate, Show};
use crate::domain::attempt::Ending;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::domain::verdict::Outcome;
use crate::tui::layout::Areas;
use crate::view::text::span;

/// How many events one call fetches.
const PAGE: u32 = 2_000;
/// Events that a page goes back or on.
const LEAP: usize = 20;
/// Mission seconds that go by in a second.
const SPEEDS: [i64; 6] = [1, 10, 30, 60, 300, 600];

/// Where in the log one stands, and whether it plays.
#[derive(Debug, Default)]
pub struct Replay {
    events: Vec<Stamped>,
    complete: bool,
    /// How many events have happened.
    at: usize,
    /// The mission after them, so that playing on need not begin from the beginning.
    past: Mission,
    speed: usize,
    /// The mission's time while it plays, and the clock when that was so.
    playing: Option<(Timestamp, Timestamp)>,
    trouble: Option<String>,
}

impl Replay {
    /// A replay that has not read the log yet.
    pub fn new() -> Self {
        Self { speed: 3, ..Self::default() }
    }

    fn fetch(&self) -> PopupResult {
        let after = self.events.last().map_or(0, |stamped| stamped.seq);
        PopupResult::ask(Call::Events { after, limit: PAGE })
    }

    fn speed(&self) -> i64 {
        SPEEDS.get(self.speed).copied().unwrap_or(1)
    }

    fn play_at(&mut self, speed: usize) -> PopupResult {
        self.speed = speed;
        PopupResult::stay()
    }

    /// Shows the mission after so many events.
    fn go(&mut self, at: usize) -> PopupResult {
        let at = at.min(self.events.len());
        match self.events.get(self.at..at) {
            Some(news) => news.iter().for_each(|stamped| self.past.apply(stamped)),
            None => self.past = Mission::fold(self.events.get(..at).unwrap_or_default()),
        }
        self.at = at;
        let past = Show::Past(Box::new(self.past.clone()), self.past.updated);
        PopupResult::stay().showing(past)
    }

    /// Shows the mission after so many events, and plays no further.
    fn stop_at(&mut self, at: usize) -> PopupResult {
        self.playing = None;
        self.go(at)
    }

    fn jump(&mut self, forward: bool) -> PopupResult {
        let marked =
            |index: &usize| self.events.get(*index).is_some_and(|stamped| is_landmark(&stamped.event));
        let target = if forward {
            (self.at..self.events.len()).find(marked).map(|index| index + 1)
        } else {
            (0..self.at.saturating_sub(1)).rev().find(marked).map(|index| index + 1)
        };
        let end = if forward { self.events.len() } else { 1 };
        self.stop_at(target.unwrap_or(end))
    }

    fn play(&mut self, app: &App) -> PopupResult {
        if self.playing.take().is_some() {
            return PopupResult::stay();
        }
        let turn = if self.at >= self.events.len() { self.go(1) } else { PopupResult::stay() };
        let here = self.events.get(self.at.saturating_sub(1)).map_or(app.clock, |stamped| stamped.at);
        self.playing = Some((here, app.clock));
        turn
    }

    /// Moves on as far as the time that went by allows.
    fn advance(&mut self, app: &App) -> PopupResult {
        let Some((mission_time, clock)) = self.playing else { return PopupResult::stay() };
        let passed = i64::try_from(app.clock.since(clock)).unwrap_or(0);
        let until = Timestamp(mission_time.0.saturating_add(passed.saturating_mul(self.speed())));
        self.playing = Some((until, app.clock));
        let at = self.events.partition_point(|stamped| stamped.at <= until);
        if at >= self.events.len() {
            self.playing = None;
        }
        // Between two events agents go on talking, so the time goes on too.
        let later = until.max(self.past.updated);
        if at <= self.at {
            return PopupResult::stay().showing(Show::Later(later));
        }
        let mut result = self.go(at);
        if let (Show::Past(_, then), Some(_)) = (&mut result.show, self.playing) {
            *then = later;
        }
        result
    }
}

/// Gates and failures: where one wants to stop.
fn is_landmark(event: &Event) -> bool {
    let gate =
        matches!(event, Event::GateOpened { .. } | Event::GateDecided { .. } | Event::MissionCompleted);
    let held = matches!(event, Event::MissionHeld { .. });
    let failed = matches!(event, Event::AttemptEnded { ending, .. } if *ending != Ending::Done);
    let unproven = matches!(event, Event::VerdictGiven { verdict } if verdict.outcome != Outcome::Pass);
    gate || held || failed || unproven
}

impl Popup for Replay {
    /// A strip at the foot; the main screen stays in sight above it.
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let Areas { body, .. } = app.areas();
        let height = 5.min(body.height);
        let state = if self.playing.is_some() { "playing" } else { "paused" };
        ScreenInfo::named(app, Context::Replay, "Replay")
            .note(format!("{state} · ×{}", self.speed()))
            .hints([Action::Play, Action::Left, Action::Right, Action::NextMatch, Action::PreviousMatch])
            .hints([Action::Faster, Action::Slower, Action::Back])
            .calling(Action::Left, "step back")
            .calling(Action::Right, "step on")
            .calling(Action::NextMatch, "next gate or failure")
            .calling(Action::PreviousMatch, "the one before")
            .within(Rect { y: body.bottom() - height, height, ..body })
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        self.fetch()
    }

    fn act(&mut self, app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Play => self.play(app),
            Action::Left | Action::Up => self.stop_at(self.at.saturating_sub(1).max(1)),
            Action::Right | Action::Down => self.stop_at(self.at + 1),
            Action::PageUp => self.stop_at(self.at.saturating_sub(LEAP).max(1)),
            Action::PageDown => self.stop_at(self.at + LEAP),
            Action::Top => self.stop_at(1),
            Action::Bottom => self.stop_at(self.events.len()),
            Action::NextMatch => self.jump(true),
            Action::PreviousMatch => self.jump(false),
            Action::Faster => self.play_at((self.speed + 1).min(SPEEDS.len() - 1)),
            Action::Slower => self.play_at(self.speed.saturating_sub(1)),
            Action::Back => PopupResult::close().showing(Show::Present),
            Action::Help | Action::Palette | Action::Redraw | Action::Theme | Action::Quit => {
                PopupResult::pass()
            }
            // What is past cannot be decided on again.
            _ => PopupResult::say("this is the past: Esc goes back to the present"),
        }
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, _call: &Call, result: &Answer) -> PopupResult {
        match result {
            Ok(Reply::Events { events }) => {
                let full = events.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
                self.events.extend(events.iter().cloned());
                self.complete = !full;
                if full { self.fetch() } else { self.go(self.events.len()) }
            }
            Ok(_) => PopupResult::stay(),
            Err(error) => {
                self.trouble = Some(error.to_string());
                PopupResult::stay()
            }
        }
    }

    fn refreshed(&mut self, app: &App, _at: &mut Place) -> PopupResult {
        self.advance(app)
    }

    fn pace(&self) -> RefreshRate {
        if self.playing.is_some() { RefreshRate::Brisk } else { RefreshRate::Calm }
    }

    fn detail(&self, _app: &App, _at: &Place, width: usize) -> Vec<Section> {
        let (now, total, cells) = (self.at, self.events.len(), width.saturating_sub(16));
        let filled = (now.min(total) * cells).checked_div(total).unwrap_or(0);
        // A thick line over a thin one, so that it reads without colours too.
        let row = Row::of(StyleRole::Accent, "━".repeat(filled))
            .then(StyleRole::Faint, "─".repeat(cells - filled))
            .end(StyleRole::Dim, format!("{now}/{total}"));
        vec![vec![row, self.words()].into()]
    }
}

impl Replay {
    /// The last event that is shown, or why there is none.
    fn words(&self) -> Row {
        if let Some(trouble) = &self.trouble {
            return Row::of(StyleRole::Bad, trouble);
        }
        let Some(stamped) = self.events.get(self.at.saturating_sub(1)) else {
            let words = if self.complete { "nothing has happened yet" } else { "reading the log …" };
            return Row::of(StyleRole::Dim, words);
        };
        let begin = self.events.first().map_or(stamped.at, |first| first.at);
        Row::of(StyleRole::Text, stamped.event.kind().replace('_', " "))
            .end(StyleRole::Dim, format!("{} after the start", span(stamped.at.since(begin))))
    }
}
