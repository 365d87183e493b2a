//! Goes back through the mission: a scrubber under the main screen, which shows the mission as it was.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::around;
use super::{Popup, PopupResult, RefreshRate};
use crate::domain::attempt::Ending;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::domain::verdict::Outcome;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::source::SourceError;
use crate::tui::widget::bar::bar;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::span;

/// How many events one call fetches.
const PAGE: u32 = 2_000;
/// Mission seconds that go by in a second.
const SPEEDS: [i64; 6] = [1, 10, 30, 60, 300, 600];

/// Where in the log one stands, and whether it plays.
#[derive(Debug)]
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

impl Default for Replay {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            complete: false,
            at: 0,
            past: Mission::unborn(),
            speed: 3,
            playing: None,
            trouble: None,
        }
    }
}

impl Replay {
    fn fetch(&self) -> PopupResult {
        let after = self.events.last().map_or(0, |stamped| stamped.seq);
        PopupResult::ask(Call::Events { after, limit: PAGE })
    }

    /// Shows the mission after so many events.
    fn go(&mut self, at: usize) -> PopupResult {
        let at = at.min(self.events.len());
        match self.events.get(self.at..at) {
            Some(news) => news.iter().for_each(|stamped| self.past.apply(stamped)),
            None => self.past = Mission::fold(self.events.get(..at).unwrap_or_default()),
        }
        self.at = at;
        PopupResult::stay().showing(self.past.clone(), self.past.updated)
    }

    fn jump(&mut self, forward: bool) -> PopupResult {
        self.playing = None;
        let marked =
            |index: &usize| self.events.get(*index).is_some_and(|stamped| is_landmark(&stamped.event));
        let target = if forward {
            (self.at..self.events.len()).find(marked).map(|index| index + 1)
        } else {
            (0..self.at.saturating_sub(1)).rev().find(marked).map(|index| index + 1)
        };
        let end = if forward { self.events.len() } else { 1 };
        self.go(target.unwrap_or(end))
    }

    fn leap(&mut self, action: Action) -> PopupResult {
        self.go(match action {
            Action::PageUp => self.at.saturating_sub(20).max(1),
            Action::PageDown => self.at + 20,
            Action::Top => 1,
            _ => self.events.len(),
        })
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
        let speed = SPEEDS.get(self.speed).copied().unwrap_or(1);
        let until = Timestamp(mission_time.0.saturating_add(passed.saturating_mul(speed)));
        self.playing = Some((until, app.clock));
        let at = self.events.partition_point(|stamped| stamped.at <= until);
        if at >= self.events.len() {
            self.playing = None;
        }
        // Between two events agents go on talking, so the time goes on too.
        let later = until.max(self.past.updated);
        if at <= self.at {
            return PopupResult::stay().showing_later(later);
        }
        let turn = self.go(at);
        if self.playing.is_some() { turn.with_time(later) } else { turn }
    }
}

/// Gates and failures: where one wants to stop.
fn is_landmark(event: &Event) -> bool {
    match event {
        Event::GateOpened { .. }
        | Event::GateDecided { .. }
        | Event::MissionHeld { .. }
        | Event::MissionCompleted => true,
        Event::AttemptEnded { ending, .. } => !matches!(ending, Ending::Done),
        Event::VerdictGiven { verdict } => verdict.outcome != Outcome::Pass,
        _ => false,
    }
}

impl Popup for Replay {
    fn context(&self) -> Context {
        Context::Replay
    }

    /// A strip at the foot; the main screen stays in sight above it.
    fn area(&self, app: &App) -> Rect {
        let areas = app.areas();
        let height = 5.min(areas.body.height);
        Rect { y: areas.body.bottom() - height, height, ..areas.body }
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::Left => "step back",
            Action::Right => "step on",
            Action::NextMatch => "next gate or failure",
            Action::PreviousMatch => "the one before",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![
            Action::Play,
            Action::Left,
            Action::Right,
            Action::NextMatch,
            Action::PreviousMatch,
            Action::Faster,
            Action::Slower,
            Action::Back,
        ]
    }

    fn opened(&mut self, _app: &App) -> PopupResult {
        self.fetch()
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::Play => self.play(app),
            Action::Left | Action::Up => {
                self.playing = None;
                self.go(self.at.saturating_sub(1).max(1))
            }
            Action::Right | Action::Down => {
                self.playing = None;
                self.go(self.at + 1)
            }
            Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => {
                self.playing = None;
                self.leap(action)
            }
            Action::NextMatch => self.jump(true),
            Action::PreviousMatch => self.jump(false),
            Action::Faster => {
                self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
                PopupResult::stay()
            }
            Action::Slower => {
                self.speed = self.speed.saturating_sub(1);
                PopupResult::stay()
            }
            Action::Back => PopupResult::close().showing_present(),
            Action::Help | Action::Palette | Action::Redraw | Action::Theme | Action::Quit => {
                PopupResult::pass()
            }
            // What is past cannot be decided on again.
            _ => PopupResult::say("this is the past: Esc goes back to the present"),
        }
    }

    fn answered(&mut self, _app: &App, _call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
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

    fn refreshed(&mut self, app: &App) -> PopupResult {
        self.advance(app)
    }

    fn pace(&self) -> RefreshRate {
        if self.playing.is_some() { RefreshRate::Brisk } else { RefreshRate::Calm }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let speed = SPEEDS.get(self.speed).copied().unwrap_or(1);
        let state = if self.playing.is_some() { "playing" } else { "paused" };
        let title = Row::of(StyleRole::Strong, "Replay").end(StyleRole::Dim, format!("{state} · ×{speed}"));
        let inner = around(app, frame, area, &title);
        let (now, total) = (self.at as u64, self.events.len() as u64);
        let mut row = Row::new();
        row.left = bar(now, total, usize::from(inner.width).saturating_sub(16));
        let row = row.end(StyleRole::Dim, format!("{now}/{total}"));
        let event = self.events.get(self.at.saturating_sub(1));
        let words = event.map_or_else(
            || {
                Row::of(
                    StyleRole::Dim,
                    if self.complete { "nothing has happened yet" } else { "reading the log …" },
                )
            },
            |stamped| {
                let begin = self.events.first().map_or(stamped.at, |first| first.at);
                Row::of(StyleRole::Text, stamped.event.kind().replace('_', " "))
                    .end(StyleRole::Dim, format!("{} after the start", span(stamped.at.since(begin))))
            },
        );
        let words = self.trouble.as_ref().map_or(words, |trouble| Row::of(StyleRole::Bad, trouble));
        app.painter().rows(frame.buffer_mut(), inner, &[row, words]);
    }
}
